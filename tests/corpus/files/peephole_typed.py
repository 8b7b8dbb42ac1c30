"""Peephole LSTM (Gers & Schmidhuber) with diagonal peepholes, typed."""
from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Cache(NamedTuple):
    x: Array
    h_prev: Array
    c_prev: Array
    i: Array
    f: Array
    g: Array
    o: Array
    c: Array


def sigmoid(a: Array) -> Array:
    return np.exp(-np.logaddexp(0, -a))


def peephole_step_forward(
    x: Array, h_prev: Array, c_prev: Array, W: Array, U: Array, b: Array, p_i: Array, p_f: Array, p_o: Array
) -> tuple[Array, Array, tuple]:
    """One step; W (D, 4H), U (H, 4H), b (4H,), p_* (H,). Blocks i, f, g, o."""
    a_i, a_f, a_g, a_o = np.split(x @ W + h_prev @ U + b, 4, axis=-1)
    i = sigmoid(a_i + p_i * c_prev)
    f = sigmoid(a_f + p_f * c_prev)
    g = np.tanh(a_g)
    c = f * c_prev + i * g
    o = sigmoid(a_o + p_o * c)
    h = o * np.tanh(c)
    return h, c, (Cache(x, h_prev, c_prev, i, f, g, o, c), W, U, p_i, p_f, p_o)


def peephole_step_backward(dh: Array, dc: Array, cache: tuple) -> tuple[Array, ...]:
    k, W, U, p_i, p_f, p_o = cache
    tanh_c = np.tanh(k.c)
    da_o = dh * tanh_c * k.o * (1 - k.o)
    dc = dc + dh * k.o * (1 - tanh_c**2) + da_o * p_o
    da_i = dc * k.g * k.i * (1 - k.i)
    da_f = dc * k.c_prev * k.f * (1 - k.f)
    da_g = dc * k.i * (1 - k.g**2)
    dc_prev = dc * k.f + da_i * p_i + da_f * p_f
    da = np.concatenate([da_i, da_f, da_g, da_o], axis=-1)
    return (
        da @ W.T,
        da @ U.T,
        dc_prev,
        k.x.T @ da,
        k.h_prev.T @ da,
        da.sum(0),
        (da_i * k.c_prev).sum(0),
        (da_f * k.c_prev).sum(0),
        (da_o * k.c).sum(0),
    )


def peephole_forward(
    x: Array, h0: Array, c0: Array, W: Array, U: Array, b: Array, p_i: Array, p_f: Array, p_o: Array
) -> tuple[Array, list[tuple]]:
    """x (N, T, D) → h (N, T, H)"""
    h, c = h0, c0
    hs: list[Array] = []
    caches: list[tuple] = []
    for t in range(x.shape[1]):
        h, c, cache = peephole_step_forward(x[:, t], h, c, W, U, b, p_i, p_f, p_o)
        hs.append(h)
        caches.append(cache)
    return np.stack(hs, axis=1), caches


def peephole_backward(dhs: Array, caches: list[tuple]) -> tuple[Array, ...]:
    dxs: list[Array] = []
    dh = np.zeros_like(dhs[:, 0])
    dc = np.zeros_like(dhs[:, 0])
    total: list[Array] | None = None
    for t in reversed(range(len(caches))):
        dx, dh, dc, *weights = peephole_step_backward(dhs[:, t] + dh, dc, caches[t])
        dxs.append(dx)
        total = weights if total is None else [a + b for a, b in zip(total, weights)]
    assert total is not None
    return (np.stack(dxs[::-1], axis=1), dh, dc, *total)
