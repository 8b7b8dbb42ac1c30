"""Dual numbers go through code written for NumPy and come out with the slopes of a complex step, or are refused."""

import numpy as np
import pytest

from bptt_viz.checking.differences import COMPLEX_STEP
from bptt_viz.checking.dual import Dual
from bptt_viz.checking.units import Units

RNG = np.random.default_rng(0)
X = RNG.standard_normal((4, 3))
W, V, COLUMN = RNG.standard_normal((3, 5)), RNG.standard_normal((2, 4)), RNG.standard_normal(3)
OTHER = RNG.standard_normal((4, 3))


def lifted(x: np.ndarray) -> Dual:
    return Dual(x.copy(), Units((*x.shape, x.size), slice(0, x.size), slice(0, x.size)))


def by_complex_steps(f, x: np.ndarray) -> np.ndarray:
    columns = []
    for k in range(x.size):
        step = np.zeros(x.size)
        step[k] = COMPLEX_STEP
        columns.append(np.asarray(f(x + 1j * step.reshape(x.shape))).imag / COMPLEX_STEP)
    return np.stack(columns, axis=-1)


def into_a_buffer(x):
    out = np.zeros_like(x)
    for t in range(len(x)):
        out[t] = np.tanh(x[t]) * x[0]
    out[:, 1] = 2.0
    return out


def in_place(x):
    y = x * 1.0
    y += x**2
    y *= 3
    np.exp(y, out=y)
    return y


def picked(x):
    return x[[0, 2, 2], np.array([1, 0, 0])]


