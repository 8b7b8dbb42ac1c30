"""Recurrent layers stacked in depth, with skip connections and dropout between them (CS231n lecture 10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.models.interface import Architecture, Feed, joined
from bptt_viz.models.reading import inputs_by_step, read_out, readout_parameters
from bptt_viz.models.readouts import Exact, Readout
from bptt_viz.models.rollout import Rollout
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Borders, Module, Pattern, Stack, Vertical, dropout_masks, stack_of, unroll


@dataclass(frozen=True)
class Multilayer(Architecture):
    """h_t^l = cell(p_t^(l−1), h_(t−1)^l); p_t^l = h_t^l, with a skip connection + p_t^(l−1); y_t = p_t W_hy + b_y.

    Attributes:
        skip: add what a layer reads to what it hands up, from the second layer on.
        dropout: p, the share of entries dropped between layers and before the readout.
        mask: a new mask at each step (`steps`), or one for all of them and for the states through time (`tied`).
    """

    skip: bool = False
    dropout: float = 0.0
    mask: Literal["steps", "tied"] = "steps"

    name: ClassVar[str] = "multilayer"
    default_layers: ClassVar[int] = 3

    def __post_init__(self) -> None:
        """Refuse a share of dropped entries that is none.

        Raises:
            UsageError: it is not between 0 and 1.
        """
        if not 0 <= self.dropout < 1:
            raise UsageError(f"option 'dropout' must be at least 0 and below 1, got {self.dropout:g}")

    @property
    def pattern(self) -> Pattern:
        """Something in and something out at every step."""
        every = tuple(range(1, self.sizes.steps + 1))
        return Pattern(self.name, self.sizes.steps, every, every)

    @cached_property
    def stacks(self) -> tuple[Stack]:
        """One stack."""
        return (stack_of(self.cell, self.sizes.inputs, self.sizes.hidden, self.sizes.layers),)

    def parameters(self) -> dict[str, Parameter]:
        """Return the cells' and the readout's parameters."""
        (stack,) = self.stacks
        return joined(stack.parameters(), readout_parameters(self.sizes.hidden, self.sizes.outputs))

    def drawn(self, rng: Generator, size: int, dtype: str = "float64") -> dict[str, Array]:
        """Return dropout masks."""
        cells = self.stacks[0].cells
        vertical = {f"x{row}": cell.input_size for row, cell in enumerate(cells)} | {"y": self.sizes.hidden}
        recurrent = {f"h{row}": cell.hidden_size for row, cell in enumerate(cells)}
        steps, tied = self.sizes.steps, self.mask == "tied"
        found = dropout_masks(rng, self.dropout, vertical, recurrent, steps, size, tied)
        return {name: mask.astype(dtype) for name, mask in found.items()}

    def readout(self, feed: Feed) -> Readout:  # noqa: ARG002, other readouts look at it
        """Return how the top states are read out."""
        return Exact()

    def read(
        self,
        tape: Tape,
        feed: Feed,
        shared: Mapping[str, Node],  # noqa: ARG002, a table of embeddings is among them
        differentiate: bool,
    ) -> tuple[dict[str, Node], dict[int, Node], tuple[Module, ...]]:
        """Record what the lowest layer reads: the real inputs by name, what is read by step, and modules on the way."""
        whole, xs = inputs_by_step(tape, feed.arrays["x"], self.pattern.inputs, differentiate)
        return {"x": whole}, xs, ()

    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record the layers from bottom to top at each step, then the readout."""
        (stack,), targets = self.stacks, feed.classes["targets"]
        tape = Tape()
        shared = self.leaves(tape, values)
        dtype = str(next(iter(values.values())).dtype)
        first = stack.leaves(tape, start or {}, targets.shape[1], dtype)
        layers = stack.layers(tape, shared, first)
        given, xs, modules = self.read(tape, feed, shared, differentiate_inputs)
        vertical = Vertical(self.skip, feed.drawn)
        tops = dict(enumerate(unroll(layers, list(xs.values()), borders, vertical), start=1))
        read = {t: vertical.dropped(top, "y", t, len(layers)) for t, top in tops.items()}
        asked = {t: targets[t - 1] for t in read}
        reader = read_out(tape, read, shared, asked, len(layers), self.readout(feed))
        parts = (*modules, *vertical.modules)
        return reader.rollout(self.pattern, layers, given, stack.named(first), xs, shared, parts)
