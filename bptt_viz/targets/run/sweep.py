"""The points at which a target is checked: those of the usual sweep at which its code runs."""

import numpy as np

from bptt_viz.checking.problem import Misbehaviour
from bptt_viz.checking.shapes import Shape, parse_shapes
from bptt_viz.targets.run.binding import Unfit
from bptt_viz.targets.run.point import Posing
from bptt_viz.targets.run.raised import Raised

_STEPS, _SIZES = (1, 2, 5), (1, 3)
# A gradient that is cut off after some steps is right as long as the sequence is no longer.
_LONG = 12


def points(posing: Posing, asked: str | None) -> tuple[list[Shape], list[str]]:
    """Return the points at which the code runs, and a note about each at which it does not.

    Args:
        posing: of the target.
        asked: `TxN` pairs; None for the usual ones.
    """
    found: list[Shape] = []
    notes: list[str] = []
    for steps, size in _pairs(posing, asked):
        why = _failure(posing, Shape(steps, size, False))
        if why:
            notes.append(f"does not run with {posing.label_at(steps, size)}: {why}")
        else:
            found.append(Shape(steps, size, False))
    if posing.states:
        largest = max((shape.size for shape in found), default=1)
        found += [Shape(T, N, True) for T, N, _ in found if largest == N and T <= 2]
    return sorted(found), notes


def _pairs(posing: Posing, asked: str | None) -> list[tuple[int, int]]:
    fixed = posing.sizes.get(posing.time, 1), posing.sizes.get(posing.batch, 1)
    pairs = [(shape.steps, shape.size) for shape in parse_shapes(asked)] if asked else _usual(posing)
    return list(
        dict.fromkeys(
            (T if posing.may_vary_time else fixed[0], N if posing.may_vary_batch else fixed[1]) for T, N in pairs
        )
    )


def _usual(posing: Posing) -> list[tuple[int, int]]:
    pairs = [(T, N) for T in _STEPS for N in _SIZES]
    return [*pairs, (_LONG, 1)] if posing.may_vary_time else pairs


def _failure(posing: Posing, shape: Shape) -> str:
    """Return why the code does not run at a point; empty if it does."""
    posed = posing.at(shape, np.random.default_rng(0))
    try:
        outputs = posed.outputs(posed.inputs)
        posed.pullback({place: np.ones_like(value) for place, value in outputs.items()})
    except (Raised, Unfit, Misbehaviour) as error:
        return str(error)
    return ""
