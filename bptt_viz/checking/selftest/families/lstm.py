"""LSTM, gates packed in the order i, f, o, g."""

import numpy as np

GATES = dict.fromkeys(("W_xh", "W_hh", "b_h"), ("i", "f", "o", "g"))


def draw(T, N, rng):
    D, H = 4, 5
    return {
        "W_xh": rng.standard_normal((D, 4 * H)) / 2,
        "W_hh": rng.standard_normal((H, 4 * H)) / 2,
        "b_h": rng.standard_normal(4 * H) / 2,
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
        i, f, o, g = sigmoid(a_i), sigmoid(a_f), sigmoid(a_o), np.tanh(a_g)
        c = f * c_prev + i * g
        c_tanh = np.tanh(c)
        h = o * c_tanh
        out["h", t + 1] = h
        cache.append((x, h_prev, c_prev, i, f, o, g, c_tanh))
    out["c", T] = c
    return out, cache


def backward(d_out, p, cache):
    d = {name: np.zeros_like(value) for name, value in p.items()}
    T = len(cache)
    dh_next = np.zeros_like(p["h_0"])
    dc_next = d_out["c", T]
    for t in reversed(range(T)):
        x, h_prev, c_prev, i, f, o, g, c_tanh = cache[t]
        dh = d_out["h", t + 1] + dh_next
        do = dh * c_tanh
        dc = dh * o * (1 - c_tanh**2) + dc_next
        di = dc * g
        df = dc * c_prev
        dg = dc * i
        da_i = di * i * (1 - i)
        da_f = df * f * (1 - f)
        da_o = do * o * (1 - o)
        da_g = dg * (1 - g**2)
        da = np.concatenate([da_i, da_f, da_o, da_g], axis=-1)
        d["W_xh"] += x.T @ da
        d["W_hh"] += h_prev.T @ da
        d["b_h"] += da.sum(axis=0)
        d["x"][t] = da @ p["W_xh"].T
        dh_next = da @ p["W_hh"].T
        dc_next = dc * f
    d["h_0"] = dh_next
    d["c_0"] = dc_next
    return d
