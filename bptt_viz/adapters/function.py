"""A function of some framework as a problem: named float64 arrays in, outputs split by time, and its own gradient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.problem import Inputs, Kind, Outputs, Place

Named = Mapping[str, Array]

# Copies evaluated together and one by one differ by the order of sums alone.
_SAME = 1e-12


class Function(Protocol):
    """What a framework lends: a function of named arrays and the gradient that it claims for it."""

    def evaluate(self, values: Named) -> dict[str, Array]:
        """Return the outputs by name, of real or complex inputs.

        Raises:
            TypeError: the framework has no such function of complex numbers.
        """
        ...

    def together(self, values: Named, moved: frozenset[str]) -> dict[str, Array]:
        """Return the outputs of many copies along a leading axis, which the moved inputs have.

        Raises:
            Exception: the framework cannot.
        """
        ...

    def pull(self, values: Named, cotangents: Named) -> dict[str, Array]:
        """Return the gradient of ⟨cotangents, outputs⟩ by every floating input, as the framework finds it.

        Raises:
            Misbehaviour: the backward pass fails, or changes what it was given.
        """
        ...


@dataclass(frozen=True)
class Layout:
    """Which axes of inputs and outputs are time and batch, by name; what is left out has none.

    Attributes:
        time: the axis of time steps.
        rows: the axis of the batch.
        states: inputs that are first states, with the state's name.
        gates: inputs that pack gates, with the gates.
        gate_axis: the axis along which gates lie.
        runs: packed outputs, with the number of rows at each time step.
    """

    time: Mapping[str, int] = field(default_factory=dict)
    rows: Mapping[str, int] = field(default_factory=dict)
    states: Mapping[str, str] = field(default_factory=dict)
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    gate_axis: Mapping[str, int] = field(default_factory=dict)
    runs: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def cut(self, name: str, output: Array, lead: int) -> list[Array] | None:
        """Return an output's time steps, behind leading axes of copies; None if it has none."""
        if name in self.runs:
            return np.split(output, np.cumsum(self.runs[name])[:-1], lead)
        return list(np.moveaxis(output, self.time[name] + lead, 0)) if name in self.time else None

    def joined(self, name: str, steps: Sequence[Array]) -> Array:
        """Put an output's time steps together again."""
        if name in self.runs:
            return np.concatenate(steps)
        return np.stack(steps, self.time[name]) if name in self.time else steps[0]


@dataclass(frozen=True)
class Subject:
    """A function at an example of its inputs.

    Attributes:
        name: what the report calls it.
        function: it.
        parameters: its parameters, float64.
        arguments: its floating arguments, float64.
        constants: whatever else it is given in arrays, such as tokens and masks.
        layout: which axes are which.
        outputs: the outputs that are compared.
        single: where it computes in single precision unless that is made double, in words; empty if nowhere.
    """

    name: str
    function: Function
    parameters: Named
    arguments: Named
    constants: Named
    layout: Layout
    outputs: tuple[str, ...]
    single: str = ""

    @property
    def steps(self) -> int:
        """T of the example; 1 where no axis is known to be time."""
        return max(self._size(self.layout.time), *map(len, self.layout.runs.values()), 1)

    @property
    def rows(self) -> int:
        """N of the example; 1 where no axis is known to be the batch."""
        return self._size(self.layout.rows)

    def _size(self, axes: Mapping[str, int]) -> int:
        given = {**self.arguments, **self.constants}
        return max((given[name].shape[axis] for name, axis in axes.items() if name in given), default=1)


class FunctionProblem:
    """A subject at one point."""

    def __init__(self, subject: Subject, inputs: Named, constants: Named, label: str) -> None:
        self.subject = subject
        self.inputs = dict(inputs)
        self.constants = dict(constants)
        self.label = label
        self.gates = {name: gates for name, gates in subject.layout.gates.items() if name in inputs}

    @cached_property
    def kinds(self) -> Mapping[str, Kind]:
        """What the inputs are."""
        layout = self.subject.layout
        return {
            name: Kind(layout.gate_axis.get(name, -1), layout.time.get(name), layout.states.get(name, ""))
            for name in self.inputs
        }

    @cached_property
    def batched(self) -> bool:
        """Whether two copies evaluated together come out as they do one by one."""
        name, value = next(iter(self.inputs.items()))
        copies = np.stack([value, value + 0.125])
        try:
            both = self._evaluated({**self.inputs, name: copies}, frozenset({name}))
        except Exception:
            return False
        alone = [self._evaluated({**self.inputs, name: copy}, frozenset()) for copy in copies]
        return all(_alike(both[place][k], each[place]) for k, each in enumerate(alone) for place in each)

    def outputs(self, inputs: Inputs) -> Outputs:
        """Evaluate at other inputs, real or complex."""
        moved = frozenset(name for name, value in inputs.items() if np.ndim(value) > self.inputs[name].ndim)
        return self._evaluated(inputs, moved)

    def _evaluated(self, inputs: Inputs, moved: frozenset[str]) -> Outputs:
        # Layers and loops want all their numbers of one kind.
        kind = complex if any(map(np.iscomplexobj, inputs.values())) else float
        whole = {name: np.asarray(value, kind) for name, value in inputs.items()}
        function, values = self.subject.function, {**whole, **self.constants}
        found = function.together(values, moved) if moved else function.evaluate(values)
        return self._split(found, 1 if moved else 0)

    def _split(self, found: Named, lead: int) -> Outputs:
        places: dict[Place, Array] = {}
        for name in self.subject.outputs:
            steps = self.subject.layout.cut(name, found[name], lead)
            if steps is None:
                places[Place(name)] = found[name]
            else:
                places |= {Place(name, t): step for t, step in enumerate(steps, start=1)}
        return places

    def pullback(self, cotangents: Outputs) -> Inputs:
        """Return the gradient that the framework claims."""
        found = self.subject.function.pull({**self.inputs, **self.constants}, self._joined(cotangents))
        return {name: found[name] for name in self.inputs}

    def _joined(self, cotangents: Outputs) -> dict[str, Array]:
        layout = self.subject.layout
        by_name: dict[str, list[Array]] = {name: [] for name in self.subject.outputs}
        for place, cotangent in cotangents.items():
            by_name[place.path].append(cotangent)
        return {name: layout.joined(name, steps) for name, steps in by_name.items()}


def _alike(a: Array, b: Array) -> bool:
    return a.shape == b.shape and norm(a - b) <= _SAME * (norm(a) + norm(b))
