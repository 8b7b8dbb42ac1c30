"""Jacobians, Lyapunov exponents and product spectra against closed forms and independent loops."""

from math import log

import numpy as np
import pytest

from bptt_viz.analyses.jacobians import temporal_jacobians
from bptt_viz.analyses.lyapunov import kaplan_yorke, lyapunov, span
from bptt_viz.analyses.spectrum import spectrum
from bptt_viz.cells import discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Request, prepare


def matrices(count: int, size: int, deviation: float, seed: int = 0) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [deviation * rng.standard_normal((size, size)) for _ in range(count)]


def numeric_jacobian(prepared: Prepared, t: int) -> np.ndarray:
    """Complex step through one recorded step: the states at t by those that enter it, all layers jointly."""
    base = prepared.run()
    keys = [(depth, name) for depth, run_ in enumerate(base.layers) for name in run_.cell.states]
    x = prepared.batch.one_hot()[t - 1 : t]
    model = prepared.model
    from dataclasses import replace

    from bptt_viz.topologies import pattern

    step = replace(model, pattern=pattern("many-to-many", 1))
    columns = []
    for depth, name in keys:
        for k in range(base.layers[depth].states[t - 1][name].shape[-1]):
            start = [{n: node.value.astype(complex) for n, node in run_.states[t - 1].items()} for run_ in base.layers]
            start[depth][name][0, k] += 1e-30j
            after = step.run(prepared.values, x, prepared.batch.targets[t - 1 : t], start)
            columns.append(np.concatenate([after.layers[d].states[1][n].value[0].imag / 1e-30 for d, n in keys]))
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("cell", list(discover_cells()))
def test_a_jacobian_is_the_complex_step_through_one_step_of_the_joint_state(cell: str, layers: int) -> None:
    prepared = prepare(Request(cell=cell, hidden=3, layers=layers, steps=4, batch=1))
    for t, jacobian in enumerate(temporal_jacobians(prepared), start=1):
        np.testing.assert_allclose(jacobian, numeric_jacobian(prepared, t), rtol=0, atol=1e-14)


def test_the_jacobian_of_a_batch_row_is_that_of_its_text_alone() -> None:
    two = prepare(Request(cell="lstm", hidden=3, steps=5, batch=2))
    found = list(temporal_jacobians(two, row=1))
    for t, jacobian in enumerate(found, start=1):
        assert jacobian.shape == (6, 6)
        assert np.any(jacobian != list(temporal_jacobians(two, row=0))[t - 1]) or t == 1


def test_an_irnn_of_active_units_has_the_identity_as_its_jacobian() -> None:
    prepared = prepare(Request(cell="rnn", activation="relu", init="identity", hidden=8, steps=6))
    prepared.values["W_xh"][:] = np.abs(prepared.values["W_xh"]) + 0.01
    for jacobian in temporal_jacobians(prepared):
        np.testing.assert_array_equal(jacobian, np.eye(8))


def test_orthogonal_jacobians_have_exponents_of_zero() -> None:
    found = lyapunov([np.linalg.qr(matrix)[0] for matrix in matrices(200, 6, 1.0)])
    np.testing.assert_allclose(found.exponents, 0, atol=1e-13)


def test_one_matrix_again_and_again_has_the_logarithms_of_its_eigenvalues() -> None:
    matrix = matrices(1, 5, 0.6)[0]
    found = lyapunov([matrix] * 2000, transient=300)
    expected = np.sort(np.log(np.abs(np.linalg.eigvals(matrix))))[::-1]
    np.testing.assert_allclose(found.exponents, expected, atol=5e-3)


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        (1, [-0.635181]),
        (2, [-0.288608, -0.981755]),
        (3, [-0.184488, -0.491340, -1.184488]),
    ],
)
def test_products_of_gaussian_matrices_have_newmans_exponents(size: int, expected: list[float]) -> None:
    """λ_k = ½ [ln(2/N) + ψ((N − k + 1)/2)] for entries N(0, 1/N) (Newman 1986)."""
    found = lyapunov(matrices(20_000, size, size**-0.5), transient=100)
    np.testing.assert_allclose(found.exponents, expected, atol=0.02)


