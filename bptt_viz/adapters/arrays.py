"""Functions of nested NumPy arrays: what JAX and autograd have in common."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bptt_viz.adapters.axes import layout_by_dependence
from bptt_viz.adapters.examples import ADVICE, argument_names, taken_apart
from bptt_viz.adapters.function import Function, Layout, Subject
from bptt_viz.adapters.nesting import leaves, mapped, noting
from bptt_viz.adapters.reading import declared_gates, gate_axis, state_of
from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Inconclusive
from bptt_viz.errors import UsageError


class ArrayCall:
    """A callable with an example of its arguments, floating ones in double precision.

    Attributes:
        target: the callable.
        given: the arrays among the arguments, by name.
    """

    def __init__(self, target: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
        self.target = target
        self._names = argument_names(target, len(arguments))
        self._arguments = self._mapped(_doubled, arguments)
        found: dict[str, Any] = {}
        self._mapped(noting(found), self._arguments)
        self.given: dict[str, Array] = {name: value for name, value in found.items() if isinstance(value, np.ndarray)}

    def __call__(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the floating outputs by name, as the framework makes them of these arrays."""
        made = self.target(*self._mapped(values.get, self._arguments))
        return {name: leaf for name, leaf in leaves(made, "output").items() if _is_floating(leaf)}

    def _mapped(self, function: Callable[[str, Any], Any], arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(mapped(function, value, name) for name, value in zip(self._names, arguments, strict=True))


def _doubled(_: str, leaf: Any) -> Any:
    if not hasattr(leaf, "__array__"):
        return leaf
    value = np.array(leaf)
    return value.astype(float) if value.dtype.kind == "f" else value


def _is_floating(leaf: Any) -> bool:
    return isinstance(leaf, float | complex) or np.dtype(getattr(leaf, "dtype", object)).kind in "fc"


def array_call(target: Any, inputs: tuple[Any, ...]) -> ArrayCall:
    """Return a callable with its example.

    Args:
        target: see `examples.taken_apart`.
        inputs: its inputs; if there are none they are looked for.

    Raises:
        UsageError: there is no example.
    """
    target, inputs = taken_apart(target, inputs)
    if not callable(target):
        raise UsageError(f"a callable of arrays is wanted, got {target!r}")
    if not inputs:
        name = getattr(target, "__name__", type(target).__name__)
        raise UsageError(
            f"{name} has no example inputs; set {name}.example_inputs = (x, h), or {ADVICE.format(target=name)}"
        )
    return ArrayCall(target, inputs)


def demand_deterministic(name: str, call: ArrayCall) -> None:
    """Call twice.

    Raises:
        UsageError: the function fails, or returns nothing floating.
        Inconclusive: the two calls differ.
    """
    try:
        made, again = call(call.given), call(call.given)
    except Exception as error:
        raise UsageError(f"{name} raises {type(error).__name__}: {error}") from error
    if not made:
        raise UsageError(f"{name} returns no array of floating numbers")
    if any(not np.array_equal(value, again[key], equal_nan=True) for key, value in made.items()):
        raise Inconclusive("two calls differ: draw random numbers outside, and pass them in")


def array_subject(name: str, call: ArrayCall, function: Function) -> Subject:
    """Return a call as a subject."""
    floating = {key: value for key, value in call.given.items() if value.dtype.kind == "f"}
    constants = {key: value for key, value in call.given.items() if value.dtype.kind != "f"}
    outputs = tuple(function.evaluate(call.given))
    return Subject(name, function, {}, floating, constants, _layout(call, function), outputs)


def _layout(call: ArrayCall, function: Function) -> Layout:
    movable = {name: value for name, value in call.given.items() if value.dtype.kind in "fiu"}
    named = {name: state for name in movable if (state := state_of(name))}
    found = layout_by_dependence(lambda values: function.evaluate({**call.given, **values}), movable, named)
    gates, axis = declared_gates(call.target), gate_axis(call.target)
    states = {name: state for name, state in named.items() if call.given[name].dtype.kind == "f"}
    return replace(found, states=states, gates=gates, gate_axis=dict.fromkeys(gates, axis))
