"""How far back the credit for each loss reaches: the norms of ∂L_k/∂h_t for all losses k and all states t ≤ k."""

from dataclasses import dataclass

from bptt_viz.arrays import Array
from bptt_viz.results.norms import Run

SHARES = (0.1, 1e-3)
"""Of ‖∂L_k/∂h_k‖: the shares below which the distances are reported."""


@dataclass(frozen=True, slots=True)
class Reach:
    """The distance k − t at which ‖∂L_k/∂h_t‖ first passes a multiple of ‖∂L_k/∂h_k‖.

    Attributes:
        share: the multiple; passing means falling below it if it is less than 1, else rising above it.
        distance: median over the losses, in steps (Kaplan & Meier 1958, since early losses have few steps before
            them); None if fewer than half of them pass it.
    """

    share: float
    distance: int | None


@dataclass(frozen=True, slots=True)
class Credit:
    """The credit matrix of one layer.

    Attributes:
        run: what was run.
        layer: depth of the states, 0 next to the input.
        state: a state's name, or `joint` for all states of the layer together.
        losses: the steps k that have a loss, one a row.
        norms: ‖∂L_k/∂h_t‖ over the whole batch, (losses, T), column t − 1 for step t; exactly 0 where t > k.
        inputs: the first window's input character by step, None where nothing is read.
        targets: the first window's target character by step, None where nothing is asked for.
        profile: ‖∂L_k/∂h_{k−d}‖ / ‖∂L_k/∂h_k‖ by distance d = 0, 1, …: its 10 % quantile, median and 90 % quantile
            over the losses with a finite row, (3, distances).
        reach: distances by share.
        finding: what it comes to, in one sentence.
    """

    run: Run
    layer: int
    state: str
    losses: tuple[int, ...]
    norms: Array
    inputs: tuple[str | None, ...]
    targets: tuple[str | None, ...]
    profile: Array
    reach: tuple[Reach, ...]
    finding: str

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return int(self.norms.shape[1])

    @property
    def symbol(self) -> str:
        """Return what an entry is, such as ‖∂L_k/∂h_t‖."""
        return f"‖∂L_k/∂{self.state}_t‖" if self.state != "joint" else "‖∂L_k/∂(all states)_t‖"

    def row(self, place: int) -> Array:
        """Return ‖∂L_k/∂h_t‖ for t = 1 … k, of the loss in row `place`."""
        return self.norms[place, : self.losses[place]]
