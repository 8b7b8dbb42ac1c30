"""A gradient taken apart by the output it comes from: which output, which input, which gate."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.blocks import Blocks, affordable, all_blocks, projected_slopes
from bptt_viz.checking.comparison import compare, noise_floor, tolerance
from bptt_viz.checking.differences import Method
from bptt_viz.checking.entries import entry_slopes
from bptt_viz.checking.problem import Inputs, Kind, Outputs, Place, Problem, kind_of
from bptt_viz.results.check import Comparison, Judgement


@dataclass(frozen=True, slots=True)
class Finding:
    """One input's gradient, or one gate's block of it, as it comes from one output.

    Attributes:
        place: the output.
        input: the input's name.
        kind: what the input is.
        gate: the gate of a packed input; empty for the whole input.
        analytic: the gradient in doubt.
        numeric: what it should be.
        made: how the two compare.
    """

    place: Place
    input: str
    kind: Kind
    gate: str
    analytic: Array
    numeric: Array
    made: Comparison

    @property
    def wrong(self) -> bool:
        """Whether the two differ."""
        return not self.made.passed

    @property
    def wrong_steps(self) -> list[int]:
        """Time steps, from 0, at which the gradient of a whole sequence is wrong; empty for anything else."""
        if self.kind.time_axis is None:
            return []
        gaps = np.moveaxis(np.abs(self.analytic - self.numeric), self.kind.time_axis, 0)
        largest = gaps.reshape(len(gaps), -1).max(axis=1)
        return np.flatnonzero(largest > 1e-7 * np.abs(self.numeric).max()).tolist()


def findings(problem: Problem, cotangents: Outputs, method: Method, judgement: Judgement) -> list[Finding]:
    """Compare the gradient that comes from each output alone, input by input and gate by gate.

    The numeric side of all outputs comes from the same evaluations. Where there are too many entries to move each, a
    finding's gradients are their projections on random directions within a gate or a time step.
    """
    if not affordable(problem):
        return _projected(problem, cotangents, method, judgement)
    numeric = _numeric(problem, cotangents, method, judgement.eps)
    limits = tolerance(judgement, method)
    found: list[Finding] = []
    for place in cotangents:
        analytic = problem.pullback({p: value if p == place else 0 * value for p, value in cotangents.items()})
        floor = noise_floor(numeric[place], judgement)
        for name, n in numeric[place].items():
            found += _of_input(problem, place, name, analytic[name], n, floor, limits)
    return found


def _of_input(
    problem: Problem, place: Place, name: str, a: Array, n: Array, floor: float, limits: Judgement
) -> list[Finding]:
    gates, kind = problem.gates.get(name, ()), kind_of(problem, name)
    whole = Finding(place, name, kind, gates[0] if len(gates) == 1 else "", a, n, compare(name, a, n, floor, limits))
    if len(gates) < 2:
        return [whole]
    parts = zip(gates, np.split(a, len(gates), kind.gate_axis), np.split(n, len(gates), kind.gate_axis), strict=True)
    blocks = ((g, x, y, compare(f"{name}:{g}", x, y, floor, limits)) for g, x, y in parts)
    return [whole, *(Finding(place, name, kind, *block) for block in blocks)]


def _projected(problem: Problem, cotangents: Outputs, method: Method, judgement: Judgement) -> list[Finding]:
    blocks = all_blocks(problem)
    numeric = projected_slopes(problem, blocks, cotangents, method, judgement)
    limits = tolerance(judgement, method)
    found: list[Finding] = []
    for k, place in enumerate(cotangents):
        analytic = problem.pullback({p: value if p == place else 0 * value for p, value in cotangents.items()})
        floor = noise_floor({name: slopes[k] for name, slopes in numeric.items()}, judgement)
        for each in blocks:
            a, n = each.analytic(analytic[each.name]), numeric[each.name][k]
            found += _of_blocks(problem, place, each, a, n, floor, limits)
    return found


def _of_blocks(
    problem: Problem, place: Place, blocks: Blocks, a: Array, n: Array, floor: float, limits: Judgement
) -> list[Finding]:
    name, size = blocks.name, problem.inputs[blocks.name].size
    gates, kind = problem.gates.get(name, ()), kind_of(problem, name)
    turned = replace(kind, time_axis=None if kind.time_axis is None else 0)
    made = compare(name, a, n, floor, limits, size)
    whole = Finding(place, name, turned, gates[0] if len(gates) == 1 else "", a, n, made)
    if len(gates) < 2:
        return [whole]
    rows = zip(gates, a, n, strict=True)
    return [whole] + [
        Finding(place, name, turned, g, x, y, compare(f"{name}:{g}", x, y, floor, limits, size)) for g, x, y in rows
    ]


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
