"""Vanilla network under chunked truncation: the state goes on, the gradient stops every `CHUNK` steps."""

import numpy as np

GATES = {}
CHUNK = 2


def draw(T, N, rng):
    D, H = 4, 5
    return {
        "W_xh": rng.standard_normal((D, H)) / 2,
        "W_hh": rng.standard_normal((H, H)) / 2,
        "b_h": rng.standard_normal(H) / 2,
        "h_0": rng.standard_normal((N, H)) / 2,
        "x": rng.standard_normal((T, N, D)),
    }


def forward(p, held=None):
    T = p["x"].shape[-3]
    h = p["h_0"]
    out, cache = {}, []
    for t in range(T):
        if held is not None and t > 0 and t % CHUNK == 0:
            h = held[t]
        x = p["x"][..., t, :, :]
        h_prev, h = h, np.tanh(x @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])
        out["h", t + 1] = h
        cache.append((x, h_prev, h))
    return out, cache


def backward(d_out, p, cache):
    d = {name: np.zeros_like(value) for name, value in p.items()}
    T = len(cache)
    dh_next = np.zeros_like(p["h_0"])
    for t in reversed(range(T)):
        x, h_prev, h = cache[t]
        dh = d_out["h", t + 1] + dh_next
        da = dh * (1 - h**2)
        d["W_xh"] += x.T @ da
        d["W_hh"] += h_prev.T @ da
        d["b_h"] += da.sum(axis=0)
        d["x"][t] = da @ p["W_xh"].T
        dh_next = da @ p["W_hh"].T
        if t > 0 and t % CHUNK == 0:
            dh_next = np.zeros_like(dh_next)
    d["h_0"] = dh_next
    return d
