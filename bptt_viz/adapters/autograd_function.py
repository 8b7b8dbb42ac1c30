"""HIPS autograd: callables of arrays, with primitives of their own or without (extra `autograd`)."""

import warnings
from typing import Any

import autograd
import numpy as np
from autograd import numpy as anp

from bptt_viz.adapters.arrays import ArrayCall, array_call, array_subject, demand_deterministic
from bptt_viz.adapters.checking import checked, name_of
from bptt_viz.adapters.function import Named
from bptt_viz.adapters.outcomes import CRASH
from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Misbehaviour
from bptt_viz.checking.run import CheckRequest
from bptt_viz.results.check import Check


def check_autograd(target: Any, inputs: tuple[Any, ...], request: CheckRequest) -> Check:
    """Check the gradient that autograd claims for a callable of nested arrays.

    Args:
        target: the callable; a tuple of it and its inputs; or a function without arguments that returns these.
        inputs: example inputs; if there are none they are looked for.
        request: how.

    Raises:
        UsageError: there are no inputs, or the function fails with them.
    """
    name = request.target or name_of(target)

    def posed() -> Any:
        call = array_call(target, inputs)
        demand_deterministic(name, call)
        return array_subject(name, call, AutogradFunction(call))

    return checked(posed, name, request)


class AutogradFunction:
    """A call as the checker wants it."""

    def __init__(self, call: ArrayCall) -> None:
        self.call = call

    def evaluate(self, values: Named) -> dict[str, Array]:
        """Return the outputs of real or complex inputs."""
        copies = {name: value.copy() for name, value in values.items()}
        return {name: np.array(made) for name, made in self.call(copies).items()}

    def together(self, values: Named, moved: frozenset[str]) -> dict[str, Array]:
        """Refuse: autograd has no way to map a function over copies."""
        raise NotImplementedError("autograd maps no function over copies")

    def pull(self, values: Named, cotangents: Named) -> dict[str, Array]:
        """Run the function afresh and pull the cotangents back.

        Raises:
            Misbehaviour: a rule fails.
        """
        given = {name: value.copy() for name, value in values.items()}
        floating = {name: value for name, value in given.items() if value.dtype.kind == "f"}

        def flat(moved: dict[str, Any]) -> Any:
            made = self.call({**given, **moved})
            return anp.concatenate([anp.ravel(each) for each in made.values()])

        made = self.evaluate(values)
        upstream = [cotangents.get(name, np.zeros(each.shape)) for name, each in made.items()]
        try:
            with warnings.catch_warnings():
                warnings.filterwarnings("ignore", message="Output seems independent of input")
                back, _ = autograd.make_vjp(flat)(floating)
                found = back(np.concatenate([each.ravel() for each in upstream]))
        except Exception as error:
            said = str(error).partition("\n")[0]
            raise Misbehaviour(f"{CRASH} {type(error).__name__}: {said}") from error
        return {name: np.array(gradient) for name, gradient in found.items()}
