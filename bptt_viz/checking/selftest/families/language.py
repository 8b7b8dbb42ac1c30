"""Character model: embedding, vanilla cell, readout, masked softmax loss averaged over the batch."""

import numpy as np

GATES = {}
V = 6


def draw(T, N, rng):
    D, H = 4, 5
    return {
        "E": rng.standard_normal((V, D)),
        "W_xh": rng.standard_normal((D, H)) / 2,
        "W_hh": rng.standard_normal((H, H)) / 2,
        "b_h": rng.standard_normal(H) / 2,
        "W_hy": rng.standard_normal((H, V)) / 2,
        "b_y": rng.standard_normal(V) / 2,
        "h_0": rng.standard_normal((N, H)) / 2,
    }


def tokens(p):
    # Every row sees one token twice, so that an embedding's gradient has to be added up.
    N = p["h_0"].shape[-2]
    T = p["_steps"]
    grid = np.arange(T)[:, None] // 2 + np.arange(N)[None, :]
    targets = (2 * np.arange(T)[:, None] + np.arange(N)[None, :] + 1) % V
    mask = np.ones((T, N))
    mask[T // 2, N // 2] = 0 if T * N > 1 else 1
    return grid % V, targets, mask


def forward(p):
    inputs, targets, mask = tokens(p)
    T, N = inputs.shape
    h = p["h_0"]
    out, cache = {}, []
    for t in range(T):
        x = p["E"][..., inputs[t], :]
        h_prev, h = h, np.tanh(x @ p["W_xh"] + h @ p["W_hh"] + p["b_h"])
        y = h @ p["W_hy"] + p["b_y"]
        e = np.exp(y)
        probabilities = e / e.sum(axis=-1, keepdims=True)
        picked = probabilities[..., np.arange(N), targets[t]]
        out["L", t + 1] = -(np.log(picked) * mask[t]).sum(axis=-1) / N
        cache.append((x, h_prev, h, probabilities))
    return out, cache


def backward(d_out, p, cache):
    d = {name: np.zeros_like(value) for name, value in p.items() if name != "_steps"}
    inputs, targets, mask = tokens(p)
    T, N = inputs.shape
    dh_next = np.zeros_like(p["h_0"])
    for t in reversed(range(T)):
        x, h_prev, h, probabilities = cache[t]
        dy = probabilities.copy()
        dy[np.arange(N), targets[t]] -= 1
        dy *= mask[t][:, None]
        dy *= d_out["L", t + 1] / N
        d["W_hy"] += h.T @ dy
        d["b_y"] += dy.sum(axis=0)
        dh = dy @ p["W_hy"].T + dh_next
        da = dh * (1 - h**2)
        d["W_xh"] += x.T @ da
        d["W_hh"] += h_prev.T @ da
        d["b_h"] += da.sum(axis=0)
        dx = da @ p["W_xh"].T
        np.add.at(d["E"], inputs[t], dx)
        dh_next = da @ p["W_hh"].T
    d["h_0"] = dh_next
    return d
