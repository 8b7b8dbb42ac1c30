"""A function of any framework, checked: at its example, moved, and cut to fewer steps and rows."""

from dataclasses import replace

import numpy as np
import pytest

from adapters.functions import H, N, Recurrent, T, recurrent
from bptt_viz.adapters.checking import checked
from bptt_viz.adapters.points import Points
from bptt_viz.checking.options import request_from
from bptt_viz.checking.problem import Inconclusive, Misbehaviour, Place
from bptt_viz.checking.shapes import Shape
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Verdict

RNG = np.random.default_rng(0)


def check(subject, **options):
    return checked(lambda: subject, "recurrent", request_from(options))


@pytest.mark.parametrize("copies", ["right", "none", "wrong"])
@pytest.mark.parametrize("method", [None, "ridders"])
def test_a_right_gradient_passes_however_copies_are_evaluated(copies, method):
    found = check(recurrent(copies=copies), full=True, method=method)
    assert found.verdict is Verdict.PASS, found.diagnosis
    assert [case.label for case in found.cases][:3] == [
        "T=1 N=1 zero state",
        "T=1 N=1 random state",
        "T=1 N=3 zero state",
    ]


@pytest.mark.parametrize(("copies", "batched"), [("right", True), ("none", False), ("wrong", False)])
def test_copies_are_evaluated_together_only_if_that_makes_no_difference(copies, batched):
    assert Points(recurrent(copies=copies))(Shape(T, N, False), RNG).batched is batched


def test_a_sum_over_the_batch_that_is_missing_is_named():
    found = check(recurrent("bias"))
    assert found.verdict is Verdict.MISMATCH
    assert found.diagnosis.startswith("b: ")
    assert "only with more than one row" in found.diagnosis


def test_a_carry_that_is_wrong_is_told_from_the_lag_on():
    found = check(recurrent("carry"))
    assert found.diagnosis.startswith("carry from step t to t − 1: ")
    assert "from lag 1 on; only with more than one time step" in found.diagnosis


def test_outputs_are_split_by_time():
    problem = Points(recurrent())(Shape(2, N, True), RNG)
    outputs = problem.outputs(problem.inputs)
    assert set(outputs) == {Place("states", 1), Place("states", 2), Place("last")}
    assert {value.shape for value in outputs.values()} == {(N, H)}
    np.testing.assert_array_equal(outputs[Place("states", 2)], outputs[Place("last")])


def test_a_packed_output_is_split_by_its_rows_at_each_step():
    subject = recurrent()
    packed = replace(subject.layout, time={"x": 1}, runs={"states": (2, 1)})
    assert [each.shape for each in packed.cut("states", np.zeros((3, H)), 0)] == [(2, H), (1, H)]
    assert [each.shape for each in packed.cut("states", np.zeros((9, 3, H)), 1)] == [(9, 2, H), (9, 1, H)]
    assert packed.joined("states", [np.zeros((2, H)), np.zeros((1, H))]).shape == (3, H)


def test_the_example_as_given_is_left_as_it_is_and_constants_are_moved_off_their_places():
    points, subject = Points(recurrent()), recurrent()
    given, moved = points(Shape(T, N, True), RNG).inputs, points(Shape(T, N, False), RNG).inputs
    assert all(
        np.array_equal(given[name], value) for name, value in {**subject.parameters, **subject.arguments}.items()
    )
    assert np.all(moved["h"] != 0)
    assert np.all(moved["b"] != 0)
    assert np.array_equal(moved["x"], given["x"])
    assert 0 < np.linalg.norm(moved["W"] - given["W"]) < 0.2 * np.linalg.norm(given["W"])


class Rigid(Recurrent):
    """Takes its example's number of rows alone."""

    def evaluate(self, values):
        if values["x"].shape[-3] != N:
            raise ValueError(f"want {N} rows")
        return super().evaluate(values)


def test_shapes_that_the_function_does_not_take_are_left_out():
    rigid = replace(recurrent(), function=Rigid())
    assert {shape.size for shape in Points(rigid).shapes()} == {N}
    assert {shape.steps for shape in Points(rigid).shapes()} == {1, 2, T}


def test_more_steps_than_the_example_has_are_refused():
    with pytest.raises(UsageError, match="has T=4 and N=3; give a larger one"):
        check(recurrent(), shapes="5x1")
    assert {case.label[:7] for case in check(recurrent(), shapes="2x3").cases} == {"T=2 N=3"}


@pytest.mark.parametrize(("error", "verdict"), [(Inconclusive, "inconclusive"), (Misbehaviour, "mismatch")])
def test_what_cannot_be_compared_is_a_check_of_one_case(error, verdict):
    def pose():
        raise error("for a reason")

    found = checked(pose, "name", request_from({}))
    assert (found.verdict, found.diagnosis) == (verdict, "for a reason")
    assert [case.reason for case in found.cases] == ["for a reason"]
