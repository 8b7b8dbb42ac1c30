"""Every way to the gradient by each entry gives the same, and dual numbers are believed only where they prove right."""

import numpy as np
import pytest

from bptt_viz.cells import discover_cells
from bptt_viz.checking import entries
from bptt_viz.checking.differences import Method
from bptt_viz.checking.entries import entry_slopes
from bptt_viz.checking.gate import signed
from bptt_viz.checking.model_problem import random_problem
from bptt_viz.checking.problem import Problem
from bptt_viz.checking.selftest.catalogue import FAMILIES
from bptt_viz.checking.selftest.problem import load, posed
from bptt_viz.checking.shapes import Shape
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import SequenceModel
from bptt_viz.topologies import NAMES, pattern

from .problems import Scalar

# Norm-relative distances from the complex step by private copies, with a margin.
WITHIN = {Method.COMPLEX: 1e-14, Method.CENTRAL: 1e-8, Method.CENTRAL6: 1e-10, Method.RIDDERS: 1e-10}


def family(name: str) -> Problem:
    return posed(load(name), Shape(4, 3, zero_state=False), np.random.default_rng(0))


def model(cell: str, topology: str = "many-to-many", cuts: tuple[int, ...] = ()) -> Problem:
    rng, make = np.random.default_rng(0), discover_cells()[cell]
    made = SequenceModel((make(3, 4), make(4, 4)), 5, pattern(topology, 4))
    return random_problem(made, made.draw(rng, Initialisation.parse("xavier")), 3, False, rng, cuts)


PROBLEMS = {
    **{name: lambda name=name: family(name) for name in FAMILIES},
    **{cell: lambda cell=cell: model(cell) for cell in discover_cells()},
    **{f"lstm {topology}": lambda topology=topology: model("lstm", topology) for topology in NAMES},
    "gru truncated": lambda: model("gru", cuts=(2, 4)),
}


def flat(problem: Problem, method: Method) -> np.ndarray:
    rng = np.random.default_rng(1)
    cotangents = {place: signed(rng, value.shape) for place, value in problem.outputs(problem.inputs).items()}
    found = entry_slopes(problem, [cotangents], tuple(problem.inputs), method, None)
    return np.concatenate([slope.value.ravel() for slope in found.values()])


@pytest.fixture
def no_dual_numbers(monkeypatch):
    def switch() -> None:
        monkeypatch.setattr(entries, "_by_dual_numbers", lambda *_: None)

    return switch


@pytest.mark.parametrize("name", PROBLEMS)
def test_all_methods_agree_and_dual_numbers_get_through(name: str, no_dual_numbers) -> None:
    problem = PROBLEMS[name]()
    assert entries._by_dual_numbers(problem, [_ones(problem)], tuple(problem.inputs)) is not None
    found = {method: flat(problem, method) for method in Method}
    no_dual_numbers()
    exact = flat(problem, Method.COMPLEX)
    for method, gradient in found.items():
        assert np.linalg.norm(gradient - exact) <= WITHIN[method] * np.linalg.norm(exact), method


def _ones(problem: Problem):
    return {place: np.ones(value.shape) for place, value in problem.outputs(problem.inputs).items()}


def into_a_real_buffer(x):
    kept = np.zeros(x.shape, x.dtype)
    kept[:] = x
    return np.tanh(kept)


def lost_in_a_view(x):
    kept = np.zeros_like(x)
    row = kept[:2]
    row[:] = x[:2]
    return np.tanh(kept) + x


@pytest.mark.parametrize("f", [into_a_real_buffer, lost_in_a_view])
def test_code_that_refuses_or_loses_dual_numbers_is_given_copies(f) -> None:
    problem = Scalar(f, lambda x: x)
    problem.batched = False
    expected = 1 - np.tanh(problem.x) ** 2
    if f is lost_in_a_view:
        expected = np.where(np.arange(3) < 2, 1 / np.cosh(problem.x) ** 2, 0) + 1
    np.testing.assert_allclose(flat(problem, Method.COMPLEX), expected * signed(np.random.default_rng(1), (3,)))
    assert entries._by_dual_numbers(problem, [_ones(problem)], ("x",)) is None


def test_runs_of_entries_of_any_length_give_the_same(monkeypatch) -> None:
    problem = family("lstm")
    whole = flat(problem, Method.COMPLEX)
    for numbers in (1, 75, 500):
        monkeypatch.setattr(entries, "_TANGENTS", numbers)
        np.testing.assert_allclose(flat(problem, Method.COMPLEX), whole, rtol=1e-13, atol=1e-14)
