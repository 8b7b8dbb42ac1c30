"""GRU with the reset gate after the product, gates packed in the order r, z, n."""

import numpy as np

GATES = dict.fromkeys(("W_xh", "W_hh", "b_h"), ("r", "z", "n"))


def draw(T, N, rng):
    D, H = 4, 5
    return {
        "W_xh": rng.standard_normal((D, 3 * H)) / 2,
        "W_hh": rng.standard_normal((H, 3 * H)) / 2,
        "b_h": rng.standard_normal(3 * H) / 2,
        "b_hn": rng.standard_normal(H) / 2,
        "h_0": rng.standard_normal((N, H)) / 2,
        "x": rng.standard_normal((T, N, D)),
    }


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def forward(p):
    T = p["x"].shape[-3]
    h = p["h_0"]
    out, cache = {}, []
    for t in range(T):
        x, h_prev = p["x"][..., t, :, :], h
        a_r, a_z, a_n = np.split(x @ p["W_xh"] + p["b_h"], 3, axis=-1)
        u_r, u_z, u_n = np.split(h_prev @ p["W_hh"], 3, axis=-1)
        r, z = sigmoid(a_r + u_r), sigmoid(a_z + u_z)
        u = u_n + p["b_hn"]
        n = np.tanh(a_n + r * u)
        h = z * h_prev + (1 - z) * n
        out["h", t + 1] = h
        cache.append((x, h_prev, r, z, u, n))
    return out, cache


def backward(d_out, p, cache):
    d = {name: np.zeros_like(value) for name, value in p.items()}
    T = len(cache)
    dh_next = np.zeros_like(p["h_0"])
    for t in reversed(range(T)):
        x, h_prev, r, z, u, n = cache[t]
        dh = d_out["h", t + 1] + dh_next
        da_n = dh * (1 - z) * (1 - n**2)
        da_z = dh * (h_prev - n) * z * (1 - z)
        da_r = da_n * u * r * (1 - r)
        du_n = da_n * r
        da = np.concatenate([da_r, da_z, da_n], axis=-1)
        du = np.concatenate([da_r, da_z, du_n], axis=-1)
        d["W_xh"] += x.T @ da
        d["W_hh"] += h_prev.T @ du
        d["b_h"] += da.sum(axis=0)
        d["b_hn"] += du_n.sum(axis=0)
        d["x"][t] = da @ p["W_xh"].T
        dh_next = du @ p["W_hh"].T + dh * z
    d["h_0"] = dh_next
    return d
