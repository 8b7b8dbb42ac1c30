"""The full tier: every entry of every input."""

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.comparison import by_gate, compare, noise_floor, tolerance
from bptt_viz.checking.entries import entry_slopes
from bptt_viz.checking.gate import Probe, settle
from bptt_viz.checking.problem import Problem, kind_of
from bptt_viz.results.check import Case, Comparison, Judgement


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
        axis = kind_of(problem, name).gate_axis
        gates += by_gate(name, problem.gates.get(name, ()), axis, a, n, floor, limits)
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
    found = entry_slopes(problem, [asked.cotangents], tuple(problem.inputs), asked.method, eps)
    return {name: s.value[0] for name, s in found.items()}, {name: s.uncertainty[0] for name, s in found.items()}
