"""The points at which a subject is checked: its example as it is given, moved, and cut to fewer steps and rows."""

from collections.abc import Sequence

import numpy as np

from bptt_viz.adapters.function import FunctionProblem, Subject
from bptt_viz.arrays import Array, norm
from bptt_viz.checking.shapes import Shape
from bptt_viz.errors import UsageError

Generator = np.random.Generator

# How far parameters are moved, beside their own size: away from zeros and ones that hide what multiplies them.
_MOVE = 0.1


class Points:
    """Poses a subject at a shape; `zero_state` stands for the example as it is given."""

    def __init__(self, subject: Subject, made: type[FunctionProblem] = FunctionProblem) -> None:
        """Set the subject, and what is made of it at a point."""
        self.subject = subject
        self._made = made

    @property
    def whole(self) -> Shape:
        """The shape of the example, moved."""
        return Shape(self.subject.steps, self.subject.rows, False)

    def __call__(self, shape: Shape, rng: Generator) -> FunctionProblem:
        """Return the subject at a shape, moved unless it is asked for as given."""
        subject = self.subject
        given = {name: self._cut(name, value, shape) for name, value in subject.arguments.items()}
        constants = {name: self._cut(name, value, shape) for name, value in subject.constants.items()}
        inputs = {**subject.parameters, **given}
        if not shape.zero_state:
            inputs = {name: _moved(value, name in given, rng) for name, value in inputs.items()}
        return self._made(subject, inputs, constants, self._label(shape))

    def _label(self, shape: Shape) -> str:
        layout = self.subject.layout
        sizes = [f"T={shape.steps}"] if layout.time or layout.runs else []
        sizes += [f"N={shape.size}"] if layout.rows else []
        state = ("zero state", "random state") if layout.states else ("as given", "moved")
        return " ".join([*sizes, state[0] if shape.zero_state else state[1]])

    def _cut(self, name: str, value: Array, shape: Shape) -> Array:
        layout = self.subject.layout
        for axes, size in ((layout.time, shape.steps), (layout.rows, shape.size)):
            if name in axes:
                value = value.take(range(size), axes[name])
        return value

    def shapes(self) -> tuple[Shape, ...]:
        """Return the shapes at which the function runs: it may not take fewer steps or rows than its example has."""
        subject = self.subject
        steps = sorted({1, min(2, subject.steps), subject.steps}) if not subject.layout.runs else [subject.steps]
        wanted = [Shape(T, N, given) for T in steps for N in sorted({1, subject.rows}) for given in (True, False)]
        whole = (subject.steps, subject.rows)
        return tuple(shape for shape in wanted if shape[:2] == whole or self._runs(shape))

    def chosen(self, shapes: Sequence[Shape]) -> tuple[Shape, ...]:
        """Return shapes that were asked for.

        Raises:
            UsageError: the example has fewer steps or rows.
        """
        for shape in shapes:
            if shape.steps > self.subject.steps or shape.size > self.subject.rows:
                most = f"T={self.subject.steps} and N={self.subject.rows}"
                raise UsageError(f"the example of {self.subject.name} has {most}; give a larger one for --shapes")
        return tuple(shapes)

    def _runs(self, shape: Shape) -> bool:
        problem = self(shape, np.random.default_rng(0))
        try:
            problem.outputs(problem.inputs)
        except Exception:
            return False
        return True


def _moved(value: Array, argument: bool, rng: Generator) -> Array:
    """Draw a constant argument anew: it holds a place; move a parameter a little; leave other arguments alone."""
    if not argument:
        size = norm(value) / np.sqrt(value.size) if value.size else 0.0
        return value + _MOVE * max(size, _MOVE) * rng.standard_normal(value.shape)
    held = value.size > 0 and bool(np.all(value == value.flat[0]))
    return rng.standard_normal(value.shape) if held else value
