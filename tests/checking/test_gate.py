"""The gate tier passes right gradients, stops wrong and misbehaving ones, and says where no answer is possible."""

import numpy as np
import pytest

from bptt_viz.checking.differences import Method
from bptt_viz.checking.gate import gate
from bptt_viz.results.check import Judgement, Verdict

from .problems import Scalar, Y, right


def verdict_of(problem: Scalar, method: Method | None = None):
    return gate(problem, np.random.default_rng(0), Judgement(), method)[0]


@pytest.mark.parametrize("method", [None, *Method])
def test_a_right_gradient_passes_by_every_method(method: Method | None) -> None:
    assert verdict_of(right(), method).verdict is Verdict.PASS


@pytest.mark.parametrize("method", [None, *Method])
@pytest.mark.parametrize("factor", [1.0001, -1.0, 0.0, 2.0])
def test_a_wrong_gradient_is_a_mismatch_by_every_method(method: Method | None, factor: float) -> None:
    problem = Scalar(np.tanh, lambda x: factor * (1 - np.tanh(x) ** 2))
    assert verdict_of(problem, method).verdict is Verdict.MISMATCH


def test_one_wrong_entry_of_a_thousand_is_seen() -> None:
    x = np.random.default_rng(0).standard_normal(1000)
    wrong = np.where(np.arange(1000) == 717, 1.01, 1.0)
    assert verdict_of(Scalar(np.sin, lambda x: wrong * np.cos(x), x)).verdict is Verdict.MISMATCH


@pytest.mark.parametrize(
    ("name", "f", "slope"),
    [
        ("modulus", lambda x: np.abs(x) * 1.0, np.sign),
        ("conjugate", lambda x: np.conj(x) ** 2, lambda x: 2 * x),
        ("real buffer", lambda x: np.real(x) ** 2, lambda x: 2 * x),
    ],
)
def test_a_function_that_is_not_complex_safe_falls_back_to_a_real_difference(name, f, slope) -> None:
    case = verdict_of(Scalar(f, slope))
    assert case.verdict is Verdict.PASS
    assert case.method.startswith("ridders (not complex-safe")


def test_a_cast_that_warns_falls_back_too() -> None:
    case = verdict_of(Scalar(lambda x: x.astype(float) ** 2, lambda x: 2 * x))
    assert case.verdict is Verdict.PASS
    assert case.method.startswith("ridders")


@pytest.mark.parametrize("method", [None, Method.RIDDERS, Method.CENTRAL])
@pytest.mark.parametrize("f", [lambda x: np.maximum(x, 0.0), lambda x: np.where(x.real > 0, x, 0.1 * x)])
def test_a_kink_is_inconclusive_whatever_the_slope_given(method, f) -> None:
    for slope in (0.0, 0.5, 1.0):
        problem = Scalar(f, lambda x, slope=slope: np.where(x > 0, 1.0, slope), np.array([0.0, 1.0]))
        case = verdict_of(problem, method)
        assert case.verdict is Verdict.INCONCLUSIVE
        assert "kink" in case.reason


def test_a_relu_away_from_its_kink_passes() -> None:
    assert verdict_of(Scalar(lambda x: np.maximum(x, 0.0), lambda x: (x > 0) * 1.0)).verdict is Verdict.PASS


def test_values_that_are_not_finite_are_inconclusive_and_say_where() -> None:
    case = verdict_of(Scalar(lambda x: x * np.inf, lambda x: x))
    assert case.verdict is Verdict.INCONCLUSIVE
    assert "output y at t=1 is not finite" in case.reason


def test_a_forward_pass_that_is_not_deterministic_is_inconclusive() -> None:
    rng = np.random.default_rng(0)
    case = verdict_of(Scalar(lambda x: x + rng.standard_normal(), lambda x: np.ones(3)))
    assert case.verdict is Verdict.INCONCLUSIVE
    assert "not deterministic" in case.reason


class Misbehaving(Scalar):
    calls = 0


def _accumulating(self, cotangents):
    self.calls += 1
    return {"x": self.calls * cotangents[Y] * self.slope(self.x)}


MISBEHAVIOURS = {
    "differs when backward runs again": _accumulating,
    "zero upstream gradient": lambda self, v: {"x": v[Y] * self.slope(self.x) + 1e-9},
    "is it clipped": lambda self, v: {"x": np.clip(v[Y] * self.slope(self.x), -0.1, 0.1)},
    "no gradient for x": lambda self, v: {},
    "has shape": lambda self, v: {"x": (v[Y] * self.slope(self.x))[None]},
    "not finite where all outputs are": lambda self, v: {"x": v[Y] * np.nan},
}


@pytest.mark.parametrize("reason", MISBEHAVIOURS)
def test_a_backward_pass_that_misbehaves_is_a_mismatch_with_its_reason(reason, monkeypatch) -> None:
    monkeypatch.setattr(Misbehaving, "pullback", MISBEHAVIOURS[reason])
    case = verdict_of(Misbehaving(np.tanh, lambda x: 1 - np.tanh(x) ** 2))
    assert case.verdict is Verdict.MISMATCH
    assert reason in case.reason


def test_a_gradient_of_zero_that_should_be_zero_passes() -> None:
    assert verdict_of(Scalar(lambda x: 0 * x, lambda x: 0 * x)).verdict is Verdict.PASS


def test_rounding_in_a_negligible_input_is_no_mismatch() -> None:
    """A weight whose true gradient is 0 and whose analytic one is rounding passes beside a large gradient."""
    noise = np.array([0.0, 0.0, 1e-17])
    f = lambda x: x * np.array([1.0, 1.0, 0.0])  # noqa: E731
    assert verdict_of(Scalar(f, lambda x: np.array([1.0, 1.0, 0.0]) + noise)).verdict is Verdict.PASS


def test_a_real_difference_too_uncertain_to_judge_by_is_inconclusive() -> None:
    rough = Scalar(lambda x: np.sin(1e4 * x.real), lambda x: 1e4 * np.cos(1e4 * x) * 1.5)
    assert verdict_of(rough, Method.RIDDERS).verdict is Verdict.INCONCLUSIVE


def test_the_same_seed_gives_the_same_numbers() -> None:
    first, second = (verdict_of(right()) for _ in range(2))
    assert first == second
