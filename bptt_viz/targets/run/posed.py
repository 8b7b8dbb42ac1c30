"""A target at one point as a problem that `checking` takes."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Inputs, Kind, Misbehaviour, Outputs
from bptt_viz.targets.run.code import Code, Pass, same
from bptt_viz.targets.run.forms import Form, at_steps, split_all
from bptt_viz.targets.run.raised import Raised


class NotLetThrough(TypeError):  # noqa: N818
    """Code does not take complex or dual numbers; the message is what it raised."""


class NoGradient(Misbehaviour):
    """Backward returns None where gradients are expected.

    Attributes:
        names: of the inputs.
        some: whether it does return others.
    """

    def __init__(self, names: tuple[str, ...], some: bool) -> None:
        super().__init__(f"backward returns None for {', '.join(f'd{name}' for name in names)}")
        self.names = names
        self.some = some


class Misshapen(Misbehaviour):
    """A gradient has another shape than its input.

    Attributes:
        name: of the input.
        found: the gradient's shape.
        wanted: the input's.
    """

    def __init__(self, name: str, found: tuple[int, ...], wanted: tuple[int, ...]) -> None:
        super().__init__(f"the gradient of {name} has shape {found}, {name} itself {wanted}")
        self.name = name
        self.found = found
        self.wanted = wanted

    @property
    def lacks_a_sum(self) -> bool:
        """Whether the gradient has an axis in front that the input has not, as where nothing was summed over rows."""
        return len(self.found) > 1 and self.found[1:] == _squeezed(self.wanted) != self.found

    @property
    def look(self) -> str:
        """What may be the matter; empty if nothing suggests itself."""
        if self.lacks_a_sum:
            return f"is a sum over the batch missing in d{self.name}?"
        return f"is d{self.name} transposed?" if self.found == self.wanted[::-1] else ""


@dataclass
class Posed:
    """One point.

    Attributes:
        code: the target's code at these sizes.
        label: the point in words.
        inputs: real arrays whose gradient is in question.
        constants: what else goes in.
        forms: of the outputs.
        gates: blocks of packed inputs.
        kinds: what the inputs are.
        steps: T.
        scale: by which cotangents are multiplied before, and gradients divided after, a backward pass.
        factor: by which outputs are multiplied.
    """

    code: Code
    label: str
    inputs: dict[str, Array]
    constants: dict[str, Any]
    forms: Mapping[str, Form]
    gates: Mapping[str, tuple[str, ...]]
    kinds: Mapping[str, Kind]
    steps: int = 1
    scale: float = 1.0
    factor: float = 1.0
    batched: bool = field(default=False, init=False)

    def outputs(self, inputs: Inputs) -> Outputs:
        """Run a fresh forward pass at other inputs.

        Raises:
            Raised: the code raised something at a real point.
            NotLetThrough: it did at a complex or dual one.
        """
        values = {**self.constants, **inputs}
        if any(value.dtype.kind == "c" for value in inputs.values()):
            # Code that updates in place mixes arrays, and takes complex numbers everywhere or nowhere.
            values = {
                name: value.astype(complex) if value.dtype.kind == "f" else value for name, value in values.items()
            }
        try:
            made = self.code.forward(values)
            for name in self.forms:
                if is_single(made.returned[name]):
                    self.code.single.setdefault(name)
            return {place: value * self.factor for place, value in self._split(made).items()}
        except Raised as error:
            if all(isinstance(value, np.ndarray) and value.dtype.kind == "f" for value in inputs.values()):
                raise
            raise NotLetThrough(str(error)) from error.error

    def pullback(self, cotangents: Outputs) -> Inputs:
        """Run a fresh forward pass and one backward pass at the point.

        Raises:
            Raised: the code raised something.
            NoGradient: a gradient is None.
            Misbehaviour: a gradient has the wrong shape.
        """
        rate = max(1.0, 1 / self.scale)  # beside a weight, a tiny step would be rounded away
        made = self.code.forward({**self.constants, **self.inputs}, watched=True, rate=rate)
        raw = made.backward({name: form.joined(self._scaled(cotangents)) for name, form in self._formed(made).items()})
        missing = tuple(name for name in self.inputs if raw.get(name) is None)
        if missing:
            raise NoGradient(missing, len(missing) < len(self.inputs))
        return {name: self._fitted(name, raw[name]) * self._factor(cotangents) for name in self.inputs}

    def differing_again(self) -> list[str]:
        """Return the inputs whose gradients differ when backward runs a second time after one forward pass."""
        if self.code.target.backward is None:
            return []
        made = self.code.forward({**self.constants, **self.inputs})
        forms = self._formed(made)
        upstreams = {name: _ones_like(form, made.returned[name]) for name, form in forms.items()}
        first, second = (copy.deepcopy(made.backward(upstreams)) for _ in range(2))
        return [name for name in self.inputs if not same(first[name], second[name])]

    def _formed(self, made: Pass) -> dict[str, Form]:
        return {name: at_steps(form, made.returned[name], self.steps) for name, form in self.forms.items()}

    def _split(self, made: Pass) -> Outputs:
        return split_all(self._formed(made), made.returned)

    def _scaled(self, cotangents: Outputs) -> Outputs:
        return {place: value * self.scale for place, value in cotangents.items()}

    def _factor(self, cotangents: Outputs) -> float:
        """Return what a gradient is multiplied by: the cotangent of a loss that backward does not ask for."""
        if self.code.roles.upstreams:
            return 1 / self.scale
        (cotangent,) = cotangents.values()
        return float(cotangent)

    def _fitted(self, name: str, raw: Any) -> Array:
        """Return a gradient in its input's shape; axes of length 1 make no difference."""
        try:
            found = np.asarray(raw, float)
        except (TypeError, ValueError):
            raise Misbehaviour(f"the gradient of {name} is not an array of real numbers") from None
        shape = self.inputs[name].shape
        if is_single(raw):
            self.code.single.setdefault(f"d{name}")
        if found.shape == shape:
            return found.copy()
        if _squeezed(found.shape) == _squeezed(shape):
            self.code.note(f"the gradient of {name} has shape {found.shape}, {name} itself {shape}")
            return found.reshape(shape).copy()
        raise Misshapen(name, found.shape, shape)


def _ones_like(form: Form, value: Any) -> Any:
    return form.joined({place: np.ones_like(part) for place, part in form.split(value).items()})


def is_single(value: Any) -> bool:
    """Tell whether a value is an array of less than double precision."""
    return isinstance(value, np.ndarray | np.floating) and value.dtype in {np.dtype("f4"), np.dtype("f2")}


def _squeezed(shape: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for size in shape if size != 1)
