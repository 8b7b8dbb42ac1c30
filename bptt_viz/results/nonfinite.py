"""Where the first number stands that is not finite, and which operation made it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Operand:
    """What went into the operation.

    Attributes:
        name: how it reads, such as `h_raw`.
        low: its smallest entry; NaN if an entry is not finite.
        high: its largest entry; NaN likewise.
    """

    name: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Place:
    """Where the first number stands that is not finite.

    Attributes:
        phase: `forward` for a value; `backward` for a cotangent, met walking back from the loss.
        step: t, or None outside time.
        layer: depth, 0 next to the input; None outside the layers.
        role: parameter, input, state, cell, readout or loss.
        name: the value's name in the equations, else what it was computed by, such as `matmul(h, W_hh)`. In the
            backward phase it is the value whose cotangent is not finite.
        primitive: the operation that made it: the one behind the value, or the one whose pullback made the cotangent
            (empty if only the sum of what several send is not finite).
        gates: the gates that the entries belong to; empty if it is not part of a gate.
        nan: how many entries are NaN.
        infinite: how many are infinite.
        entries: how many there are.
        operands: what went into the operation that made it.
        sentence: all this in words.
    """

    phase: Literal["forward", "backward"]
    step: int | None
    layer: int | None
    role: str
    name: str
    primitive: str
    gates: tuple[str, ...]
    nan: int
    infinite: int
    entries: int
    operands: tuple[Operand, ...]
    sentence: str
