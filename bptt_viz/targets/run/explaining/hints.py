"""What a wrong gradient looks like: each guess is said only if it makes exactly the numbers that came back."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.blocks import affordable
from bptt_viz.checking.choice import choose_method
from bptt_viz.checking.differences import Method, slopes
from bptt_viz.checking.entries import entry_slopes
from bptt_viz.checking.gate import signed
from bptt_viz.checking.problem import Inconclusive, Misbehaviour, Outputs, Place
from bptt_viz.checking.shapes import Shape
from bptt_viz.results.check import Check, Verdict
from bptt_viz.targets.run.explaining.bounds import close
from bptt_viz.targets.run.point import Posing
from bptt_viz.targets.run.posed import Posed

# At how many points a look is taken.
_POINTS = 2


@dataclass(frozen=True)
class Evidence:
    """Gradients at the smallest point that fails.

    Attributes:
        posing: of the target.
        posed: the point.
        cotangents: of the outputs.
        analytic: what backward returns.
        numeric: what it should.
        method: how that was found.
    """

    posing: Posing
    posed: Posed
    cotangents: Outputs
    analytic: Mapping[str, Array]
    numeric: Mapping[str, Array]
    method: Method

    @property
    def wrong(self) -> tuple[str, ...]:
        """The inputs whose gradients differ."""
        largest = max(norm(value) for value in self.numeric.values())
        return tuple(
            name
            for name, value in self.numeric.items()
            if norm(self.analytic[name] - value) > 1e-7 * max(norm(value), 1e-3 * largest)
        )


def hint(posing: Posing, shapes: Sequence[Shape], made: Check, seed: int) -> str:
    """Return a sentence about what the fault looks like; empty if nothing fits exactly."""
    failed = [shape for shape, case in zip(shapes, made.cases, strict=False) if case.verdict is Verdict.MISMATCH]
    told = [shape for shape in failed if not shape.zero_state] or failed
    for shape in sorted(told, key=lambda shape: (shape.steps, -shape.size))[:_POINTS]:
        try:
            evidence = gathered(posing, shape, seed)
        except (Inconclusive, Misbehaviour):
            continue
        guess = next(iter(_guesses(evidence)), "") if evidence is not None else ""
        if guess:
            return guess
    return ""


def gathered(posing: Posing, shape: Shape, seed: int) -> Evidence | None:
    """Return both gradients at a point, entry by entry; None if there are too many entries."""
    rng = np.random.default_rng((seed, *shape))
    posed = posing.at(shape, rng)
    if not affordable(posed):
        return None
    cotangents = {place: signed(rng, value.shape) for place, value in posed.outputs(posed.inputs).items()}
    directions = {name: signed(rng, (1, *value.shape)) for name, value in posed.inputs.items()}
    method = choose_method(posed, posed.outputs(posed.inputs), cotangents, directions, None).method
    return Evidence(posing, posed, cotangents, posed.pullback(cotangents), numeric(posed, cotangents, method), method)


def numeric(posed: Posed, cotangents: Outputs, method: Method) -> dict[str, Array]:
    """Return the numeric gradients, entry by entry."""
    found = entry_slopes(posed, [cotangents], tuple(posed.inputs), method, None)
    return {name: slope.value[0] for name, slope in found.items()}


def _guesses(found: Evidence) -> Iterator[str]:
    wrong = found.wrong
    if not wrong:
        return
    yield from _through_time(found)
    for name in wrong:
        yield from _of_one(found, name)
    if found.posing.batch and len(wrong) == len(found.analytic):
        yield from _slope_missing(found)


def _of_one(found: Evidence, name: str) -> Iterator[str]:
    a, n = found.analytic[name], found.numeric[name]
    if close(a, -n):
        yield f"d{name} has the wrong sign"
    if a.ndim == 2 and a.shape[0] == a.shape[1] and close(a, n.T):
        yield f"d{name} is transposed"
    yield from _repeated(found, name)
    yield from _swapped(found, name)
    yield from _rows(found, name)
    yield from _wrong_way_round(found, name)


def _repeated(found: Evidence, name: str) -> Iterator[str]:
    """See whether rows that are picked once are right, and those that are picked again and again are not."""
    a, n = found.analytic[name], found.numeric[name]
    for indices in found.posed.constants.values():
        if np.asarray(indices).dtype.kind not in "iu" or not a.ndim or np.max(indices, initial=0) >= len(a):
            continue
        counts = np.bincount(np.ravel(indices), minlength=len(a))
        if np.any(counts > 1) and np.any(counts == 1) and close(a[counts < 2], n[counts < 2]):
            yield f"d{name} is right where an index occurs once and not where it occurs again: add with np.add.at"


def _swapped(found: Evidence, name: str) -> Iterator[str]:
    gates, axis = found.posed.gates.get(name, ()), found.posed.kinds[name].gate_axis
    if len(gates) < 2:
        return
    blocks = dict(zip(gates, np.split(found.analytic[name], len(gates), axis), strict=True))
    right = dict(zip(gates, np.split(found.numeric[name], len(gates), axis), strict=True))
    for k, first in enumerate(gates):
        for second in gates[k + 1 :]:
            if close(blocks[first], right[second]) and close(blocks[second], right[first]):
                yield f"the blocks of gates {first} and {second} in d{name} are swapped"


def _rows(found: Evidence, name: str) -> Iterator[str]:
    """Compare a parameter's gradient with what one row alone, or the mean over rows, gives."""
    size = found.posed.code.sizes.get(found.posing.batch, 1)
    if size < 2 or name not in found.posing.parameters():
        return
    if close(found.analytic[name], found.numeric[name] / size):
        yield f"d{name} is averaged over the batch, where a sum belongs"
        return
    directions = np.random.default_rng(0).standard_normal((2, *found.analytic[name].shape))
    along: Array = np.array([float(np.sum(found.analytic[name] * direction)) for direction in directions])
    for row in range(size):
        alone = slopes(found.posed, _row_alone(found, row), {name: directions}, found.method, None).value
        if close(along, alone):
            yield f"d{name} comes from row {row} of the batch alone: a sum over the batch is missing"
            return


