"""The full tier: every entry of every input, many perturbed copies at once along a leading axis."""

from collections.abc import Iterator

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.comparison import by_gate, compare, noise_floor, tolerance
from bptt_viz.checking.differences import slopes
from bptt_viz.checking.gate import Probe, settle
from bptt_viz.checking.problem import Problem
from bptt_viz.results.check import Case, Comparison, Judgement

# Copies evaluated together hold about this many numbers an array: large enough to spread Python's cost over many
# perturbations, small enough to stay in cache.
_NUMBERS = 30_000


def full(problem: Problem, asked: Probe, judgement: Judgement) -> Case:
    """Compare every entry of every input's gradient at the point of a probe."""
    limits = tolerance(judgement, asked.method)
    numeric, doubt = numeric_gradients(problem, asked, judgement.eps)
    floor = noise_floor(numeric, judgement)
    comparisons: list[Comparison] = []
    gates: list[Comparison] = []
    for name, n in numeric.items():
        a = asked.gradients[name]
        comparisons.append(compare(name, a, n, floor, limits))
        gates += by_gate(name, problem.gates.get(name, ()), a, n, floor, limits)
    certain = any(
        np.any(np.abs(asked.gradients[made.name] - numeric[made.name]) > 10 * doubt[made.name])
        for made in comparisons
        if not made.passed
    )
    verdict, reason = settle(tuple(comparisons), certain)
    return Case(problem.label, "full", str(asked.method), verdict, reason, tuple(comparisons), tuple(gates))


def numeric_gradients(
    problem: Problem, asked: Probe, eps: float | None = None
) -> tuple[dict[str, Array], dict[str, Array]]:
    """Return the numeric gradient of the probe's projection by every input, and each entry's uncertainty."""
    gradients: dict[str, Array] = {}
    doubts: dict[str, Array] = {}
    for name, value in problem.inputs.items():
        found = [
            slopes(problem, asked.cotangents, {name: direction}, asked.method, eps)
            for direction in unit_directions(value, problem)
        ]
        gradients[name] = np.concatenate([slope.value for slope in found]).reshape(value.shape)
        doubts[name] = np.concatenate([np.broadcast_to(s.uncertainty, s.value.shape) for s in found]).reshape(
            value.shape
        )
    return gradients, doubts


def unit_directions(value: Array, problem: Problem) -> Iterator[Array]:
    """Yield the unit vectors of one input, a chunk of copies (P, *shape) at a time."""
    widest = max(array.size for array in problem.inputs.values())
    chunk = max(1, _NUMBERS // max(widest, 1))
    for start in range(0, value.size, chunk):
        count = min(chunk, value.size - start)
        units = np.zeros((count, value.size))
        units[np.arange(count), start + np.arange(count)] = 1.0
        yield units.reshape(count, *value.shape)
