"""Between layers: skip connections and dropout."""

from collections.abc import Mapping

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import State
from bptt_viz.ops import add, multiply
from bptt_viz.tape import Node
from bptt_viz.topologies.module import Module
from bptt_viz.topologies.unroll import Between, Layer

Generator = np.random.Generator


class Vertical(Between):
    """Skip connections p^l = h^l + p^(l−1) above the first layer, and dropout by masks.

    A skip connection is vertical: the state that goes on through time is the cell's own (as in Wu et al. 2016,
    arXiv:1609.08144, eq. 6). Dropout multiplies what a layer reads by a mask: a new one at each step (Zaremba et al.
    2014, arXiv:1409.2329), or, tied over time, the same one at every step, with another on h_(t−1) (Gal & Ghahramani
    2016, arXiv:1512.05287).

    Attributes:
        modules: what was recorded, one module for each place at which something happens.
    """

    def __init__(self, skip: bool = False, masks: Mapping[str, Array] | None = None) -> None:
        """Set it up.

        Args:
            skip: add what a layer reads to what it hands up, from the second layer on.
            masks: by name: `x{row}` for what the layer of a row reads, `h{row}` for its states through time, and `y`
                for what is read out. (T, N, ·) if each step has its own, (N, ·) if all share one.
        """
        self._skip = skip
        self._masks = masks or {}
        self._modules: dict[tuple[str, int], Module] = {}

    @property
    def modules(self) -> tuple[Module, ...]:
        """What was recorded, from bottom to top."""
        return tuple(
            module for _, module in sorted(self._modules.items(), key=lambda found: (found[0][1], found[0][0]))
        )

    def up(self, run: Layer, below: Node) -> Node:
        """Drop entries of what the layer reads."""
        return self.dropped(below, f"x{run.depth}", run.next, run.depth)

    def through(self, run: Layer, carried: State) -> State:
        """Drop entries of the state that is read out, if the mask is tied over time."""
        first, mask = run.cell.states[0], f"h{run.depth}"
        if mask not in self._masks:
            return carried
        return carried | {first: self.dropped(carried[first], mask, run.next, run.depth, f"{first}̃")}

    def out(self, run: Layer, state: Node, below: Node) -> Node:
        """Add what came from below."""
        return self.skipped(run.steps[-1], run.depth, state, below) if run.depth else state

    def skipped(self, t: int, row: int, state: Node, below: Node) -> Node:
        """Return p = h + what came from below if there are skip connections, else h."""
        if not self._skip:
            return state
        module = self._module("skip", row, "+", "p_t = h_t + what comes from the layer below")
        with state.tape.at(t, row, "skip"):
            module.outcomes[t] = add(state, below, "p")
        return module.outcomes[t]

    def dropped(self, value: Node, name: str, t: int, row: int, called: str = "x̃") -> Node:
        """Return a value with entries dropped by a mask, if there is one of that name."""
        if name not in self._masks:
            return value
        mask, tape = self._masks[name], value.tape
        kind = "dropout" if name[0] != "h" else "dropout through time"
        module = self._module(kind, row, "drop", "entries times 0 or 1 / (1 − p)")
        with tape.at(t, row, kind):
            chosen = tape.constant(mask if mask.ndim == 2 else mask[t - 1], "m")
            module.outcomes[t] = multiply(chosen, value, called)
        return module.outcomes[t]

    def _module(self, name: str, row: int, label: str, about: str) -> Module:
        return self._modules.setdefault((name, row), Module(name, label, row, about=about))


def dropout_masks(
    rng: Generator,
    share: float,
    vertical: Mapping[str, int],
    recurrent: Mapping[str, int],
    steps: int,
    size: int,
    tied: bool,
) -> dict[str, Array]:
    """Draw masks for `Vertical`: 0 with probability p, else 1 / (1 − p), so that means stay (inverted dropout).

    Args:
        rng: where they are drawn from. A sequence is drawn once, however many chunks it is truncated to.
        share: p, from 0 to below 1; 0 draws nothing.
        vertical: by mask, the length of what it falls on between layers.
        recurrent: by mask, the length of the state through time that it falls on; used if tied.
        steps: T.
        size: N.
        tied: one mask for all steps, and one for the states through time.
    """
    if not share:
        return {}
    shape = (size,) if tied else (steps, size)
    found = {name: _mask(rng, share, (*shape, width)) for name, width in vertical.items()}
    if tied:
        found |= {name: _mask(rng, share, (size, width)) for name, width in recurrent.items()}
    return found


def _mask(rng: Generator, share: float, shape: tuple[int, ...]) -> Array:
    return (rng.random(shape) >= share) / (1 - share)
