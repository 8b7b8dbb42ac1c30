"""What the gradient checkers are held against: backward passes with planted bugs, and correct ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bptt_viz.checking.problem import Problem
from bptt_viz.checking.selftest.catalogue import CATALOGUE, Bug
from bptt_viz.checking.selftest.examination import correct_problem, planted, random_shape
from bptt_viz.checking.selftest.problem import HandProblem, load, posed
from bptt_viz.checking.shapes import Shape

Arrays = Sequence[np.ndarray]


@dataclass(frozen=True)
class Pair:
    """A planted bug at a random point where it changes the gradient, or how the backward pass behaves."""

    bug: Bug
    shape: Shape
    draw: int

    def posed(self) -> HandProblem:
        """Pose it anew, for a bug may leave traces."""
        return posed(load(self.bug.family, self.bug.old, self.bug.new), self.shape, np.random.default_rng(self.draw))


def pairs(each: int, seed: int) -> list[Pair]:
    """Draw `each` points for every bug of the catalogue."""
    found: list[Pair] = []
    for place, bug in enumerate(CATALOGUE):
        rng = np.random.default_rng((seed, place))
        points = (Pair(bug, random_shape(rng), int(rng.integers(2**31))) for _ in range(50 * each))
        changed = (pair for pair in points if planted(bug, pair.shape, pair.draw)[1])
        found += [pair for pair, _ in zip(changed, range(each), strict=False)]
    return found


def correct(count: int, seed: int) -> Iterator[tuple[Problem, np.random.Generator]]:
    """Draw correct gradients of random cells at random shapes."""
    for place in range(count):
        rng = np.random.default_rng((seed, 10**6 + place))
        yield correct_problem(rng), rng


class Operation:
    """A problem as the peers want it: arrays in, arrays out, and a backward pass that nobody guards."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.names = list(problem.inputs)
        self.point = [np.array(value) for value in problem.inputs.values()]
        outputs = problem.outputs(problem.inputs)
        self.places = list(outputs)
        self.shapes = [value.shape for value in outputs.values()]

    def value(self, arrays: Arrays) -> tuple[list[np.ndarray], Any]:
        """Evaluate the outputs; also return what the backward pass wants to know of it."""
        given = dict(zip(self.names, arrays, strict=True))
        if isinstance(self.problem, HandProblem):
            found, cache = self.problem.run(given)
            return [np.array(found[place.path, place.t], float) for place in self.places], cache
        outputs = self.problem.outputs(given)
        return [np.array(outputs[place]) for place in self.places], None

    def gradient(self, arrays: Arrays, cache: Any, cotangents: Arrays) -> list[np.ndarray]:
        """Run the backward pass on the very arrays it is given."""
        upstream = dict(zip(self.places, cotangents, strict=True))
        if isinstance(self.problem, HandProblem):
            given: dict[str, Any] = {**dict(zip(self.names, arrays, strict=True)), "_steps": self.problem.steps}
            by_key = {(place.path, place.t): value for place, value in upstream.items()}
            found = self.problem.family["backward"](by_key, given, cache)
        else:
            found = self.problem.pullback(upstream)
        return [np.array(found[name], float) for name in self.names]