def _row_alone(found: Evidence, row: int) -> Outputs:
    size = found.posed.code.sizes[found.posing.batch]
    kept = {}
    for place, value in found.cotangents.items():
        kept[place] = np.zeros_like(value)
        if size in value.shape:
            where: Any = (*(slice(None),) * value.shape.index(size), row)
            kept[place][where] = value[where]
    return kept


def _wrong_way_round(found: Evidence, name: str) -> Iterator[str]:
    """Compare with a product by a square weight in place of its transpose."""
    a, n = found.analytic[name], found.numeric[name]
    if name in found.posing.parameters() or a.ndim != 2:
        return
    for weight in found.posing.parameters():
        W = found.posed.inputs[weight]
        if W.ndim != 2 or W.shape[0] != W.shape[1]:
            continue
        if a.shape[1] == len(W) and close(np.linalg.solve(W, n.T).T @ W, a):
            yield f"d{name} is multiplied by {weight} where its transpose belongs"
        elif a.shape[1] == len(W) and close(np.linalg.solve(W.T, n.T).T @ W.T, a):
            yield f"d{name} is multiplied by the transpose of {weight} where {weight} itself belongs"
        elif a.shape[0] == len(W) and close(W @ np.linalg.solve(W.T, n), a):
            yield f"d{name} is multiplied by {weight} where its transpose belongs"


def _slope_missing(found: Evidence) -> Iterator[str]:
    """Compare a bias's gradient with the sum of the upstream gradients: then no slope was multiplied by."""
    axis_of_rows = 0
    for name in found.wrong:
        if found.analytic[name].ndim != 1:
            continue
        for place, value in found.cotangents.items():
            fits = value.ndim == 2 and value.shape[1] == len(found.analytic[name])
            if fits and close(found.analytic[name], value.sum(axis_of_rows)):
                yield f"d{name} is the sum of d{place.path} as it comes: the slope of the activation is missing"


def _through_time(found: Evidence) -> Iterator[str]:
    """Compare what comes from the output of step 2 with what single steps would give."""
    if found.posed.steps != 2 or not found.posing.states:
        return
    first, second = found.posing.part(found.posed, 0, 1), found.posing.part(found.posed, 1, 2)
    if first is None or second is None:
        return
    late = {p: value if p.t == 2 else np.zeros_like(value) for p, value in found.cotangents.items()}
    moved = {Place(p.path, 1, p.layer): value for p, value in found.cotangents.items() if p.t == 2}
    zeros = {p: np.zeros_like(value) for p, value in second.outputs(second.inputs).items()}
    analytic, whole = found.posed.pullback(late), numeric(found.posed, late, found.method)
    alone = numeric(second, {**zeros, **moved}, found.method)
    parameters = found.posing.parameters()
    if parameters and all(close(analytic[name], alone[name]) for name in parameters):
        yield "nothing comes back from step t to t − 1: is the next step's gradient added to the upstream one?"
        return
    for name in parameters:
        kept = whole[name] - alone[name]
        if name in found.wrong and norm(kept) > 0 and close(analytic[name], kept):
            yield f"d{name} holds the first step's part alone: does = stand where += belongs?"
