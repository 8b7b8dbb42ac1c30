"""From a failed check to the place of the fault: the input, the gate, the lag in time, the path it takes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeGuard, runtime_checkable

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.choice import choose_method
from bptt_viz.checking.differences import Method
from bptt_viz.checking.gate import signed
from bptt_viz.checking.places import Finding, findings, gradient_at
from bptt_viz.checking.primitives import Recorded, wrong_primitive
from bptt_viz.checking.problem import Described, Inconclusive, Inputs, Outputs, Place, Problem, kind_of
from bptt_viz.checking.shapes import Shape
from bptt_viz.results.check import Diagnosis, HeatMap, Judgement

MakeProblem = Callable[[Shape, np.random.Generator], Problem]

_READOUTS = frozenset({"y", "L"})


@runtime_checkable
class Movable(Problem, Protocol):
    """A problem that can be posed at other inputs, also for another number of time steps."""

    def at(self, inputs: Inputs, steps: int, label: str) -> Problem:
        """Return the same function at another point."""
        ...


def localise(
    make: MakeProblem, shapes: Sequence[Shape], seed: int, judgement: Judgement, wanted: Method | None
) -> Diagnosis | None:
    """Look for the fault at the shortest of the shapes that show it; None if none of them does.

    Args:
        make: poses the target at a shape.
        shapes: those at which the gate failed.
        seed: of the random points.
        judgement: the tolerances.
        wanted: the numeric method; None chooses.
    """
    for shape in sorted(shapes):
        rng = np.random.default_rng((seed, *shape))
        problem = make(shape, rng)
        outputs = problem.outputs(problem.inputs)
        cotangents = {place: signed(rng, value.shape) for place, value in outputs.items()}
        direction = {name: signed(rng, (1, *value.shape)) for name, value in problem.inputs.items()}
        try:
            method = choose_method(problem, outputs, cotangents, direction, wanted).method
        except Inconclusive:  # another point may tell
            continue
        found = findings(problem, cotangents, method, judgement)
        if any(finding.wrong for finding in found):
            return _diagnosed(problem, shape, cotangents, found, method)
    return None


def _diagnosed(
    problem: Problem, shape: Shape, cotangents: Outputs, found: Sequence[Finding], method: Method
) -> Diagnosis:
    wrong = [finding for finding in found if finding.wrong]
    lag = _lag(wrong, shape.steps)
    told = _earliest(wrong)
    subject, gate = _subject(problem, told)
    path, ratio = _path(problem, found, subject), _ratio(told, subject, gate)
    if lag and subject == "" and _is_movable(problem):
        carried = _carry(problem, shape, cotangents, found, method)
        path, ratio = carried or (path, ratio)
    elif lag and subject == "" and isinstance(problem, Described):
        path = ""  # its outputs need not be states
    fault = wrong_primitive(problem.record(), np.random.default_rng(0)) if isinstance(problem, Recorded) else ""
    heat, start = heat_map(found, problem.label), bool(subject and kind_of(problem, subject).state)
    return Diagnosis(subject, gate, lag, path, ratio, _uniform(wrong), heat, fault, start)


def _is_movable(problem: Problem) -> "TypeGuard[Movable]":
    return isinstance(problem, Movable)


def _earliest(wrong: Sequence[Finding]) -> Sequence[Finding]:
    """Return what is wrong with the first output in time that shows the fault in a parameter; later it has spread."""
    times = [f.place.t for f in wrong if f.place.t is not None and _is_parameter(f)]
    return [finding for finding in wrong if finding.place.t == min(times)] if times else wrong


def _is_parameter(finding: Finding) -> bool:
    return finding.kind.time_axis is None and not finding.kind.state


def _lag(wrong: Sequence[Finding], steps: int) -> int | None:
    """Return the smallest time distance at which a gradient is wrong; None if nothing tells.

    A sequence's gradient tells by its steps, any other by the outputs it comes from. An output that stands at no step,
    such as a loss, may come from any: only the sequences tell then.
    """
    if steps == 1:
        timeless = all(finding.place.t is None and finding.kind.time_axis is None for finding in wrong)
        return None if timeless else 0
    ends = [(steps if finding.place.t is None else finding.place.t, finding) for finding in wrong]
    between = [end - 1 - s for end, finding in ends for s in finding.wrong_steps if s < end]
    times = [finding.place.t - 1 for finding in wrong if finding.place.t is not None]
    return min(between or times, default=None)


def _subject(problem: Problem, wrong: Sequence[Finding]) -> tuple[str, str]:
    """Return the one input that is wrong, if it is one, and the one gate, if it is one."""
    kinds = {finding.input: finding.kind for finding in wrong}
    sequences = sorted(name for name, kind in kinds.items() if kind.time_axis is not None)
    starts = sorted(name for name, kind in kinds.items() if kind.state)
    weights = sorted(kinds.keys() - {*sequences, *starts}, key=lambda name: (-problem.inputs[name].ndim, name))
    if not weights:
        return ((sequences if len(sequences) == len(kinds) else starts)[0], "")
    of_weights = [finding for finding in wrong if finding.input in weights]
    gate = _gate(problem, of_weights)
    alone = [name for name in weights if gate and {f.gate for f in of_weights if f.input == name} - {""} == {gate}]
    if len(weights) == 1 or gate:
        return (alone or weights)[0], gate
    return "", ""


def _gate(problem: Problem, wrong: Sequence[Finding]) -> str:
    """Return the gate that is wrong, or the worse of two; empty if it is more of them or all there are.

    Where more gates are wrong in some parameter, that one counts which is wrong in all: the others are wrong because
    an earlier step got a wrong gradient from it.
    """
    by_input: dict[str, set[str]] = {}
    errors: dict[str, float] = {}
    for finding in wrong:
        if finding.gate:
            by_input.setdefault(finding.input, set()).add(finding.gate)
            errors[finding.gate] = max(errors.get(finding.gate, 0.0), finding.made.error)
    packed = {gate for name in {finding.input for finding in wrong} for gate in problem.gates.get(name, ())}
    most = 2 if len(packed) > 2 else 1
    if 0 < len(errors) <= most:
        return max(errors, key=lambda gate: errors[gate])
    common = set.intersection(*by_input.values()) if by_input else set()
    return common.pop() if len(common) == 1 else ""


def _path(problem: Problem, found: Sequence[Finding], subject: str) -> str:
    """Return the state or output through which the fault acts."""
    if subject and (state := kind_of(problem, subject).state):
        return state
    wrong = {finding.place.path for finding in found if finding.wrong}
    if len(wrong) == 1:
        return wrong.pop()
    if isinstance(problem, Described):
        return ""
    states = wrong - _READOUTS
    return "h" if "h" in states or not states else min(states)


def _ratio(wrong: Sequence[Finding], subject: str, gate: str) -> float:
    chosen = [f for f in wrong if (not subject or f.input == subject) and (not gate or f.gate == gate)]
    return max(chosen or wrong, key=lambda finding: finding.made.error).made.ratio


def _uniform(wrong: Sequence[Finding]) -> bool:
    """Tell whether every wrong gradient is the right one times one and the same number."""
    ratios = np.array([finding.made.ratio for finding in wrong])
    if not np.all(np.isfinite(ratios)) or np.ptp(ratios) > 1e-6 * np.abs(ratios).max():
        return False
    gaps = [np.abs(f.analytic - f.made.ratio * f.numeric).max() <= 1e-6 * np.abs(f.numeric).max() for f in wrong]
    return all(gaps)


def _carry(
    problem: Problem, shape: Shape, cotangents: Outputs, found: Sequence[Finding], method: Method
) -> tuple[str, float] | None:
    """Find which state's carry from step 2 to step 1 is wrong, and by what factor.

    The gradient that reaches step 1 from an output of step 2 is a sum over the states between them. The numeric
    parts of that sum are found one by one; a fit then tells the factor with which each is in the analytic gradient.
    """
    states = {state: name for name in problem.inputs if (state := kind_of(problem, name).state)}
    place = next((f.place for f in found if f.wrong and f.place.t == 2), None)
    if shape.steps != 2 or place is None or "x" not in problem.inputs or len(states) < 2:
        return None
    parts = _parts(problem, {place: cotangents[place]}, states, method)
    analytic = next(f.analytic for f in found if f.place == place and f.input == "x")[0]
    factors, *_ = np.linalg.lstsq(
        np.stack([part.ravel() for part in parts.values()], axis=1), analytic.ravel(), rcond=None
    )
    off = {path: float(factor) for path, factor in zip(parts, factors, strict=True)}
    path = max(off, key=lambda name: abs(off[name] - 1))
    return path, off[path]


def _parts(problem: Problem, cotangent: Outputs, states: Mapping[str, str], method: Method) -> dict[str, Array]:
    """Return, by state, the numeric gradient of a step-2 output by x_1 along that state alone."""
    assert _is_movable(problem), "the caller has made sure"
    x = problem.inputs["x"]
    first = problem.at({**problem.inputs, "x": x[:1]}, 1, "step 1")
    between = {path: first.outputs(first.inputs)[Place(path, 1)] for path in states}
    moved = {states[path]: value for path, value in between.items()}
    second = problem.at({**problem.inputs, **moved, "x": x[1:]}, 1, "step 2")
    ((place, value),) = cotangent.items()
    back = gradient_at(second, {Place(place.path, 1, place.layer): value}, tuple(states.values()), method)
    return {
        path: gradient_at(first, {Place(path, 1): back[name]}, ("x",), method)["x"][0] for path, name in states.items()
    }


def heat_map(found: Sequence[Finding], label: str) -> HeatMap:
    """Return the largest error by input or gate and by the output's time step, or by its name if it has none."""
    packed = {finding.input for finding in found if finding.gate}
    shown = [finding for finding in found if finding.gate or finding.input not in packed]
    steps = sorted({finding.place.t for finding in shown if finding.place.t is not None})
    columns = [*(f"t={t}" for t in steps), *dict.fromkeys(f.place.path for f in shown if f.place.t is None)]
    rows = list(dict.fromkeys(_row(finding) for finding in shown))
    errors = [[0.0] * len(columns) for _ in rows]
    for finding in shown:
        row = errors[rows.index(_row(finding))]
        column = columns.index(finding.place.path if finding.place.t is None else f"t={finding.place.t}")
        row[column] = max(row[column], finding.made.error)
    return HeatMap(tuple(rows), tuple(columns), tuple(map(tuple, errors)), label)


def _row(finding: Finding) -> str:
    return f"{finding.input}:{finding.gate}" if finding.gate else finding.input
