"""What a wrong gradient of a framework's function may be on purpose: clipped, truncated, scaled; else it is wrong."""

from collections.abc import Sequence
from dataclasses import fields, replace

import numpy as np

from bptt_viz.adapters.function import FunctionProblem
from bptt_viz.adapters.points import Points
from bptt_viz.arrays import Array, norm
from bptt_viz.checking.choice import choose_method
from bptt_viz.checking.gate import signed
from bptt_viz.checking.places import Finding, findings
from bptt_viz.checking.problem import Inputs, Outputs
from bptt_viz.checking.run import CheckRequest, check, misbehaves
from bptt_viz.checking.shapes import Shape
from bptt_viz.results.check import Case, Check, Verdict
from bptt_viz.results.targets import Outcome, TargetCheck, verdict_of

CRASH = "backward raises"
"""How the reason begins where a backward pass fails."""

_PLAIN = {Verdict.PASS: Outcome.OK, Verdict.MISMATCH: Outcome.WRONG, Verdict.INCONCLUSIVE: Outcome.INCONCLUSIVE}
# So small that no bound is reached; a power of two rounds nothing.
_SOFT = 2.0**-40
_EXACT = 1e-6
# A factor closer to 1 than this is nobody's purpose.
_ON_PURPOSE = 0.01


def with_outcome(made: Check, points: Points | None, request: CheckRequest) -> TargetCheck:
    """Return a check with its outcome; what is clipped, truncated or scaled, and right but for that, is said so.

    Args:
        made: the check.
        points: where it was made; None if nothing could be compared.
        request: how it was made.
    """
    if made.verdict is not Verdict.MISMATCH:
        return _told(made, _PLAIN[made.verdict])
    if any(case.reason.startswith(CRASH) for case in made.cases):
        return _told(made, Outcome.CRASHED)
    if points is None:
        return _told(made, Outcome.WRONG)
    if any(map(misbehaves, made.cases)):
        return _clipped(made, points, request) or _told(made, Outcome.WRONG)
    return _truncated(made, points, request) or _scaled(made, request.shapes) or _told(made, Outcome.WRONG)


def _told(made: Check, outcome: Outcome, sentence: str = "", **more: float | int | str | None) -> TargetCheck:
    own = {field.name: getattr(made, field.name) for field in fields(Check)}
    found = TargetCheck(**own, outcome=outcome, **more)  # type: ignore[arg-type]
    return replace(found, verdict=verdict_of(outcome), diagnosis=sentence or made.diagnosis)


class _Soft(FunctionProblem):
    """A function whose backward pass is only ever given small cotangents."""

    def pullback(self, cotangents: Outputs) -> Inputs:
        found = super().pullback({place: _SOFT * value for place, value in cotangents.items()})
        return {name: gradient / _SOFT for name, gradient in found.items()}


def _clipped(made: Check, points: Points, request: CheckRequest) -> TargetCheck | None:
    soft = Points(points.subject, _Soft)
    again = check(made.target, soft, request)
    if again.verdict is not Verdict.PASS:
        return None
    bound, bounded = _bound(
        points(points.whole, np.random.default_rng(0)), soft(points.whole, np.random.default_rng(0))
    )
    what = {"entries": f": entries are held within ±{bound:g}", "norm": f": its norm is held at {bound:g}"}
    sentence = f"the gradient is clipped{what.get(bounded, ' inside backward')}; right where it is small"
    return _told(made, Outcome.CLIPPED, sentence, bound=bound if bounded else None, bounded=bounded)


def _bound(problem: FunctionProblem, soft: FunctionProblem) -> tuple[float, str]:
    """Return at what a gradient stays under a large upstream, and whether each entry does or the norm; else nothing."""
    outputs = problem.outputs(problem.inputs)
    rng = np.random.default_rng(0)
    upstream = {place: signed(rng, value.shape) for place, value in outputs.items()}
    large = problem.pullback({place: value / _SOFT for place, value in upstream.items()})
    right = soft.pullback(upstream)
    for name, gradient in large.items():
        size, length = float(np.abs(gradient).max(initial=0.0)), norm(gradient)
        if gradient.size > 1 and np.allclose(gradient, size * np.sign(right[name]), rtol=_EXACT):
            return size, "entries"
        same_way = float(np.sum(gradient * right[name])) >= (1 - _EXACT) * length * norm(right[name])
        if gradient.size > 1 and same_way and 0 < length < norm(right[name]) / _SOFT * 2.0**-20:
            return length, "norm"
    return 0.0, ""


