import numpy as np
from jaxtyping import Float
from numpy import ndarray as Array


def fprop_lstm(
    x: Float[Array, "T N D"],
    state,  # tuple of two
    *,
    Wx: Float[Array, "D 4H"],
    Wh: Float[Array, "H 4H"],
    b,  # (4H,)
):
    h, c = state
    H = h.shape[-1]
    hs, saved = [], []
    for x_t in x:
        z = x_t @ Wx + h @ Wh + b
        i, f, g, o = np.split(z, 4, axis=-1)
        i, f, o = (1 / (1 + np.exp(-v)) for v in (i, f, o))
        g = np.tanh(g)
        saved.append((x_t, h, c, i, f, g, o))
        c = f * c + i * g
        h = o * np.tanh(c)
        hs.append(h)
    return np.stack(hs), (h, c), (saved, Wx, Wh)


def bprop_lstm(d_hs, d_state, ctx):
    saved, Wx, Wh = ctx
    dh, dc = d_state
    grad_Wx, grad_Wh = np.zeros_like(Wx), np.zeros_like(Wh)
    grad_b = np.zeros(Wx.shape[1])
    grad_x = np.zeros((len(saved), *saved[0][0].shape))
    for t in range(len(saved) - 1, -1, -1):
        x_t, h, c, i, f, g, o = saved[t]
        dh = dh + d_hs[t]
        tc = np.tanh(f * c + i * g)
        dc = dc + dh * o * (1 - tc**2)
        dz = np.concatenate([dc * g * i * (1 - i), dc * c * f * (1 - f), dc * i * (1 - g**2), dh * tc * o * (1 - o)], -1)
        grad_Wx += x_t.T @ dz
        grad_Wh += h.T @ dz
        grad_b += dz.sum(0)
        grad_x[t] = dz @ Wx.T
        dh, dc = dz @ Wh.T, dc * f
    return grad_x, (dh, dc), grad_Wx, grad_Wh, grad_b
