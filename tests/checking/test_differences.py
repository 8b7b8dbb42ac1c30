"""Each numeric derivative reaches the accuracy that its method promises."""

import numpy as np
import pytest

from bptt_viz.checking.differences import Method, parse_method, ridders, slopes
from bptt_viz.errors import UsageError

from .problems import Scalar, Y, right

# Norm-relative errors with a wide margin above what the methods reach on functions of order 1.
PROMISED = {Method.COMPLEX: 1e-15, Method.RIDDERS: 1e-11, Method.CENTRAL6: 1e-11, Method.CENTRAL: 1e-9}
EVERY = {"x": np.eye(3)}
ONES = {Y: np.ones(3)}


@pytest.mark.parametrize("method", list(Method))
def test_a_method_keeps_its_promise_on_tanh(method: Method) -> None:
    problem = right()
    found = slopes(problem, ONES, EVERY, method, None).value
    expected = 1 - np.tanh(problem.x) ** 2
    assert np.linalg.norm(found - expected) <= PROMISED[method] * np.linalg.norm(expected)


@pytest.mark.parametrize("method", list(Method))
def test_copies_along_a_leading_axis_and_one_by_one_agree_to_the_bit(method: Method) -> None:
    together, alone = right(), right()
    alone.batched = False
    found = [slopes(problem, ONES, EVERY, method, None).value for problem in (together, alone)]
    np.testing.assert_array_equal(*found)


def test_several_sets_of_cotangents_share_the_evaluations() -> None:
    problem = right()
    sets = [{Y: np.array([1.0, 0, 0])}, {Y: np.array([0, 2.0, 0])}]
    found = slopes(problem, sets, EVERY, Method.COMPLEX, None).value
    expected = np.stack([slopes(problem, each, EVERY, Method.COMPLEX, None).value for each in sets])
    np.testing.assert_array_equal(found, expected)


def test_central_differences_of_order_six_are_exact_on_quintics() -> None:
    problem = Scalar(lambda x: x**5, lambda x: 5 * x**4)
    found = slopes(problem, ONES, EVERY, Method.CENTRAL6, 0.1).value
    np.testing.assert_allclose(found, 5 * problem.x**4, rtol=1e-12)


def test_ridders_estimates_its_own_error_honestly() -> None:
    found = ridders(lambda step: np.exp(np.array([0.0, 1.0]) + step), 0.5)
    assert np.all(np.abs(found.value - np.exp([0.0, 1.0])) <= 100 * found.uncertainty + 1e-15)
    assert np.all(found.uncertainty < 1e-9)


def test_ridders_is_unsure_where_the_slope_jumps() -> None:
    found = ridders(lambda step: np.abs(np.array([1e-3]) + step), 0.5)
    assert found.uncertainty > 1e-3


def test_an_unknown_method_is_refused_with_the_choices() -> None:
    with pytest.raises(UsageError, match="complex, central, central6, ridders"):
        parse_method("newton")


def test_the_complex_step_reaches_the_precision_of_an_80_bit_reference() -> None:
    """Worst element of an LSTM's gradient, complex step in double against differences in long double."""
    from bptt_viz.checking.full import numeric_gradients
    from bptt_viz.checking.gate import Probe, signed
    from bptt_viz.checking.selftest.problem import load, posed
    from bptt_viz.checking.shapes import Shape

    rng = np.random.default_rng(0)
    problem = posed(load("lstm"), Shape(3, 2, zero_state=False), rng)
    cotangents = {place: signed(rng, value.shape) for place, value in problem.outputs(problem.inputs).items()}
    found, _ = numeric_gradients(problem, Probe(cotangents, {}, Method.COMPLEX, ""))
    exact = {name: _long_gradient(problem, cotangents, name) for name in problem.inputs}
    scale = max(float(np.abs(gradient).max()) for gradient in exact.values())
    worst = max(float(np.abs(found[name] - exact[name]).max()) for name in exact)
    assert worst <= 1e-13 * scale


def _long_gradient(problem, cotangents, name):
    """Extrapolated central differences with 64 bits of mantissa."""
    wide = {key: value.astype(np.longdouble) for key, value in problem.inputs.items()}
    value = wide[name]
    found = np.zeros(value.shape, np.longdouble)
    for index in np.ndindex(value.shape):

        def along(step, index=index):
            moved = value.copy()
            moved[index] += step
            outputs = problem.outputs({**wide, name: moved})
            return sum(np.sum(outputs[place] * cotangent) for place, cotangent in cotangents.items())

        h = np.longdouble(2) ** -6
        stencil = (
            (1, 4 / np.longdouble(5)),
            (2, -1 / np.longdouble(5)),
            (3, 4 / np.longdouble(105)),
            (4, -1 / np.longdouble(280)),
        )
        coarse, fine = (
            sum(weight * (along(k * step) - along(-k * step)) for k, weight in stencil) / step for step in (h, h / 2)
        )
        found[index] = fine + (fine - coarse) / 255
    return found
