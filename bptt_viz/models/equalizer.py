"""A captioner that is to tell a person's group from the person (Hendricks et al. 2018, ECCV, arXiv:1803.09797)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.models.batch import Batch
from bptt_viz.models.captioning import Fed, Words
from bptt_viz.models.equal_losses import GROUPS, appearance_confusion, confident
from bptt_viz.models.image_start import start_parameters, started
from bptt_viz.models.interface import Architecture, Feed, joined
from bptt_viz.models.people import Bias, People, people
from bptt_viz.models.reading import NAMES, Reader, readout_parameters
from bptt_viz.models.rollout import Rollout
from bptt_viz.ops import add, softmax
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Borders, Layer, Module, Pattern, Stack, advance, alias_all, stack_of

if TYPE_CHECKING:
    from bptt_viz.models.request import Request

_USUAL = Bias()


@dataclass(frozen=True)
class Equalizer(Architecture):
    """h_0 of the image v; h_t = cell(x_t, h_(t−1)); y_t = h_t W_hy + b_y; L_t = −log p(w_t) + α AC_t + μ Conf_t.

    AC_t is of y'_t, what the same network says of v', the image without the person.

    Attributes:
        confusion: α, the weight of the appearance confusion loss; 0 leaves it out, and the run on v' with it.
        confident: μ, the weight of the confident loss; 0 leaves it out.
        fed: what the writer reads, as in a captioner.
        bias: probability that the context of an image is one that goes along with the person's group.
        women: probability of the group G_w.
        evident: probability that the image shows the group.
        neutral: probability that the caption says `person` where it does not.
    """

    confusion: float = 10.0
    confident: float = 1.0
    fed: Fed = "teacher"
    bias: float = _USUAL.agreement
    women: float = _USUAL.women
    evident: float = _USUAL.evident
    neutral: float = _USUAL.neutral

    name: ClassVar[str] = "equalizer"
    reads_text: ClassVar[bool] = False
    own_data: ClassVar[str] = "people"

    def __post_init__(self) -> None:
        """Refuse weights that would reward, and what is no probability.

        Raises:
            UsageError: there is one of either.
        """
        for name in ("confusion", "confident"):
            if getattr(self, name) < 0:
                raise UsageError(f"option {name!r} must not be negative, got {getattr(self, name):g}")
        Bias(self.bias, self.women, self.evident, self.neutral)

    @property
    def pattern(self) -> Pattern:
        """A word goes in and one comes out at every step."""
        every = tuple(range(1, self.sizes.steps + 1))
        return Pattern(self.name, self.sizes.steps, every, every)

    @cached_property
    def stacks(self) -> tuple[Stack]:
        """One stack, on one-hot words; START is one of them."""
        return (stack_of(self.cell, self.sizes.outputs + 1, self.sizes.hidden, self.sizes.layers),)

    def parameters(self) -> dict[str, Parameter]:
        """Return the image's, the cells' and the readout's parameters."""
        (stack,) = self.stacks
        readout = readout_parameters(self.sizes.hidden, self.sizes.outputs)
        return joined(start_parameters(stack, self.sizes.inputs), stack.parameters(), readout)

    def starts(self, size: int) -> dict[str, tuple[int, ...]]:  # noqa: ARG002, the image makes them
        """Return nothing: the image makes the initial states."""
        return {}

    @classmethod
    def batch(cls, request: "Request", options: Mapping[str, Any]) -> Batch:
        """Return drawn images of people with captions."""
        told = {name: options.get(name, getattr(cls, name)) for name in ("bias", "women", "evident", "neutral")}
        return people(request.batch, (request.seed, 7), Bias(*told.values()), request.steps)

    def feed(self, batch: Batch, rng: Generator, dtype: str = "float64") -> Feed:
        """Return images with and without the person, what the writer is fed as one-hot rows, and the words."""
        assert isinstance(batch, People)
        x = np.eye(self.sizes.outputs + 1, dtype=dtype)[batch.inputs]
        counted = batch.counted.astype(dtype)
        return self._fed(batch.features.astype(dtype), batch.masked.astype(dtype), x, batch.targets, counted, rng)

    def random_feed(self, rng: Generator, size: int) -> Feed:
        """Return normal features and inputs and uniform words, of which each group has one where there are two rows."""
        T, V, F = self.sizes.steps, self.sizes.outputs, self.sizes.inputs
        v, masked, x = (rng.standard_normal(shape) for shape in ((size, F), (size, F), (T, size, V + 1)))
        targets = rng.integers(0, V, (T, size))
        targets[0] = (np.arange(size) * len(GROUPS[0])) % V
        return self._fed(v, masked, x, targets, np.ones((T, size)), rng)

    def _fed(self, v: Array, masked: Array, x: Array, targets: Array, counted: Array, rng: Generator) -> Feed:
        given = {"v": v, "x": x if self.fed == "teacher" else x[:1]} | ({"v'": masked} if self.confusion else {})
        drawn = {} if counted.all() else {"counted": counted}
        if self.fed == "sampled":
            drawn["chance"] = rng.random(targets.shape)
        return Feed(given, {"targets": targets}, drawn)

    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,  # noqa: ARG002, the image makes the initial states
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record the captions of the images and, if its loss counts, the same network on those without the person."""
        tape, borders, targets = Tape(), borders or Borders(), feed.classes["targets"]
        shared = self.leaves(tape, values)
        words = Words(self, tape, feed, differentiate_inputs)
        given, (stack,) = words.given, self.stacks
        plain = _Run(tape, shared, stack, given["v"])
        rows = plain.rows * (2 if self.confusion else 1)
        reader, losses = Reader(tape, shared, rows), _Losses(self, tape, shared, rows - 1)
        blind = None
        if self.confusion:
            with tape.at(None, plain.rows, "input"):
                given["v'"] = (tape.leaf if differentiate_inputs else tape.constant)(feed.arrays["v'"], "v'")
            blind = _Run(tape, shared, stack, given["v'"], plain.rows)
        scores: Node | None = None
        for t in self.pattern.inputs:
            x = words.at(t, scores)
            scores = reader.score(t, plain.step(x, borders), targets[t - 1])
            unseen = None if blind is None else blind.step(x, borders)
            reader.judge(t, scores, targets[t - 1], words.counted(t), losses.at(t, scores, unseen, targets[t - 1]))
        runs = [plain] if blind is None else [plain, blind]
        layers = [layer for run in runs for layer in run.layers]
        modules = (*(run.start for run in runs), *losses.modules)
        return reader.rollout(self.pattern, layers, given, {}, words.read, shared, modules)


class _Run:
    """The network on one kind of image."""

    def __init__(self, tape: Tape, shared: Mapping[str, Node], stack: Stack, v: Node, row: int = 0) -> None:
        self.rows = len(stack.cells)
        own = replace(stack, rows=tuple(range(row, row + self.rows)), name="without the person" if row else "")
        self.start, first = started(tape, shared, own, v, places=False)
        self.layers: Sequence[Layer] = own.layers(tape, shared, first)

    def step(self, x: Node, borders: Borders) -> Node:
        for layer in self.layers:
            x = advance(layer, x, borders)
        return x


class _Losses:
    """What is added to −log p(w_t)."""

    def __init__(self, model: Equalizer, tape: Tape, shared: Mapping[str, Node], row: int) -> None:
        self._model, self._tape = model, tape
        own = {name: shared[name] for name in NAMES}
        self._unseen = Module("unseen", "y'", row, own, about="h_t W_hy + b_y without the person")
        self._confusion = Module("confusion", "AC", row, about="mean of |p'(G_w) − p'(G_m)| where w_t names a group")
        self._confident = Module("confidence", "Conf", row + 1, about="mean of p(other group) / (p(own group) + ε)")

    @property
    def modules(self) -> tuple[Module, ...]:
        return tuple(module for module in (self._unseen, self._confusion, self._confident) if module.outcomes)

    def at(self, t: int, y: Node, unseen: Node | None, targets: Array) -> Node | None:
        """Record α AC_t + μ Conf_t, of what is not left out."""
        terms = []
        if unseen is not None:
            confused = self._confused(t, unseen, targets)
            with self._tape.at(t, self._confusion.depth + 1, "loss"):
                terms.append(self._model.confusion * confused)
        if self._model.confident:
            module = self._confident
            with self._tape.at(t, module.depth, module.name):
                module.outcomes[t] = confident(softmax(y, "p"), targets)
            with self._tape.at(t, module.depth, "loss"):
                terms.append(self._model.confident * module.outcomes[t])
        with self._tape.at(t, self._confusion.depth + 1, "loss"):
            return add(*terms) if len(terms) == 2 else terms[0] if terms else None

    def _confused(self, t: int, unseen: Node, targets: Array) -> Node:
        reading, module, tape = self._unseen, self._confusion, self._tape
        with tape.at(t, reading.depth, "parameter"):
            used = reading.aliases[t] = alias_all(tape, reading.parameters)
        with tape.at(t, reading.depth, reading.name):
            reading.outcomes[t] = add(unseen @ used["W_hy"], used["b_y"], "y'")
        with tape.at(t, module.depth, module.name):
            module.outcomes[t] = appearance_confusion(softmax(reading.outcomes[t], "p'"), targets)
        return module.outcomes[t]
