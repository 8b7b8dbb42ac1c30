"""How targets are checked, as it goes to the child process."""

from dataclasses import dataclass, field

from bptt_viz.results.check import Judgement


@dataclass(frozen=True, slots=True)
class Question:
    """How targets are checked.

    Attributes:
        seed: of every random draw.
        every_entry: compare every entry, whatever the random projections say.
        method: how the numeric side is found; None chooses.
        judgement: the tolerances.
        shapes: `TxN` pairs as on the command line; None for the usual ones.
    """

    seed: int = 0
    every_entry: bool = False
    method: str | None = None
    judgement: Judgement = field(default_factory=Judgement)
    shapes: str | None = None
