"""What a checker needs of anything it checks: named inputs, outputs by place, and the pullback that is in doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from bptt_viz.arrays import Array


class Place(NamedTuple):
    """Where in an unrolled network an output stands.

    Attributes:
        path: what it is: a state's name, `y` or `L`.
        t: time step, from 1; None where time has no meaning.
        layer: depth, from 0.
    """

    path: str
    t: int | None = None
    layer: int = 0


Outputs = Mapping[Place, Array]
Inputs = Mapping[str, Array]


class Problem(Protocol):
    """A function with a hand-made gradient, at one point.

    Attributes:
        label: the point in words: shape and state.
        inputs: the point, real arrays by name.
        gates: for packed inputs, the blocks of the last axis, or of the one that the input's kind names.
        batched: whether `outputs` takes inputs with one leading axis of perturbed copies.
    """

    @property
    def label(self) -> str:
        """The point in words."""
        ...

    @property
    def inputs(self) -> Inputs:
        """The point."""
        ...

    @property
    def gates(self) -> Mapping[str, tuple[str, ...]]:
        """Blocks of packed inputs."""
        ...

    @property
    def batched(self) -> bool:
        """Whether `outputs` takes leading axes."""
        ...

    def outputs(self, inputs: Inputs) -> Outputs:
        """Evaluate at other inputs, real or complex; leading axes of inputs come out as one of the outputs.

        Inputs may be dual numbers too, which most code written for NumPy takes; what does not may raise anything.
        """
        ...

    def pullback(self, cotangents: Outputs) -> Inputs:
        """Run one fresh forward pass and one backward pass at the point, and return the inputs' cotangents.

        Raises:
            Misbehaviour: backward changes what it was given.
        """
        ...


@dataclass(frozen=True, slots=True)
class Kind:
    """What an input is, and which way its axes run.

    Attributes:
        gate_axis: the axis along which the blocks of gates lie.
        time_axis: the axis of time steps, if it is a sequence.
        state: the state whose first value it is, if it is one.
    """

    gate_axis: int = -1
    time_axis: int | None = None
    state: str = ""


@runtime_checkable
class Described(Problem, Protocol):
    """A problem whose inputs do not go by the names and the layout of our own cells."""

    @property
    def kinds(self) -> Mapping[str, Kind]:
        """What its inputs are; those that are left out are parameters with gates along the last axis."""
        ...


def kind_of(problem: Problem, name: str) -> Kind:
    """Return what an input is; by our own names, `x` is the sequence (T, …) and `h_0` or `h_0_l1` a first state."""
    if isinstance(problem, Described):
        return problem.kinds.get(name, Kind())
    state, ends, _ = name.partition("_0")
    whole = name.split("_l", maxsplit=1)[0]
    return Kind(time_axis=0 if name == "x" else None, state=state if ends and whole.endswith("_0") else "")


@runtime_checkable
class Repeatable(Problem, Protocol):
    """A problem whose forward pass leaves something that several backward passes may start from."""

    def pullbacks(self, sets: Sequence[Outputs]) -> list[Inputs]:
        """Run one fresh forward pass and, one after the other, a backward pass for each set of cotangents."""
        ...


def pulled_back(problem: Problem, sets: Sequence[Outputs]) -> list[Inputs]:
    """Run a backward pass for each set of cotangents, each after a forward pass of its own unless one may serve all."""
    if isinstance(problem, Repeatable):
        return problem.pullbacks(sets)
    return [problem.pullback(cotangents) for cotangents in sets]


def project(outputs: Outputs, cotangents: Outputs) -> Array:
    """Return Σ ⟨cotangent, output⟩ over all places; leading axes of the outputs stay."""
    total: Array = np.zeros(())
    for place, cotangent in cotangents.items():
        axes = tuple(range(-cotangent.ndim, 0))
        total = total + np.sum(outputs[place] * cotangent, axis=axes)
    return total


class Inconclusive(Exception):  # noqa: N818 - an answer, not an error
    """The point does not allow a check; the message says why and where."""


class Misbehaviour(Exception):  # noqa: N818
    """The backward pass does what no gradient can; the message says what."""
