"""The backward pass of one time step, operation by operation, in the order in which it runs."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array in short.

    Attributes:
        shape: its shape.
        norm: Euclidean norm.
        low: smallest entry.
        high: largest entry.
        text: all entries of a small array; else shape, range and norm.
    """

    shape: tuple[int, ...]
    norm: float
    low: float
    high: float
    text: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """One share of a cotangent.

    Attributes:
        source: where it comes from: a value that was made of this one, another step, or the total loss.
        text: how it reads.
        numbers: what it is.
    """

    source: str
    text: str
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Sent:
    """What an operation hands to one of its operands.

    Attributes:
        target: the operand's name or formula.
        derivative: what the incoming cotangent, `·`, is multiplied with; 1 where it is handed on as it is.
        text: how the outgoing cotangent reads.
        numbers: what it is; None to a constant.
    """

    target: str
    derivative: str
    text: str
    numbers: Numbers | None


@dataclass(frozen=True, slots=True)
class Row:
    """A value and the operation that made it.

    Attributes:
        value: its name or formula.
        formula: what the operation computes; the name for what is given.
        symbol: of the operation; empty for what is given.
        rule: what the operation's rule does, in a word or two.
        kind: `op`, or as what a given value would be drawn: `input`, `state`, `weights`, `constant`.
        layer: depth.
        gate: name of the gate that it is; empty for all others.
        cotangent: how all that arrives reads.
        numbers: all that arrives.
        arrivals: its shares.
        joins: the shares are parts side by side instead of summands.
        sends: what goes on to the operands.
    """

    value: str
    formula: str
    symbol: str
    rule: str
    kind: str
    layer: int
    gate: str
    cotangent: str
    numbers: Numbers
    arrivals: tuple[Arrival, ...]
    joins: bool
    sends: tuple[Sent, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """One step.

    Attributes:
        title: the model and the step.
        t: the step, from 1.
        steps: T.
        rows: from the loss back to what the step was given.
    """

    title: str
    t: int
    steps: int
    rows: tuple[Row, ...]
