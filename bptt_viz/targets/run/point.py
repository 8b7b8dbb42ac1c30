"""Points of a target: sizes chosen, arrays drawn, and which axis is time and which the batch."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Kind
from bptt_viz.checking.shapes import Shape
from bptt_viz.targets.declaration import Shapes, Target
from bptt_viz.targets.roles import Roles
from bptt_viz.targets.run.code import Code
from bptt_viz.targets.run.drawing import drawn
from bptt_viz.targets.run.forms import Form
from bptt_viz.targets.run.loading import Loaded
from bptt_viz.targets.run.posed import Posed


@dataclass(frozen=True)
class Posing:
    """How a target is posed at any point.

    Attributes:
        target: the declaration.
        roles: what its names stand for.
        loaded: its module.
        shapes: of the arrays, as found to fit.
        sizes: of all letters at the point at which they were found to fit.
        time: the letter of time steps; empty if there is none.
        batch: the letter of rows; empty if there is none.
        forms: of the outputs.
        states: which state each input is the first value of, for inputs that are one.
        positive: whether real numbers are drawn above 0 only.
        without: inputs for which backward gives None.
        upstream: by which cotangents are multiplied, and gradients divided.
        weights: by which all real numbers are multiplied.
        untruncated: whether whatever the code calls a truncation is put out of reach.
        factor: by which a loss is multiplied at some sizes; None for 1.
    """

    target: Target
    roles: Roles
    loaded: Loaded
    shapes: Shapes
    sizes: Mapping[str, int]
    time: str = ""
    batch: str = ""
    forms: Mapping[str, Form] | None = None
    states: Mapping[str, str] | None = None
    positive: bool = False
    without: frozenset[str] = frozenset()
    upstream: float = 1.0
    weights: float = 1.0
    untruncated: bool = False
    factor: Callable[[Mapping[str, int]], float] | None = None

    def at(self, shape: Shape, rng: np.random.Generator, scale: float = 1.0) -> Posed:
        """Pose the target at a point of the sweep.

        Args:
            shape: the point.
            rng: of the arrays.
            scale: by which real numbers are multiplied.
        """
        sizes = {**self.sizes, **({self.time: shape.steps} if self.time else {})}
        sizes |= {self.batch: shape.size} if self.batch else {}
        return self.with_sizes(sizes, shape, rng, scale)

    def with_sizes(self, sizes: Mapping[str, int], shape: Shape, rng: np.random.Generator, scale: float = 1.0) -> Posed:
        """Pose the target with any sizes."""
        values = {name: drawn(spec, sizes, rng, self.positive) for name, spec in self.shapes.items()}
        states = self.states or {}
        for name, value in values.items():
            if value.dtype.kind == "f":
                values[name] = (
                    np.zeros_like(value) if shape.zero_state and name in states else value * (scale * self.weights)
                )
        code = Code(self.target, self.roles, self.loaded, sizes, self.untruncated)
        wanted = self.wanted()
        return Posed(
            code,
            self.label(sizes, shape),
            {name: value for name, value in values.items() if name in wanted},
            {name: value for name, value in values.items() if name not in wanted},
            self.forms or {},
            {name: gates for name, gates in self.target.gates.items() if name in wanted},
            {name: self.kind(name) for name in wanted},
            sizes.get(self.time, 1),
            self.upstream,
            self.factor(sizes) if self.factor is not None else 1.0,
        )

    @property
    def may_vary_time(self) -> bool:
        """Whether the number of time steps may be chosen."""
        return bool(self.time) and self.time not in self.target.sizes

    @property
    def may_vary_batch(self) -> bool:
        """Whether the number of rows may be chosen."""
        return bool(self.batch) and self.batch not in self.target.sizes

    def headless(self) -> "Posing | None":
        """Return it with cotangents for the steps alone, if an output begins with the state before the first one."""
        forms = self.forms or {}
        if not any(form.has_head for form in forms.values()):
            return None
        return replace(self, forms={name: form.beheaded() for name, form in forms.items()})

    def longest(self, shapes: Sequence[Shape]) -> int | None:
        """Return how many time steps the longest of some points has: 1 for a single step; None if there is no time."""
        if self.time:
            return max((shape.steps for shape in shapes), default=None)
        ranks = {name: len(spec.axes) for name, spec in self.shapes.items() if name not in self.features()}
        of_states = [ranks[name] for name in self.states or () if name in ranks]
        return 1 if of_states and max(ranks.values()) == max(of_states) and not self.target.steps else None

    def parameters(self) -> tuple[str, ...]:
        """Return the inputs with a gradient that stand neither at time steps nor in rows."""
        features = self.features()
        return tuple(name for name in self.wanted() if name in features)

    def features(self) -> tuple[str, ...]:
        """Return the inputs that stand neither at time steps nor in rows, and are no state."""
        lead = {self.time, self.batch} - {""}
        alone = (name for name, spec in self.shapes.items() if spec.axes and not lead & {*spec.axes})
        return tuple(name for name in alone if name not in (self.states or {}) and not is_earlier(name))

    def part(self, posed: Posed, start: int, end: int) -> Posed | None:
        """Return a point's time steps from `start` (from 0) up to `end` alone, from the state that it has there.

        None if not all states are among the outputs.
        """
        states = self._states_at(posed, start)
        if states is None:
            return None

        def cut(name: str, value: Array) -> Array:
            axes = self.shapes[name].axes
            if self.time in axes:
                return np.take(value, range(start, end), axes.index(self.time))
            return states.get(name, value)

        code = Code(
            self.target, self.roles, self.loaded, {**posed.code.sizes, self.time: end - start}, self.untruncated
        )
        return replace(
            posed,
            code=code,
            inputs={name: cut(name, value) for name, value in posed.inputs.items()},
            constants={name: cut(name, value) for name, value in posed.constants.items()},
            steps=end - start,
        )

    def _states_at(self, posed: Posed, step: int) -> dict[str, Array] | None:
        if step == 0:
            return {}
        outputs = posed.outputs(posed.inputs)
        by_core = {core(place.path): value for place, value in outputs.items() if place.t == step}
        states = self.states or {}
        if any(state not in by_core for state in states.values()):
            return None
        found = {name: by_core[state] for name, state in states.items()}
        every = {**posed.inputs, **posed.constants}
        return found if all(found[name].shape == every[name].shape for name in found) else None

    def wanted(self) -> tuple[str, ...]:
        """Return the inputs whose gradient is in question: real numbers for which one is given back."""
        given = set(self.roles.gradients.values()) - self.without
        return tuple(name for name, spec in self.shapes.items() if name in given and spec.kind == "float")

    def kind(self, name: str) -> Kind:
        """Return what an input is."""
        axes = self.shapes[name].axes
        gate_axis = 0 if self.target.axis == "first" else -1
        time = axes.index(self.time) if self.time and self.time in axes else None
        return Kind(gate_axis, time, (self.states or {}).get(name, ""))

    def label_at(self, steps: int, size: int) -> str:
        """Return the sizes of a point in words."""
        words = [f"T={steps}"] if self.time else []
        return " ".join(words + ([f"N={size}"] if self.batch else [])) or "the usual sizes"

    def label(self, sizes: Mapping[str, int], shape: Shape) -> str:
        """Return a point in words."""
        words = [f"T={sizes[self.time]}"] if self.time else []
        words += [f"N={sizes[self.batch]}"] if self.batch else []
        if self.states:
            words.append("zero state" if shape.zero_state else "random state")
        return " ".join(words) or "random values"


def core(name: str) -> str:
    """Return what is left of a state's name without the words that tell its values apart: `prev_h` and `h0` are `h`."""
    bare = re.sub(r"(?i)prev(ious)?|next|init(ial)?|last|old|new|start|begin|out|curr?(ent)?|_?t?m1\b|\d", "", name)
    return re.sub(r"_+|t$|s$", "", bare).lower() or name.lower()


def is_earlier(name: str) -> bool:
    """Tell whether a name is one of a value before the first step."""
    return re.search(r"(?i)prev|init|last|old|start|begin|0$|_0|m1$|tm1", name) is not None


def is_later(name: str) -> bool:
    """Tell whether a name is one of a value behind a step."""
    return re.search(r"(?i)next|new|out", name) is not None