FUNCTIONS = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "one minus tanh squared": lambda x: 1 - np.tanh(x) ** 2,
    "roots and powers": lambda x: np.sqrt(x**2 + 1) + 2.0**x + (x * x) ** 1.5,
    "quotients": lambda x: x / (2 + x * x) - 3 / (x - 9),
    "logarithms": lambda x: np.log(x * x + 1) + np.log1p(np.square(x)) - np.expm1(x),
    "sine": lambda x: np.sin(x) * np.cos(x),
    "relu": lambda x: np.maximum(x, 0.0),
    "leaky": lambda x: np.where(x.real > 0, x, 0.1 * x) if x.dtype.kind == "c" else np.where(x > 0, x, 0.1 * x),
    "clip": lambda x: np.clip(x, -0.5, 0.5) + x.clip(-1, 1),
    "plain array on the left": lambda x: OTHER + OTHER * x - (OTHER - x),
    "broadcast": lambda x: x[0] + OTHER * x[1] + x[2, 1],
    "x @ W": lambda x: x @ W,
    "V @ x": lambda x: V @ x,
    "np.dot": lambda x: np.dot(V, x).dot(W) * np.dot(2.0, x[0, 0]),
    "dot of what stands still": lambda x: (V if x.dtype.kind == "c" or type(x) is np.ndarray else Dual(V)).dot(x),
    "both sides": lambda x: np.tanh(x) @ x.T,
    "gram": lambda x: x.T @ x,
    "vectors": lambda x: (x @ COLUMN) @ x,
    "vector from the left": lambda x: x[0] @ W + COLUMN @ W,
    "inner product": lambda x: x[0] @ x[1] + COLUMN @ x[2],
    "sums": lambda x: x.sum(axis=0) + np.sum(x) + x.sum(axis=-1, keepdims=True)[0],
    "means": lambda x: np.mean(x, axis=1) * x.mean(),
    "softmax": lambda x: np.exp(x - x.max(axis=1, keepdims=True)) / np.exp(x - 1).sum(axis=1, keepdims=True),
    "extremes": lambda x: np.max(x, axis=0) - np.min(x, axis=(-2,)),
    "split": lambda x: np.split(np.tanh(x), 3, axis=1)[1] * x[:, 2:],
    "concatenate": lambda x: np.concatenate([x, OTHER, np.tanh(x)], axis=1),
    "stack": lambda x: np.stack([x[0], COLUMN, x[2] * 2]),
    "hstack and vstack": lambda x: np.hstack([x, x]).sum() + np.vstack([x, OTHER]),
    "reshape": lambda x: x.reshape(2, 6) + np.reshape(x, (6, 2)).T + np.ravel(x)[:6] + x.ravel()[-6:],
    "swapped and flipped": lambda x: np.swapaxes(x, 0, 1)[..., ::-1] * np.flip(x).T + np.roll(x.T, 1, axis=1),
    "new axes": lambda x: (x[None] * x[:, None])[1] + np.squeeze(np.expand_dims(x, 1)) + np.atleast_2d(x[0]),
    "repeated": lambda x: np.repeat(x, 2, axis=0)[:4] + np.tile(x[0], (4, 1)) + np.broadcast_to(x[1], (4, 3)),
    "copy": lambda x: np.copy(x) * x.copy(),
    "picked": picked,
    "taken": lambda x: np.take_along_axis(x, np.array([[0], [2], [1], [1]]), axis=1) + np.take(x, [1, 1], axis=0)[0],
    "rows of a table": lambda x: np.tanh(x[np.array([[0, 3], [3, 1]])]),
    "one row after the other": lambda x: np.prod([3.0, 2.0]) * sum(np.tanh(row) for row in x),
    "into a buffer": into_a_buffer,
    "in place": in_place,
    "its own kind": lambda x: x * np.ones_like(x) + np.shape(x)[0] + np.ndim(x) + np.size(x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_dual_numbers_carry_the_slopes_of_a_complex_step(name: str) -> None:
    f, x = FUNCTIONS[name], X.copy()
    found = f(lifted(x))
    np.testing.assert_allclose(found.primal, f(x), rtol=1e-15, atol=1e-15)
    expected = by_complex_steps(f, x)
    np.testing.assert_allclose(found.tangent, expected, rtol=1e-13, atol=1e-13)
    weights = RNG.standard_normal(found.shape)
    np.testing.assert_allclose(found.projected(weights), np.tensordot(weights, expected, weights.ndim), atol=1e-12)
    np.testing.assert_array_equal(x, X)


def test_comparisons_are_plain() -> None:
    np.testing.assert_array_equal(lifted(X) > 0, X > 0)


def test_what_no_copy_moves_has_no_base_and_says_zero() -> None:
    moved = Dual(X.copy(), Units((4, 3, 2), slice(0, 2), slice(6, 8)))
    assert moved[2].base is not None
    still = moved[0]
    for found in (still, np.tanh(still) * 2, still @ W, still.sum(), np.stack([still, still]), np.zeros_like(still)):
        assert found.base is None
        assert not np.any(found.tangent)
    np.testing.assert_array_equal((still + moved[2]).tangent, moved[2].tangent)
    np.testing.assert_array_equal(np.concatenate([still, moved[2]]).tangent[3:], moved[2].tangent)


def test_one_run_of_copies_may_move_two_inputs() -> None:
    x, y = (
        Dual(X, Units((4, 3, 5), slice(0, 2), slice(10, 12))),
        Dual(OTHER, Units((4, 3, 5), slice(2, 5), slice(0, 3))),
    )
    tangent = (x * y).tangent.reshape(12, 5)
    expected = np.zeros((12, 5))
    expected[[10, 11], [0, 1]] = OTHER.ravel()[10:]
    expected[[0, 1, 2], [2, 3, 4]] = X.ravel()[:3]
    np.testing.assert_array_equal(tangent, expected)


REFUSED = {
    "modulus": np.abs,
    "norm": np.linalg.norm,
    "variance": np.var,
    "a real function": lambda x: np.arctan2(x, 1.0),
    "a plain buffer": lambda x: np.zeros((4, 3)).__setitem__(0, x[0]),
    "a plain accumulator": lambda x: np.zeros((4, 3)).__iadd__(x),
    "np.asarray": np.asarray,
    "math": lambda x: float(x[0, 0]),
    "stacked matrices": lambda x: x[None] @ W,
    "a ufunc's other methods": np.add.accumulate,
    "two results": np.modf,
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_rule_is_refused(name: str) -> None:
    with pytest.raises((TypeError, ValueError)):
        REFUSED[name](lifted(X))
