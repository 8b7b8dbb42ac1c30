"""
Homework 5 starter code. Fill in everything that is marked TODO.
"""
import numpy as np
import pdb


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    - x: (N, D)
    - prev_h: (N, H)
    - Wx: (D, H)
    - Wh: (H, H)
    - b: (H,)
    """
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    """
    Returns dx, dprev_h, dWx, dWh, db
    """
    dx, dprev_h, dWx, dWh, db = None, None, None, None, None
    ##############################################################
    # TODO: backward pass of one step                            #
    ##############################################################
    pass
    return dx, dprev_h, dWx, dWh, db


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    next_h, next_c, cache = None, None, None
    # TODO
    pass
    return next_h, next_c, cache


def lstm_step_backward(dnext_h, dnext_c, cache):
    # TODO
    pass


def word_embedding_forward(x, W):
    # x (N, T) of ints, W (V, D)
    out = W[x, :]
    cache = (x, W)
    return out, cache


def word_embedding_backward(dout, cache):
    raise NotImplementedError("your code here")


def temporal_affine_forward(x, w, b):
    """x: (N, T, D), w: (D, M), b: (M,)"""
    N, T, D = x.shape
    out = x.reshape(N * T, D).dot(w).reshape(N, T, -1) + b
    return out, (x, w)


def temporal_affine_backward(dout, cache):
    x, w = cache
    N, T, D = x.shape
    dx = dout.dot(w.T)
    dw = x.reshape(N * T, D).T.dot(dout.reshape(N * T, -1))
    db = None  # TODO
    return dx, dw, db


def gru_step_forward(x, prev_h, W, U):
    """x: (N, D), prev_h: (N, H), W: (D, 3H), U: (H, 3H)"""
    H = prev_h.shape[1]
    xa, ha = x @ W, prev_h @ U
    z = 1 / (1 + np.exp(-(xa[:, :H] + ha[:, :H])))
    r = 1 / (1 + np.exp(-(xa[:, H:2 * H] + ha[:, H:2 * H])))
    n = np.tanh(xa[:, 2 * H:] + r * ha[:, 2 * H:])
    next_h = z * prev_h + (1 - z) * n
    return next_h, (x, prev_h, W, U, z, r, n, ha[:, 2 * H:])


def gru_step_backward(dnext_h, cache):
    x, prev_h, W, U, z, r, n, hn = cache
    dn = dnext_h * (1 - z) * (1 - n ** 2)
    dz = dnext_h * (prev_h - n) * z * (1 - z)
    dr = dn * hn * r * (1 - r)
    pdb.set_trace()
    dxa = np.concatenate([dz, dr, dn], axis=1)
    dha = np.concatenate([dz, dr, dn * r], axis=1)
    dx = dxa @ W.T
    dprev_h = dnext_h * z + dha @ U.T
    dW = x.T @ dxa
    dU = prev_h.T @ dha
    return dx, dprev_h, dW, dU
