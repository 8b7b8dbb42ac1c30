import numpy as np


def mix_forward(x, g, Wx, Wh):
    """Mix x of shape (N, D) with g, an array of shape (N, H); Wx has shape (D, K) and `Wh` is of size (H, K)."""
    mixed = np.tanh(x @ Wx) * np.tanh(g @ Wh)
    return mixed, (x, g, Wx, Wh)


def mix_backward(dmixed, cache):
    x, g, Wx, Wh = cache
    a, b = np.tanh(x @ Wx), np.tanh(g @ Wh)
    da, db = dmixed * b * (1 - a**2), dmixed * a * (1 - b**2)
    return da @ Wx.T, db @ Wh.T, x.T @ da, g.T @ db


def flat_affine_forward(x, w, b):
    """x: shape (N, d_1, ..., d_k), w: shape (D, M), b: shape (M,)"""
    return x.reshape(x.shape[0], -1).dot(w) + b, (x, w)


def flat_affine_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T).reshape(x.shape), x.reshape(len(x), -1).T.dot(dout), dout.sum(axis=0)