@pytest.mark.parametrize(
    ("activation", "w", "expected"),
    [
        ("tanh", 0.5, -0.693147),
        ("tanh", 1.1, -0.196312),
        ("tanh", 1.5, -0.930610),
        ("tanh", 2.0, -1.793529),
        ("sigmoid", 1.0, -1.492970),
        ("sigmoid", 2.0, -1.334078),
    ],
)
def test_a_scalar_unit_at_its_fixed_point_has_the_exponent_log_w_times_slope(activation, w, expected) -> None:
    prepared = prepare(Request(cell="rnn", activation=activation, hidden=1, steps=1400, text="sonnets"))
    prepared.values["W_xh"][:] = 0
    prepared.values["W_hh"][:] = w
    # A bias for the first steps would move it off 0; a tiny input does that here and dies out or settles.
    prepared.values["W_xh"][0] = 0.5 if activation == "tanh" else 0.0
    prepared.batch.inputs[1:] = 1
    found = lyapunov(temporal_jacobians(prepared), transient=400)
    assert found.exponents[0] == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize(
    ("gain", "expected", "size"), [(1.5, 0.065217, 1200), (2.0, 0.154724, 400), (3.0, 0.310249, 400)]
)
def test_a_random_tanh_network_has_the_largest_exponent_of_mean_field_theory(gain, expected, size) -> None:
    """λ_1 = ½ ln(g² ⟨sech⁴⟩) in the chaotic phase, within 8 %, the mean of three draws; near g = 1 size matters."""
    measured = [_largest_exponent(gain, size, 800, seed) for seed in range(3)]
    assert np.mean(measured) == pytest.approx(expected, rel=0.08)


def _largest_exponent(gain: float, H: int, steps: int, seed: int) -> float:
    """The growth of one direction under the Jacobians of a network without input, found by a plain loop."""
    rng = np.random.default_rng(seed)
    weights = gain * rng.standard_normal((H, H)) / np.sqrt(H)
    h, direction, total = rng.standard_normal(H), rng.standard_normal(H), 0.0
    for t in range(steps):
        h = np.tanh(h @ weights)
        direction = (direction @ weights) * (1 - h * h)
        size = float(np.linalg.norm(direction))
        direction /= size
        total += log(size) if t >= 200 else 0.0
    return total / (steps - 200)


@pytest.mark.parametrize("gain", [2.0, 3.0])
def test_the_tool_finds_the_growth_of_that_loop_in_a_network_of_400_units(gain) -> None:
    H, steps = 400, 60
    prepared = prepare(Request(cell="rnn", hidden=H, steps=steps, init=f"normal={gain / np.sqrt(H)}"))
    prepared.values["W_xh"][1:] = 0  # an input at the first step alone
    prepared.batch.inputs[0], prepared.batch.inputs[1:] = 0, 1
    h, direction, growth = prepared.values["W_xh"][0], np.eye(H)[0], []
    weights = prepared.values["W_hh"]
    h = np.tanh(h)
    direction = direction @ weights * (1 - h * h)
    for _ in range(1, steps):
        h = np.tanh(h @ weights)
        after = (direction @ weights) * (1 - h * h)
        growth.append(log(np.linalg.norm(after) / np.linalg.norm(direction)))
        direction = after / np.linalg.norm(after)
    found = spectrum(prepared, (), transient=20, leading=1).lyapunov
    assert found.exponents == (pytest.approx(np.mean(growth[19:]), rel=1e-10),)


def test_leading_exponents_are_the_first_of_all() -> None:
    prepared = prepare(Request(cell="lstm", hidden=6, steps=300))
    whole = spectrum(prepared, (), 100).lyapunov
    some = spectrum(prepared, (), 100, leading=3).lyapunov
    np.testing.assert_allclose(some.exponents, whole.exponents[:3], atol=2e-3)
    assert some.log_determinant is some.sum_gap is None
    assert (whole.dimension, some.dimension) == (0.0, 0.0)


def test_the_exponents_add_up_to_the_mean_log_determinant() -> None:
    for cell in ("rnn", "lstm", "gru"):
        found = spectrum(prepare(Request(cell=cell, hidden=12, steps=120)), (), 20).lyapunov
        assert found.sum_gap <= 1e-10


