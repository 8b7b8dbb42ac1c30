"""A gradient taken apart by the output it comes from: which output, which input, which gate."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.comparison import compare, noise_floor, tolerance
from bptt_viz.checking.differences import Method
from bptt_viz.checking.entries import entry_slopes
from bptt_viz.checking.problem import Inputs, Outputs, Place, Problem
from bptt_viz.results.check import Comparison, Judgement


@dataclass(frozen=True, slots=True)
class Finding:
    """One input's gradient, or one gate's block of it, as it comes from one output.

    Attributes:
        place: the output.
        input: the input's name.
        gate: the gate of a packed input; empty for the whole input.
        analytic: the gradient in doubt.
        numeric: what it should be.
        made: how the two compare.
    """

    place: Place
    input: str
    gate: str
    analytic: Array
    numeric: Array
    made: Comparison

    @property
    def wrong(self) -> bool:
        """Whether the two differ."""
        return not self.made.passed


def findings(problem: Problem, cotangents: Outputs, method: Method, judgement: Judgement) -> list[Finding]:
    """Compare the gradient that comes from each output alone, input by input and gate by gate.

    The numeric side of all outputs comes from the same evaluations.
    """
    numeric = _numeric(problem, cotangents, method, judgement.eps)
    limits = tolerance(judgement, method)
    found: list[Finding] = []
    for place in cotangents:
        analytic = problem.pullback({p: value if p == place else 0 * value for p, value in cotangents.items()})
        floor = noise_floor(numeric[place], judgement)
        for name, n in numeric[place].items():
            found += _of_input(place, name, problem.gates.get(name, ()), analytic[name], n, floor, limits)
    return found


def _of_input(
    place: Place, name: str, gates: tuple[str, ...], a: Array, n: Array, floor: float, limits: Judgement
) -> list[Finding]:
    whole = Finding(place, name, gates[0] if len(gates) == 1 else "", a, n, compare(name, a, n, floor, limits))
    if len(gates) < 2:
        return [whole]
    blocks = zip(gates, np.split(a, len(gates), axis=-1), np.split(n, len(gates), axis=-1), strict=True)
    return [whole, *(Finding(place, name, g, x, y, compare(f"{name}:{g}", x, y, floor, limits)) for g, x, y in blocks)]


def _numeric(
    problem: Problem, cotangents: Outputs, method: Method, eps: float | None
) -> Mapping[Place, dict[str, Array]]:
    sets = [{place: value} for place, value in cotangents.items()]
    found = entry_slopes(problem, sets, tuple(problem.inputs), method, eps)
    return {place: {name: s.value[k] for name, s in found.items()} for k, place in enumerate(cotangents)}


def gradient_at(problem: Problem, cotangents: Outputs, wanted: tuple[str, ...], method: Method) -> Inputs:
    """Return the numeric gradient of ⟨cotangents, outputs⟩ by the wanted inputs."""
    found = entry_slopes(problem, [cotangents], wanted, method, None)
    return {name: slope.value[0] for name, slope in found.items()}