def _truncated(made: Check, points: Points, request: CheckRequest) -> TargetCheck | None:
    """Say after how many steps a gradient is cut off, if it is right until there and nothing from there on."""
    shape = points.whole
    pairs = zip(request.shapes, made.cases, strict=False)
    within = [each for at, case in pairs if at.steps == 1 for each in case.comparisons]
    # A single step must be right, but for first states that are cut off at once.
    off = [
        each
        for each in within
        if not each.passed and (each.analytic > 0 or each.name not in points.subject.layout.states)
    ]
    if shape.steps < 2 or not within or off:
        return None
    rng = np.random.default_rng(0)
    problem = points(shape, rng)
    outputs = problem.outputs(problem.inputs)
    cotangents = {place: signed(rng, value.shape) for place, value in outputs.items()}
    direction = {name: rng.standard_normal((1, *value.shape)) for name, value in problem.inputs.items()}
    method = choose_method(problem, outputs, cotangents, direction, request.method).method
    found = findings(problem, cotangents, method, request.judgement)
    reached = _reached([each for each in found if each.kind.time_axis is not None])
    if reached is None:
        return None
    sentence = f"the gradient stops after {reached} time step{'s' * (reached != 1)} at most, and is right until there"
    return _told(made, Outcome.TRUNCATED, sentence, steps=reached)


def _reached(sequences: Sequence[Finding]) -> int | None:
    """Return how many steps of a sequence the gradient of one output reaches at most; None if one is merely wrong."""
    longest, cut = 0, False
    for finding in sequences:
        sizes = _by_step(finding, finding.analytic)
        reached = np.flatnonzero(sizes)
        gone = all(sizes[t] == 0 for t in finding.wrong_steps)
        together = reached.size > 0 and np.ptp(reached) + 1 == reached.size
        if not (gone and together and reached[-1] == np.flatnonzero(_by_step(finding, finding.numeric))[-1]):
            return None
        cut |= bool(finding.wrong_steps)
        longest = max(longest, reached.size)
    return longest if cut else None


def _by_step(finding: Finding, gradient: Array) -> Array:
    """Return the largest entry of a sequence's gradient at each of its steps."""
    steps = np.moveaxis(np.abs(gradient), finding.kind.time_axis or 0, 0)
    return steps.reshape(len(steps), -1).max(axis=1)


def _scaled(made: Check, shapes: Sequence[Shape]) -> TargetCheck | None:
    """Say by what factor all gradients are off, if it is one and the same at a point, and what it is made of."""
    cases = made.cases[: len(shapes)]
    factors = [_factor(case) for case in cases]
    if any(factor is None or factor <= 0 for factor in factors):
        return None
    known = [float(factor) for factor in factors if factor is not None]
    law = _law(shapes, known)
    if law is None or (not law and abs(known[-1] - 1) < _ON_PURPOSE):
        return None
    sentence = f"every gradient is {known[-1]:.6g}× the numeric one at {cases[-1].label}{f', {law}' if law else ''}"
    return _told(made, Outcome.SCALED, sentence, factor=known[-1], law=law)


def _factor(case: Case) -> float | None:
    """Return the factor between all gradients of a case and the numeric ones; None if there is no single one."""
    # What is small beside the largest gradient was judged by the noise floor and tells no factor.
    floor = 2e-3 * max((each.numeric for each in case.comparisons), default=0.0)
    told = [each for each in case.comparisons if each.numeric > floor]
    ratios = np.array([each.ratio for each in told])
    if not told or np.ptp(ratios) > _EXACT * np.abs(ratios).max():
        return None
    # Off by a factor and by nothing else: then the lengths differ by it too.
    alike = all(abs(each.analytic - abs(each.ratio) * each.numeric) <= 1e-9 * each.analytic for each in told)
    return float(ratios[0]) if alike else None


def _law(shapes: Sequence[Shape], factors: Sequence[float]) -> str | None:
    """Return what the factors are made of: T, N or both; nothing for one constant; None if there is no law."""
    if np.ptp(factors) <= _EXACT * max(factors):
        return ""
    sizes = {"T": [s.steps for s in shapes], "N": [s.size for s in shapes], "T·N": [s.steps * s.size for s in shapes]}
    for name, numbers in sizes.items():
        for law, expected in (
            (name, np.array(numbers, float)),
            (f"1/({name})" if "·" in name else f"1/{name}", 1 / np.array(numbers, float)),
        ):
            if np.allclose(factors, expected, rtol=_EXACT):
                return law
    return None