def test_along_c_alone_an_lstm_multiplies_by_its_forget_gates() -> None:
    prepared = prepare(Request(cell="lstm", hidden=5, steps=30))
    prepared.values["W_hh"][:] = 0  # h has no way on: what is left between steps is c
    states = prepared.run().layers[0]
    gates = [1 / (1 + np.exp(-node.value)) for node in _raw_forget(prepared)]
    for jacobian, gate in zip(temporal_jacobians(prepared), gates, strict=True):
        np.testing.assert_allclose(jacobian[5:, 5:], np.diag(gate[0]), atol=1e-15)
    assert states.cell.states == ("h", "c")


def _raw_forget(prepared: Prepared):
    """Recompute the forget gate's pre-activation from the equations."""
    values, H = prepared.values, 5
    columns = slice(H, 2 * H)

    class Value:
        def __init__(self, value):
            self.value = value

    return [Value(x @ values["W_xh"][:, columns] + values["b_h"][columns]) for x in prepared.batch.one_hot()]


def test_a_product_of_few_factors_has_the_singular_values_of_the_product() -> None:
    factors = matrices(5, 7, 0.4)
    product = np.linalg.multi_dot(factors[::-1])
    expected = np.log(np.linalg.svd(product, compute_uv=False))
    np.testing.assert_allclose(span(factors).logarithms, expected, atol=1e-12)


def test_a_product_of_many_factors_keeps_the_directions_that_a_float_would_lose() -> None:
    rng = np.random.default_rng(0)
    left, right = (np.linalg.qr(rng.standard_normal((4, 4)))[0] for _ in range(2))
    sizes = np.array([1.5, 1.0, 0.5, 0.05])
    factors = [left @ np.diag(sizes) @ left.T] * 199 + [left @ np.diag(sizes) @ right.T]
    found = span(factors[::-1])
    np.testing.assert_allclose(found.logarithms, 200 * np.log(sizes), rtol=1e-10, atol=1e-10)


def test_the_dimension_is_kaplan_and_yorkes() -> None:
    assert kaplan_yorke((0.5, 0.0, -2.0)) == pytest.approx(2.25)
    assert kaplan_yorke((-0.1, -0.2)) == 0
    assert kaplan_yorke((0.2, 0.1)) == 2
    assert kaplan_yorke((0.2, -np.inf)) == 1
    assert kaplan_yorke((0.2, 0.1), whole=False) is None
    assert kaplan_yorke((0.2, 0.1, -0.6), whole=False) == 2.5


def test_dead_directions_are_minus_infinity_and_no_warning() -> None:
    found = lyapunov([np.diag([1.0, 0.0])] * 5)
    assert found.exponents == (0.0, -np.inf)
    assert found.sum_gap == 0


def test_what_makes_no_sense_is_refused() -> None:
    prepared = prepare(Request(cell="rnn", hidden=3, steps=5))
    with pytest.raises(UsageError, match="no step is left"):
        spectrum(prepared, (), 5)
    with pytest.raises(UsageError, match="--span 6 does not fit"):
        spectrum(prepared, (6,), 0)
    for leading in (0, 4):
        with pytest.raises(UsageError, match=f"--leading {leading} is not between 1 and 3"):
            spectrum(prepared, (), 0, leading)
    prepared.values["W_hh"][0, 0] = np.nan
    with pytest.raises(UsageError, match=r"step 1 is not finite, so there is no spectrum\. W_hh itself is not finite"):
        spectrum(prepared, (), 0)


def test_spans_that_fit_are_measured_and_memory_holds_no_more() -> None:
    prepared = prepare(Request(cell="rnn", hidden=4, steps=12))
    jacobians = list(temporal_jacobians(prepared))
    found = spectrum(prepared)
    assert [each.steps for each in found.spans] == [1, 10]
    assert found.spans[1] == span(jacobians[-10:])
    assert [each.steps for each in spectrum(prepared, (3, 12)).spans] == [3, 12]


def test_progress_ends_at_one() -> None:
    seen: list[float] = []
    spectrum(prepare(Request(cell="rnn", hidden=3, steps=5)), tick=seen.append)
    assert seen == pytest.approx([0.2, 0.4, 0.6, 0.8, 1.0])
