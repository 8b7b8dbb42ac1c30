"""The checker examined: planted bugs must be seen and located, correct gradients and kinks left alone."""

from collections.abc import Callable, Iterator

import numpy as np

from bptt_viz.cells import Cell, discover_cells
from bptt_viz.checking.gate import gate
from bptt_viz.checking.localise import localise
from bptt_viz.checking.model_problem import ModelProblem, random_problem
from bptt_viz.checking.problem import Problem
from bptt_viz.checking.selftest.catalogue import CATALOGUE, FAMILIES, Bug
from bptt_viz.checking.selftest.problem import load, posed
from bptt_viz.checking.shapes import Shape
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Feed, SequenceModel
from bptt_viz.results.check import Case, Diagnosis, Judgement, Verdict
from bptt_viz.results.selftest import BugResult, SelfTest
from bptt_viz.topologies import pattern

Tick = Callable[[float], None]
Generator = np.random.Generator

_JUDGEMENT = Judgement()
_INITS = ("xavier", "orthogonal", "radius=1.2", "normal=0.3")


def examine(pairs: int, correct: int, kinks: int, seed: int, tick: Tick) -> SelfTest:
    """Examine the checker.

    Args:
        pairs: random points for each planted bug.
        correct: how many correct random (cell, shape, seed) to check.
        kinks: how many points at a kink to check.
        seed: of every draw.
        tick: is told the finished share.
    """
    bugs: list[BugResult] = []
    for place, bug in enumerate(CATALOGUE):
        bugs.append(examine_bug(bug, pairs, np.random.default_rng((seed, place))))
        tick(0.6 * (place + 1) / len(CATALOGUE))
    alarms = []
    for place in range(correct):
        rng = np.random.default_rng((seed, 1000 + place))
        case = gate(correct_problem(rng), rng, _JUDGEMENT)[0]
        alarms += [] if case.verdict is Verdict.PASS else [f"{case.label}: {case.verdict} {case.reason}"]
        tick(0.6 + 0.4 * (place + 1) / correct)
    unseen = []
    for place in range(kinks):
        case = _kink(np.random.default_rng((seed, 10**6 + place)))
        unseen += [] if case.verdict is Verdict.INCONCLUSIVE else [f"{case.label}: {case.verdict}"]
    return SelfTest(tuple(bugs), correct, tuple(alarms), kinks, tuple(unseen))


def random_shape(rng: Generator) -> Shape:
    """Draw T up to 6, N up to 4, and a zero or a random state."""
    return Shape(int(rng.integers(1, 7)), int(rng.integers(1, 5)), bool(rng.integers(2)))


def examine_bug(bug: Bug, pairs: int, rng: Generator) -> BugResult:
    """Plant one bug and check it at random points until `pairs` of them have changed its gradient."""
    changed = detected = named = placed = located = 0
    missed: list[str] = []
    for shape, draw in _points(rng, pairs):
        if changed == pairs:
            break
        case, differs = planted(bug, shape, draw)
        if not differs:
            continue
        changed += 1
        if case.verdict is not Verdict.MISMATCH:
            missed.append(f"{case.label}: {case.verdict} {case.reason}")
            continue
        detected += 1
        if not bug.behaviour:
            found = locate(bug, shape, draw)
            located += 1
            right, where = is_named(bug, found), is_placed(bug, found)
            named, placed = named + right, placed + where
            if not (right and where):
                missed.append(f"{case.label}: located at {_shown(found)}")
    return BugResult(bug.family, bug.name, changed, detected, named, placed, located, tuple(missed))


def _points(rng: Generator, pairs: int) -> Iterator[tuple[Shape, int]]:
    """Yield random shapes with a seed each; many bugs change nothing at some of them, so more than are needed."""
    for _ in range(20 * pairs):
        yield random_shape(rng), int(rng.integers(2**31))


