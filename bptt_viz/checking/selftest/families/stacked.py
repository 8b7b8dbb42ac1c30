"""Two vanilla layers in depth."""

import numpy as np

GATES = {}


def draw(T, N, rng):
    D, H, K = 4, 5, 3
    return {
        "W_xh_l0": rng.standard_normal((D, H)) / 2,
        "W_hh_l0": rng.standard_normal((H, H)) / 2,
        "b_h_l0": rng.standard_normal(H) / 2,
        "W_xh_l1": rng.standard_normal((H, K)) / 2,
        "W_hh_l1": rng.standard_normal((K, K)) / 2,
        "b_h_l1": rng.standard_normal(K) / 2,
        "h_0_l0": rng.standard_normal((N, H)) / 2,
        "h_0_l1": rng.standard_normal((N, K)) / 2,
        "x": rng.standard_normal((T, N, D)),
    }


def forward(p):
    T = p["x"].shape[-3]
    h, k = p["h_0_l0"], p["h_0_l1"]
    out, cache = {}, []
    for t in range(T):
        x, h_prev, k_prev = p["x"][..., t, :, :], h, k
        h = np.tanh(x @ p["W_xh_l0"] + h_prev @ p["W_hh_l0"] + p["b_h_l0"])
        k = np.tanh(h @ p["W_xh_l1"] + k_prev @ p["W_hh_l1"] + p["b_h_l1"])
        out["h", t + 1] = k
        cache.append((x, h_prev, k_prev, h, k))
    return out, cache


def backward(d_out, p, cache):
    d = {name: np.zeros_like(value) for name, value in p.items()}
    T = len(cache)
    dh_next, dk_next = np.zeros_like(p["h_0_l0"]), np.zeros_like(p["h_0_l1"])
    for t in reversed(range(T)):
        x, h_prev, k_prev, h, k = cache[t]
        dk = d_out["h", t + 1] + dk_next
        db = dk * (1 - k**2)
        d["W_xh_l1"] += h.T @ db
        d["W_hh_l1"] += k_prev.T @ db
        d["b_h_l1"] += db.sum(axis=0)
        dk_next = db @ p["W_hh_l1"].T
        dh = db @ p["W_xh_l1"].T + dh_next
        da = dh * (1 - h**2)
        d["W_xh_l0"] += x.T @ da
        d["W_hh_l0"] += h_prev.T @ da
        d["b_h_l0"] += da.sum(axis=0)
        d["x"][t] = da @ p["W_xh_l0"].T
        dh_next = da @ p["W_hh_l0"].T
    d["h_0_l0"], d["h_0_l1"] = dh_next, dk_next
    return d
