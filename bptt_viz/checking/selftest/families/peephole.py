"""LSTM with diagonal peepholes: i and f see the previous cell state, o sees the new one."""

import numpy as np

GATES = dict.fromkeys(("W_xh", "W_hh", "b_h"), ("i", "f", "o", "g"))
GATES |= {"W_ci": ("i",), "W_cf": ("f",), "W_co": ("o",)}


def draw(T, N, rng):
    D, H = 4, 5
    return {
        "W_xh": rng.standard_normal((D, 4 * H)) / 2,
        "W_hh": rng.standard_normal((H, 4 * H)) / 2,
        "b_h": rng.standard_normal(4 * H) / 2,
        "W_ci": rng.standard_normal(H) / 2,
        "W_cf": rng.standard_normal(H) / 2,
        "W_co": rng.standard_normal(H) / 2,
        "h_0": rng.standard_normal((N, H)) / 2,
        "c_0": rng.standard_normal((N, H)) / 2,
        "x": rng.standard_normal((T, N, D)),
    }


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def forward(p):
    T = p["x"].shape[-3]
    h, c = p["h_0"], p["c_0"]
    out, cache = {}, []
    for t in range(T):
        x, h_prev, c_prev = p["x"][..., t, :, :], h, c
        a = x @ p["W_xh"] + h_prev @ p["W_hh"] + p["b_h"]
        a_i, a_f, a_o, a_g = np.split(a, 4, axis=-1)
        i = sigmoid(a_i + c_prev * p["W_ci"])
        f = sigmoid(a_f + c_prev * p["W_cf"])
        g = np.tanh(a_g)
        c = f * c_prev + i * g
        o = sigmoid(a_o + c * p["W_co"])
        c_tanh = np.tanh(c)
        h = o * c_tanh
        out["h", t + 1] = h
        cache.append((x, h_prev, c_prev, i, f, o, g, c, c_tanh))
    out["c", T] = c
    return out, cache


def backward(d_out, p, cache):
    d = {name: np.zeros_like(value) for name, value in p.items()}
    T = len(cache)
    dh_next = np.zeros_like(p["h_0"])
    dc_next = d_out["c", T]
    for t in reversed(range(T)):
        x, h_prev, c_prev, i, f, o, g, c, c_tanh = cache[t]
        dh = d_out["h", t + 1] + dh_next
        da_o = dh * c_tanh * o * (1 - o)
        dc = dh * o * (1 - c_tanh**2) + dc_next
        dc = dc + da_o * p["W_co"]
        da_i = dc * g * i * (1 - i)
        da_f = dc * c_prev * f * (1 - f)
        da_g = dc * i * (1 - g**2)
        da = np.concatenate([da_i, da_f, da_o, da_g], axis=-1)
        d["W_xh"] += x.T @ da
        d["W_hh"] += h_prev.T @ da
        d["b_h"] += da.sum(axis=0)
        d["W_ci"] += (da_i * c_prev).sum(axis=0)
        d["W_cf"] += (da_f * c_prev).sum(axis=0)
        d["W_co"] += (da_o * c).sum(axis=0)
        d["x"][t] = da @ p["W_xh"].T
        dh_next = da @ p["W_hh"].T
        dc_next = dc * f + da_i * p["W_ci"] + da_f * p["W_cf"]
    d["h_0"] = dh_next
    d["c_0"] = dc_next
    return d
