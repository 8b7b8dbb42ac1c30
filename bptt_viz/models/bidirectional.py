"""A network that reads its input in both directions (Schuster & Paliwal 1997, IEEE Trans. Signal Processing 45)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.models.interface import Architecture, Feed, joined
from bptt_viz.models.reading import inputs_by_step, read_out, readout_parameters
from bptt_viz.models.rollout import Rollout
from bptt_viz.ops import concatenate
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Borders, Layer, Module, Pattern, Stack, Vertical, unroll


@dataclass(frozen=True)
class Bidirectional(Architecture):
    """→h_t = cell(x_t, →h_(t−1)); ←h_t = cell'(x_t, ←h_(t+1)); p_t = [→h_t ; ←h_t]; y_t = p_t W_hy + b_y.

    In a stack the next layer's both directions read p_t.

    Attributes:
        skip: add what a layer reads to what it hands up, from the second layer on.
    """

    skip: bool = False

    name: ClassVar[str] = "bidirectional"

    @property
    def pattern(self) -> Pattern:
        """Something in and something out at every step."""
        every = tuple(range(1, self.sizes.steps + 1))
        return Pattern("bidirectional", self.sizes.steps, every, every)

    @cached_property
    def stacks(self) -> tuple[Stack, Stack]:
        """The cells of each direction; both of a layer's read the same."""
        D, H, layers = self.sizes.inputs, self.sizes.hidden, range(self.sizes.layers)
        cells = [tuple(self.cell(2 * H if depth else D, H) for depth in layers) for _ in range(2)]
        return (
            Stack(cells[0], name="forward", rows=tuple(2 * depth for depth in layers)),
            Stack(cells[1], "back", "backward", tuple(2 * depth + 1 for depth in layers)),
        )

    def parameters(self) -> dict[str, Parameter]:
        """Return both directions' and the readout's parameters."""
        readout = readout_parameters(2 * self.sizes.hidden, self.sizes.outputs)
        return joined(*(stack.parameters() for stack in self.stacks), readout)

    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record layer by layer, each in both directions over all steps, then the readout."""
        x, targets = feed.arrays["x"], feed.classes["targets"]
        tape = Tape()
        shared = self.leaves(tape, values)
        firsts = [stack.leaves(tape, start or {}, x.shape[-2], str(x.dtype)) for stack in self.stacks]
        ahead = self.stacks[0].layers(tape, shared, firsts[0])
        back = self.stacks[1].layers(tape, shared, firsts[1], first=self.sizes.steps, backward=True)
        whole, xs = inputs_by_step(tape, x, self.pattern.inputs, differentiate_inputs)
        read, modules = xs, []
        vertical = Vertical(self.skip)
        for pair in zip(ahead, back, strict=True):
            module = _both(pair, list(read.values()), borders)
            modules.append(module)
            lowest = pair[0] is ahead[0]
            read = {
                t: joint if lowest else vertical.skipped(t, module.depth, joint, read[t])
                for t, joint in module.outcomes.items()
            }
        reader = read_out(tape, read, shared, {t: targets[t - 1] for t in read}, 2 * len(ahead))
        layers = [layer for pair in zip(ahead, back, strict=True) for layer in pair]
        starts = self.stacks[0].named(firsts[0]) | self.stacks[1].named(firsts[1])
        parts = (*modules, *vertical.modules)
        return reader.rollout(self.pattern, layers, {"x": whole}, starts, xs, shared, parts)


def _both(pair: tuple[Layer, Layer], read: Sequence[Node], borders: Borders | None) -> Module:
    """Run one layer's two directions over all steps and join what they say at each."""
    ahead = unroll([pair[0]], read, borders)
    back = unroll([pair[1]], read[::-1], borders)[::-1]
    made = Module("join", "‖", pair[1].depth, about="p_t = [→h_t ; ←h_t]")
    for t, states in enumerate(zip(ahead, back, strict=True), start=1):
        with read[0].tape.at(t, made.depth, made.name):
            made.outcomes[t] = concatenate(states, name="p")
    return made
