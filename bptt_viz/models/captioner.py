"""An image captioner: an image's features enter a recurrent network that writes words (CS231n lecture 10)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, Literal

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter, State, described
from bptt_viz.errors import UsageError
from bptt_viz.models.captioning import Captioning, Words
from bptt_viz.models.captions import Captions
from bptt_viz.models.image_start import start_parameters, started
from bptt_viz.models.interface import Feed, joined
from bptt_viz.models.reading import Reader, readout_parameters
from bptt_viz.models.rollout import Rollout
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Borders, Module, Stack, advance, alias_all, stack_of

_BIAS = "b_h"


@dataclass(frozen=True)
class Captioner(Captioning):
    """h_t = cell(x_t, h_(t−1)), with v W_ih added to the first pre-activation; y_t = h_t W_hy + b_y, until END.

    Attributes:
        image: where the features v enter: the pre-activation of the `first` step, that of `every` step, or the
            initial states, `h0`.
    """

    image: Literal["first", "every", "h0"] = "first"

    name: ClassVar[str] = "captioner"

    @classmethod
    def shaped(cls, batch: Captions) -> Captions:
        """Return the data with one feature vector an image."""
        return replace(batch, features=batch.whole)

    @cached_property
    def stacks(self) -> tuple[Stack]:
        """One stack, on one-hot words; START is one of them.

        Raises:
            UsageError: the lowest cell has no b_h that v W_ih could be added to.
        """
        made = stack_of(self.cell, self.sizes.outputs + 1, self.sizes.hidden, self.sizes.layers)
        if self.image != "h0" and _BIAS not in described(made.cells[0]):
            cell = type(made.cells[0]).__name__
            raise UsageError(f"image={self.image} adds v W_ih to the bias b_h, and {cell} has none; take image=h0")
        return (made,)

    def parameters(self) -> dict[str, Parameter]:
        """Return the image's, the cells' and the readout's parameters."""
        (stack,), F = self.stacks, self.sizes.inputs
        bias = described(stack.cells[0]).get(_BIAS)
        if self.image == "h0" or bias is None:
            image = start_parameters(stack, F)
        else:
            image = {"W_ih": Parameter((F, bias.shape[0]), "input", bias.gates)}
        return joined(image, stack.parameters(), readout_parameters(self.sizes.hidden, self.sizes.outputs))

    def starts(self, size: int) -> dict[str, tuple[int, ...]]:
        """Return the initial states, unless the image makes them."""
        return {} if self.image == "h0" else super().starts(size)

    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record what the image makes, and then the words one by one."""
        (stack,), targets = self.stacks, feed.classes["targets"]
        tape, borders = Tape(), borders or Borders()
        shared = self.leaves(tape, values)
        words = Words(self, tape, feed, differentiate_inputs)
        module, first, starts = self._begun(tape, shared, words.given["v"], start or {}, targets.shape[1])
        layers = stack.layers(tape, shared, first)
        reader = Reader(tape, shared, len(layers))
        scores: Node | None = None
        for t in self.pattern.inputs:
            below = words.at(t, scores)
            for run in layers:
                entering = self._entering(tape, t, module, words.given["v"]) if run is layers[0] else None
                below = advance(run, below, borders, onto=entering)
            scores = reader.read(t, below, targets[t - 1], words.counted(t))
        return reader.rollout(self.pattern, layers, words.given, starts, words.read, shared, (module,))

    def _begun(
        self, tape: Tape, shared: Mapping[str, Node], v: Node, start: Mapping[str, Array], size: int
    ) -> tuple[Module, Sequence[State], dict[str, Node]]:
        """Return the image's module, the initial states, and those of them that were given."""
        (stack,) = self.stacks
        if self.image == "h0":
            module, first = started(tape, shared, stack, v, places=False)
            return module, first, {}
        given = stack.leaves(tape, start, size, str(v.value.real.dtype))
        about = f"v W_ih, added to the pre-activation of {self.image} step".replace("first", "the first")
        return Module("image", "W_ih", 0, {"W_ih": shared["W_ih"]}, about=about), given, stack.named(given)

    def _entering(self, tape: Tape, t: int, module: Module, v: Node) -> State | None:
        """Record what the image adds to the lowest cell's bias at a step, if anything."""
        if self.image == "h0" or (self.image == "first" and t > 1):
            return None
        with tape.at(t, 0, "parameter"):
            used = module.aliases[t] = alias_all(tape, module.parameters)
        with tape.at(t, 0, module.name):
            module.outcomes[t] = v @ used["W_ih"]
            module.outcomes[t].name = "i"
        return {_BIAS: module.outcomes[t]}
