"""Toy copy task. 10 input symbols, 16 hidden units, everything is a column vector."""
import numpy as np

n_in = 10
n_hid = 16
np.random.seed(0)
W_demo = np.random.randn(n_hid, n_in)


def step_forward(x, h_prev, Wxh, Whh, bh):
    x = x.reshape(n_in, 1)
    h = np.tanh(np.dot(Wxh, x) + np.dot(Whh, h_prev.reshape(n_hid, 1)) + bh)
    return h, (x, h_prev, h, Wxh, Whh)


def step_backward(dh, cache):
    x, h_prev, h, Wxh, Whh = cache
    draw = (1 - h * h) * dh
    dWxh = np.dot(draw, x.T)
    dWhh = np.dot(draw, h_prev.reshape(1, n_hid))
    dbh = draw
    dx = np.dot(Wxh.T, draw)
    dh_prev = np.dot(Whh.T, draw)
    return dx, dh_prev, dWxh, dWhh, dbh


def output_forward(h, Why=np.zeros((5, 16)), by=np.zeros((5, 1))):
    h = np.asarray(h).reshape(16, 1)
    y = Why.dot(h) + by
    return y, (h, Why)


def output_backward(dy, cache):
    h, Why = cache
    return Why.T.dot(dy), dy.dot(h.T), dy


def gru_cell_forward(x, h, Wz, Wr, Wn, bz, br, bn):
    """single example! x is (10,), h is (16,), each W is (16, 26)"""
    xh = np.concatenate([x, h])
    z = 1 / (1 + np.exp(-(Wz @ xh + bz)))
    r = 1 / (1 + np.exp(-(Wr @ xh + br)))
    xrh = np.concatenate([x, r * h])
    n = np.tanh(Wn @ xrh + bn)
    return (1 - z) * n + z * h, [x, h, xh, z, r, xrh, n, Wz, Wr, Wn]


def gru_cell_backward(dout, cache):
    x, h, xh, z, r, xrh, n, Wz, Wr, Wn = cache
    dn = dout * (1 - z) * (1 - n ** 2)
    dz = dout * (h - n) * z * (1 - z)
    dxrh = Wn.T @ dn
    dr = dxrh[10:] * h * r * (1 - r)
    dxh = Wz.T @ dz + Wr.T @ dr
    dx = dxrh[:10] + dxh[:10]
    dh = dout * z + dxrh[10:] * r + dxh[10:]
    return dx, dh, np.outer(dz, xh), np.outer(dr, xh), np.outer(dn, xrh), dz, dr, dn


def squeeze_forward(x, w, b):
    # works with one sample only
    s = (x @ w + b).squeeze()
    return np.tanh(s), (x, w, s)


def squeeze_backward(dout, cache):
    x, w, s = cache
    ds = dout * (1 - np.tanh(s) ** 2)
    return (w @ ds)[None, :], np.outer(x.squeeze(), ds), ds
