"""Visual question answering: a question is read word by word and answered from an image's features."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.initialisation import Generator
from bptt_viz.models.batch import Batch
from bptt_viz.models.interface import Architecture, Feed, joined
from bptt_viz.models.questions import Questions, questions
from bptt_viz.models.reading import Reader, inputs_by_step, readout_parameters
from bptt_viz.models.rollout import Rollout
from bptt_viz.ops import add, concatenate, tanh
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import (
    Attention,
    Borders,
    Module,
    Pattern,
    Stack,
    alias_all,
    attention_parameters,
    stack_of,
    unroll,
)

if TYPE_CHECKING:
    from bptt_viz.models.request import Request

_PLACES = 3
"""L of the grids that checks draw."""


@dataclass(frozen=True)
class VQA(Architecture):
    """h_t = cell(x_t, h_(t−1)) over the question; u = tanh([h_T ; z] W_u + b_u); the answer is softmax(u W_hy + b_y).

    z is the image's feature vector v, or what attention with the query h_T reads of the v_i of its places.

    Attributes:
        attention: how the question looks at places of the image; `none` reads one vector for the whole of it.
    """

    attention: Literal["none", "general", "additive"] = "none"

    name: ClassVar[str] = "vqa"
    reads_text: ClassVar[bool] = False
    own_data: ClassVar[str] = "questions"

    @property
    def pattern(self) -> Pattern:
        """Words go in at every step, the answer comes out at the last."""
        T = self.sizes.steps
        return Pattern(self.name, T, tuple(range(1, T + 1)), (T,))

    @cached_property
    def stacks(self) -> tuple[Stack]:
        """One stack, on one-hot words."""
        return (stack_of(self.cell, self.sizes.inputs, self.sizes.hidden, self.sizes.layers),)

    def parameters(self) -> dict[str, Parameter]:
        """Return the cells', attention's, the joining layer's and the readout's parameters."""
        H, F = self.sizes.hidden, self.sizes.features
        joining = {"W_u": Parameter((H + F, H), "input"), "b_u": Parameter((H,), "bias")}
        attention = attention_parameters(self.attention, H, F, H)
        return joined(self.stacks[0].parameters(), attention, joining, readout_parameters(H, self.sizes.outputs))

    @classmethod
    def batch(cls, request: "Request", options: Mapping[str, Any]) -> Batch:
        """Return questions about drawn scenes, with features of each place if it is attended to."""
        drawn = questions(request.batch, request.seed, request.steps)
        looks = options.get("attention", cls.attention) != "none"
        return drawn if looks else replace(drawn, features=drawn.whole)

    def feed(self, batch: Batch, rng: Generator, dtype: str = "float64") -> Feed:  # noqa: ARG002, nothing is left to chance
        """Return the words as one-hot rows, the image's features, and the answers."""
        assert isinstance(batch, Questions)
        return Feed({"x": batch.one_hot(dtype), "v": batch.features.astype(dtype)}, {"targets": batch.targets})

    def random_feed(self, rng: Generator, size: int) -> Feed:
        """Return normal words and features, and uniform answers."""
        x = rng.standard_normal((self.sizes.steps, size, self.sizes.inputs))
        places = () if self.attention == "none" else (_PLACES,)
        v = rng.standard_normal((size, *places, self.sizes.features))
        return Feed({"x": x, "v": v}, {"targets": rng.integers(0, self.sizes.outputs, (1, size))})

    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record the question, then what is seen of the image, and the answer."""
        (stack,), targets = self.stacks, feed.classes["targets"]
        tape = Tape()
        shared = self.leaves(tape, values)
        first = stack.leaves(tape, start or {}, targets.shape[1], str(feed.arrays["x"].dtype))
        layers = stack.layers(tape, shared, first)
        whole, xs = inputs_by_step(tape, feed.arrays["x"], self.pattern.inputs, differentiate_inputs)
        with tape.at(role="input"):
            v = (tape.leaf if differentiate_inputs else tape.constant)(feed.arrays["v"], "v")
        top = unroll(layers, list(xs.values()), borders)[-1]
        seen, looking = self._seen(tape, shared, top, v)
        fusion = self._joined(tape, shared, top, seen)
        reader = Reader(tape, shared, len(layers))
        reader.read(self.sizes.steps, fusion.outcomes[self.sizes.steps], targets[0])
        given = {"x": whole, "v": v}
        return reader.rollout(self.pattern, layers, given, stack.named(first), xs, shared, (*looking, fusion))

    def _seen(self, tape: Tape, shared: Mapping[str, Node], query: Node, v: Node) -> tuple[Node, tuple[Module, ...]]:
        """Record z."""
        if self.attention == "none":
            return v, ()
        own = {name: shared[name] for name in attention_parameters(self.attention, 1, 1, 1)}
        attention = Attention(tape, self.attention, own, self.sizes.layers - 1)
        return attention.look(self.sizes.steps, query, v), (attention.module,)

    def _joined(self, tape: Tape, shared: Mapping[str, Node], h: Node, z: Node) -> Module:
        """Record u."""
        t, row = self.sizes.steps, self.sizes.layers - 1
        own = {name: shared[name] for name in ("W_u", "b_u")}
        about = f"u = tanh([h_T ; {'v' if self.attention == 'none' else 'z'}] W_u + b_u)"
        module = Module("joined", "u", row, own, about=about)
        with tape.at(t, row, "parameter"):
            used = module.aliases[t] = alias_all(tape, own)
        with tape.at(t, row, module.name):
            module.outcomes[t] = tanh(add(concatenate([h, z], name="hz") @ used["W_u"], used["b_u"], "u_raw"), "u")
        return module
