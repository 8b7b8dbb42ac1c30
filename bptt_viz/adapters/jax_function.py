"""JAX: callables of arrays, with rules of their own or without, checked in double precision (extra `jax`)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any

import jax
import numpy as np

from bptt_viz.adapters.arrays import ArrayCall, array_call, array_subject, demand_deterministic
from bptt_viz.adapters.checking import checked, name_of
from bptt_viz.adapters.function import Named, Subject
from bptt_viz.adapters.outcomes import CRASH
from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Misbehaviour
from bptt_viz.checking.run import CheckRequest
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Check


def check_jax(target: Any, inputs: tuple[Any, ...], request: CheckRequest) -> Check:
    """Check the gradient that JAX claims for a callable of nested arrays.

    Args:
        target: the callable; a tuple of it and its inputs; or a function without arguments that returns these.
        inputs: example inputs; if there are none they are looked for.
        request: how.

    Raises:
        UsageError: there are no inputs, the function fails with them, or computes in single precision.
    """
    name = request.target or name_of(target)
    with jax.enable_x64(True):
        return checked(lambda: _subject(name, array_call(target, inputs)), name, request)


def _subject(name: str, call: ArrayCall) -> Subject:
    demand_deterministic(name, call)
    found = array_subject(name, call, JaxFunction(call))
    with suppress(jax.errors.JAXTypeError):  # it looks at values, and cannot be traced as a whole
        _demand_double(name, jax.make_jaxpr(call)(call.given).jaxpr)
    return found


def _demand_double(name: str, jaxpr: Any) -> None:
    low = next(_low(jaxpr), "")
    if low:
        said = f"{name} computes in less than double precision ({low})"
        raise UsageError(f"{said}; let types follow the input: x.dtype in place of jnp.float32")


def _low(jaxpr: Any) -> Iterator[str]:
    """Yield, in words, the operations whose results are in less than double precision, also within control flow."""
    for step in jaxpr.eqns:
        for made in step.outvars:
            if str(getattr(made.aval, "dtype", "")) in {"float32", "float16", "bfloat16"}:
                yield f"{made.aval.dtype} in {step.primitive.name}"
        for held in step.params.values():
            for inner in held if isinstance(held, tuple | list) else (held,):
                if hasattr(inner := getattr(inner, "jaxpr", inner), "eqns"):
                    yield from _low(inner)


class JaxFunction:
    """A call as the checker wants it: compiled once a shape, unless it looks at values and must be run as it stands."""

    def __init__(self, call: ArrayCall) -> None:
        self._evaluate = _compiled(call)
        self._pull = _compiled(_pull_of(call))

    def evaluate(self, values: Named) -> dict[str, Array]:
        """Return the outputs of real or complex inputs."""
        return _arrays(self._evaluate(_on_device(values)))

    def together(self, values: Named, moved: frozenset[str]) -> dict[str, Array]:
        """Refuse: compiled once, a function is quicker one copy after the other than compiled for many."""
        raise NotImplementedError("copies are evaluated one by one")

    def pull(self, values: Named, cotangents: Named) -> dict[str, Array]:
        """Run the function afresh and pull the cotangents back.

        Raises:
            Misbehaviour: a rule fails.
        """
        try:
            return _arrays(self._pull(_on_device(values), _on_device(cotangents)))
        except Exception as error:
            said = str(error).partition("\n")[0]
            raise Misbehaviour(f"{CRASH} {type(error).__name__}: {said}") from error


def _pull_of(call: ArrayCall) -> Callable[..., dict[str, Any]]:
    def pull(values: Mapping[str, Any], cotangents: Mapping[str, Any]) -> dict[str, Any]:
        floating = {name: value for name, value in values.items() if value.dtype.kind == "f"}
        made, back = jax.vjp(lambda moved: call({**values, **moved}), floating)
        (found,) = back({name: cotangents.get(name, jax.numpy.zeros_like(value)) for name, value in made.items()})
        return dict(found)

    return pull


def _compiled(function: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """Return a function that is compiled once for each shape; as it stands if it cannot be."""
    compiled = jax.jit(function)
    compiles = True

    def called(*arguments: Any) -> dict[str, Any]:
        nonlocal compiles
        if compiles:
            try:
                return dict(compiled(*arguments))
            except jax.errors.JAXTypeError:
                compiles = False
        return function(*arguments)

    return called


def _arrays(made: Mapping[str, Any]) -> dict[str, Array]:
    return {name: np.array(value) for name, value in made.items()}


def _on_device(values: Named) -> dict[str, Any]:
    return {name: jax.numpy.asarray(value) for name, value in values.items()}