def planted(bug: Bug, shape: Shape, draw: int) -> tuple[Case, bool]:
    """Check a planted bug at one point; also tell whether its gradient differs there from the correct one."""
    problem = posed(load(bug.family, bug.old, bug.new), shape, np.random.default_rng(draw))
    case, asked = gate(problem, np.random.default_rng(draw + 1), _JUDGEMENT)
    if asked is None:
        return case, True
    right = posed(load(bug.family), shape, np.random.default_rng(draw)).pullback(asked.cotangents)
    return case, any(_apart(right[name], asked.gradients[name]) for name in right)


def _apart(right: np.ndarray, given: np.ndarray) -> bool:
    # Text that computes the same by other roundings has changed nothing.
    return bool(np.abs(right - given).max(initial=0.0) > 1e-12 * np.abs(right).max(initial=0.0))


def locate(bug: Bug, shape: Shape, draw: int) -> Diagnosis | None:
    """Look for a planted bug at the shapes up to that of the pair."""
    family = load(bug.family, bug.old, bug.new)
    sizes = {shape.size, 3}
    shapes = [Shape(T, N, zero_state=False) for T in sorted({1, 2, 5, shape.steps}) for N in sizes]

    def make(at: Shape, rng: Generator) -> Problem:
        return posed(family, at, rng)

    return localise(make, shapes, draw, _JUDGEMENT, None)


def is_named(bug: Bug, found: Diagnosis | None) -> bool:
    """Tell whether a diagnosis names an input and a gate that the bug is in."""
    if found is None:
        return False
    return (not bug.inputs or found.input in bug.inputs) and (not bug.gates or found.gate in bug.gates)


def is_placed(bug: Bug, found: Diagnosis | None) -> bool:
    """Tell whether a diagnosis places the bug at its lag, or on its path."""
    return found is not None and (found.lag == bug.lag or (bug.path != "" and found.path == bug.path))


def _shown(found: Diagnosis | None) -> str:
    return (
        "nowhere" if found is None else f"{found.input or '-'} {found.gate or '-'} lag {found.lag} {found.path or '-'}"
    )


def correct_problem(rng: Generator) -> Problem:
    """Draw a point of a correct gradient: of a built-in cell's or of a hand-written family's."""
    shape = random_shape(rng)
    if rng.integers(3) == 0:
        family = FAMILIES[int(rng.integers(len(FAMILIES)))]
        return posed(load(family), shape, rng)
    return random_problem(*_random_model(shape, rng), shape.size, shape.zero_state, rng)


def _random_model(shape: Shape, rng: Generator) -> tuple[SequenceModel, dict[str, np.ndarray]]:
    makers = list(discover_cells().values())
    D, H, V = (int(size) for size in rng.integers(1, 9, 3))
    make = makers[int(rng.integers(len(makers)))]
    cells: tuple[Cell, ...] = (make(D, H), make(H, H))[: int(rng.integers(1, 3))]
    model = SequenceModel(cells, V + 1, pattern("many-to-many", shape.steps))
    return model, model.draw(rng, Initialisation.parse(_INITS[int(rng.integers(len(_INITS)))]))


def _kink(rng: Generator) -> Case:
    """Check a ReLU network where padding and a zero state put a pre-activation exactly at 0."""
    shape = random_shape(rng)
    cell = discover_cells()["rnn"](3, 4, activation="relu")  # type: ignore[call-arg]
    model = SequenceModel((cell,), 5, pattern("many-to-many", shape.steps))
    values = model.draw(rng, Initialisation.parse("xavier"))
    x = rng.standard_normal((shape.steps, shape.size, 3))
    x[0] = 0.0
    targets = rng.integers(0, 5, (shape.steps, shape.size))
    label = f"T={shape.steps} N={shape.size} ReLU at 0"
    start = {name: np.zeros(size) for name, size in model.starts(shape.size).items()}
    feed = Feed({"x": x}, {"targets": targets})
    return gate(ModelProblem(model, values, feed, start, label), rng, _JUDGEMENT)[0]
