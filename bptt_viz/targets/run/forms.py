"""The forms in which code returns what it computes, such as arrays, lists by time step and dicts: split by place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Outputs, Place
from bptt_viz.targets.run.binding import Unfit, described


@dataclass(frozen=True, slots=True)
class Form:
    """How one output is made up.

    Attributes:
        name: of the output.
        time_axis: of an array: the axis of time steps; None if it has none.
        container: `array`, `list`, `tuple` or `dict` of arrays.
        keys: of a container, in order.
        steps: by key the time step from 1 that it stands for; None where it is none.
        headless: of a list that begins with the state before the first step: whether cotangents come without that one.
    """

    name: str
    time_axis: int | None = None
    container: str = "array"
    keys: tuple[Any, ...] = ()
    steps: tuple[int | None, ...] = ()
    headless: bool = False

    @property
    def has_head(self) -> bool:
        """Whether it begins with the state before the first step."""
        return len(self.steps) > 1 and self.steps[0] is None and None not in self.steps[1:]

    def beheaded(self) -> "Form":
        """Return it without the state before the first step, if it begins with one."""
        return replace(self, keys=self.keys[1:], steps=self.steps[1:], headless=True) if self.has_head else self

    def split(self, value: Any) -> dict[Place, Array]:
        """Return an output by place.

        Raises:
            Unfit: it is made up differently.
        """
        if self.container == "array":
            return self._split_array(_numeric(value, self.name))
        parts = self._of(value)
        return {
            self._place(key, step): _numeric(part, f"{self.name}[{key!r}]")
            for key, step, part in zip(self.keys, self.steps, parts, strict=True)
        }

    def joined(self, cotangents: Outputs) -> Any:
        """Return the cotangents of one output in the form of the output itself."""
        if self.container == "array":
            if self.time_axis is None:
                return cotangents[Place(self.name)].copy()
            steps = sorted(place.t for place in cotangents if place.path == self.name and place.t is not None)
            return np.stack([cotangents[Place(self.name, t)] for t in steps], self.time_axis)
        parts = [cotangents[self._place(*each)].copy() for each in zip(self.keys, self.steps, strict=True)]
        if self.container == "dict":
            return dict(zip(self.keys, parts, strict=True))
        return tuple(parts) if self.container == "tuple" else parts

    def _split_array(self, value: Array) -> dict[Place, Array]:
        axis = self.time_axis
        if axis is None:
            return {Place(self.name): value}
        before: tuple[Any, ...] = (slice(None),) * axis
        return {Place(self.name, t + 1): value[(*before, t)] for t in range(value.shape[axis])}

    def _of(self, value: Any) -> list[Any]:
        try:
            return [value[key] for key in self.keys]
        except (TypeError, LookupError) as error:
            raise Unfit(f"{self.name} is now {described(value)}") from error

    def _place(self, key: Any, step: int | None) -> Place:
        return Place(f"{self.name}[{key!r}]" if step is None else self.name, step)


def _numeric(value: Any, name: str) -> Array:
    """Return a number or an array of numbers as an array of its own; duals stay what they are."""
    if hasattr(value, "primal"):
        return value.copy()
    found = np.asarray(value)
    if found.dtype.kind not in "fciub":
        raise Unfit(f"{name} is {described(value)}, where an array of numbers is expected")
    return found.astype(complex if found.dtype.kind == "c" else float)


def form_of(name: str, value: Any, steps: int | None) -> Form:
    """Find out how an output is made up.

    Args:
        name: of the output.
        value: it.
        steps: T at this point, unlike every other size; None if nothing has time steps.
    """
    if isinstance(value, list | tuple | dict) and not _is_array(value):
        keys = list(value) if isinstance(value, dict) else list(range(len(value)))
        if isinstance(value, dict):
            keys = [key for key in keys if not (isinstance(key, int) and key < 0)]  # `hs[-1]` holds the first state
        container = "dict" if isinstance(value, dict) else "tuple" if isinstance(value, tuple) else "list"
        return Form(name, None, container, tuple(keys), _steps(keys, steps))
    shape = np.shape(value)
    return Form(name, shape.index(steps) if steps in shape else None)


def _is_array(value: Any) -> bool:
    """Tell whether a list holds plain numbers, as one row does."""
    return not isinstance(value, dict) and all(isinstance(each, int | float | complex) for each in value)


def _steps(keys: list[Any], steps: int | None) -> tuple[int | None, ...]:
    """Return the time step, from 1, that each key stands for."""
    if steps is None or not all(isinstance(key, int) for key in keys) or len(keys) not in {steps, steps + 1}:
        return (None,) * len(keys)
    if len(keys) == steps:
        return tuple(range(1, steps + 1))
    return (None, *range(1, steps + 1))  # the first is the state before the first step


def at_steps(form: Form, value: Any, steps: int) -> Form:
    """Return the form of the same output at another number of time steps."""
    if form.container == "array":
        return form
    found = form_of(form.name, value, steps)
    return found.beheaded() if form.headless else found


def split_all(forms: Mapping[str, Form], returned: Mapping[str, Any]) -> dict[Place, Array]:
    """Return all outputs by place."""
    return {place: value for name, form in forms.items() for place, value in form.split(returned[name]).items()}
