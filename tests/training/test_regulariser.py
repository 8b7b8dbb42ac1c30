"""Ω of Pascanu, Mikolov & Bengio: its immediate derivative is that of its definition with d and x held."""

import numpy as np
import pytest

from bptt_viz.training.regulariser import omega


def by_definition(weight, raw, slopes):
    """Sum over steps and rows, one Jacobian at a time: ∂x_{k+1}/∂x_k = diag(φ'(x_k)) W in row vectors."""
    total, count = 0, 0
    for k in range(len(raw) - 1):
        for n in range(raw.shape[1]):
            d = raw[k + 1, n]
            if d @ d <= 1e-20:
                continue
            jacobian = np.diag(slopes[k, n]) @ weight
            through = jacobian @ d
            total = total + (through @ through / (d @ d) - 1) ** 2
            count += 1
    return total / count if count else 0.0


def point(seed, T=5, N=3, H=4):
    rng = np.random.default_rng(seed)
    return rng.standard_normal((H, H)), rng.standard_normal((T, N, H)), rng.random((T, N, H))


@pytest.mark.parametrize("seed", range(5))
def test_value_and_immediate_derivative(seed):
    weight, raw, slopes = point(seed)
    found = omega(weight, raw, slopes)
    assert found.value == pytest.approx(by_definition(weight, raw, slopes), rel=1e-12)
    for i in range(4):
        for j in range(4):
            moved = weight.astype(complex)
            moved[i, j] += 1e-200j
            wanted = by_definition(moved, raw, slopes).imag / 1e-200
            assert found.gradient[i, j] == pytest.approx(wanted, rel=1e-10, abs=1e-13)


def test_terms_without_a_gradient_do_not_count():
    weight, raw, slopes = point(0)
    raw[2:] = 1e-12
    found = omega(weight, raw, slopes)
    assert found.value == pytest.approx(by_definition(weight, raw, slopes), rel=1e-12)
    raw[:] = 0
    nothing = omega(weight, raw, slopes)
    assert nothing.value == 0
    assert not nothing.gradient.any()


def test_an_orthogonal_weight_with_open_units_has_no_penalty():
    weight = np.linalg.qr(np.random.default_rng(0).standard_normal((4, 4)))[0]
    _, raw, _ = point(1)
    found = omega(weight, raw, np.ones_like(raw))
    assert found.value < 1e-28
