"""What a recurrent cell is: its parameters' shapes, its gates and states, and one step of its equations."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar, Literal

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.tape import Node

Role = Literal["input", "recurrent", "bias", "peephole"]
State = dict[str, Node]
Values = dict[str, Array]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One array that a cell learns.

    Attributes:
        shape: (rows, columns) of a matrix that multiplies row vectors from the right, or (size,) of a vector.
        role: what it connects; decides how it is initialised.
        gates: the blocks of its last axis, in order; empty if it is not packed.
    """

    shape: tuple[int, ...]
    role: Role
    gates: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn.

        Raises:
            UsageError: there are not one or two axes, an axis is empty, or the gates do not cut the last one evenly.
        """
        if len(self.shape) not in {1, 2} or min(self.shape) < 1:
            raise UsageError(f"a parameter must be a vector or a matrix that is not empty, got shape {self.shape}")
        if self.gates and self.shape[-1] % len(self.gates):
            raise UsageError(f"{len(self.gates)} gates do not cut {self.shape[-1]} columns evenly")


@dataclass(frozen=True)
class Cell(ABC):
    """One recurrent cell; a subclass is its equations.

    Attributes:
        input_size: D, the length of x_t.
        hidden_size: H, the length of each state.
        states: names of the states that go from step to step; the first is the one that is read out.
        gates: names of the nodes that are gates, as `step` names them.
    """

    input_size: int
    hidden_size: int

    states: ClassVar[tuple[str, ...]] = ("h",)
    gates: ClassVar[tuple[str, ...]] = ()

    @abstractmethod
    def parameters(self) -> Mapping[str, Parameter | tuple[int, ...]]:
        """Return each parameter's description, or just its shape, by name."""

    @abstractmethod
    def step(self, p: SimpleNamespace, x: Node, s: SimpleNamespace) -> State:
        """Return the states at t.

        Args:
            p: the parameters at this step, as attributes.
            x: input x_t, (…, N, D).
            s: the states at t−1, as attributes, each (…, N, H).
        """

    def adjust(self, values: Values) -> None:  # noqa: B027, a hook that most cells leave alone
        """Change freshly drawn parameter values in place where the cell wants other ones; none by default."""


def described(cell: Cell) -> dict[str, Parameter]:
    """Return the cell's parameters, with roles filled in where only a shape was given.

    A vector is a bias; a matrix with an `x` in its name multiplies the input; any other is recurrent.

    Raises:
        UsageError: what stands for a parameter is neither a `Parameter` nor a tuple.
    """
    return {name: _described(name, given) for name, given in cell.parameters().items()}


def _described(name: str, given: Parameter | tuple[int, ...]) -> Parameter:
    if isinstance(given, Parameter):
        return given
    if not isinstance(given, tuple):
        raise UsageError(f"parameter {name!r}: expected a shape such as (H,) or (D, H), got {given!r}")
    return Parameter(given, _role(name, given))


def _role(name: str, shape: tuple[int, ...]) -> Role:
    if len(shape) == 1:
        return "bias"
    return "input" if "x" in name else "recurrent"
