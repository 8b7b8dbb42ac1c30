"""What each time step adds to the gradient of each parameter and each gate's part of it."""

from dataclasses import dataclass

from bptt_viz.results.norms_chain import Series


@dataclass(frozen=True, slots=True)
class ParameterNorms:
    """‖dW_t‖ of one parameter, or of the columns that belong to one gate.

    Attributes:
        name: the parameter's.
        gate: the gate's; None for the whole parameter.
        norms: by time step.
        smallest: of those that are finite; None if none is.
        largest: likewise.
        nan: at how many steps it is NaN.
        infinite: at how many steps it is infinite.
        first: the first of these steps, from 1; None if there is none.
        last: the last of them.
    """

    name: str
    gate: str | None
    norms: Series
    smallest: float | None
    largest: float | None
    nan: int
    infinite: int
    first: int | None
    last: int | None
