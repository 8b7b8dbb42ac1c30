import numpy as np


def affine_forward(x, w, b):
    """x: shape (N, d_1, ..., d_k), w: shape (D, M), b: shape (M,)"""
    out = x.reshape(x.shape[0], -1).dot(w) + b
    return out, (x, w, b)


def affine_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(N, -1).T.dot(dout)
    db = dout.sum(axis=0)
    return dx, dw, db


def temporal_affine_forward(x, w, b):
    """x: shape (N, T, D), w: shape (D, M), b: shape (M,)"""
    N, T, D = x.shape
    out = x.reshape(N * T, D).dot(w).reshape(N, T, -1) + b
    return out, (x, w)


def temporal_affine_backward(dout, cache):
    x, w = cache
    N, T, D = x.shape
    dflat = dout.reshape(N * T, -1)
    return dflat.dot(w.T).reshape(N, T, D), x.reshape(N * T, D).T.dot(dflat), dflat.sum(axis=0)


def word_embedding_forward(x, W):
    """x: integers of shape (N, T), W: shape (V, D)"""
    return W[x], (x, W.shape)


def word_embedding_backward(dout, cache):
    x, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, x, dout)
    return dW


def rnn_forward(x, h0, Wx, Wh, b):
    """x: shape (N, T, D), h0: shape (N, H)"""
    hs, h = [], h0
    for t in range(x.shape[1]):
        h = np.tanh(x[:, t].dot(Wx) + h.dot(Wh) + b)
        hs.append(h)
    return np.stack(hs, axis=1), (x, h0, Wx, Wh, hs)


def rnn_backward(dh, cache):
    x, h0, Wx, Wh, hs = cache
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[1])
    dprev = 0
    for t in range(x.shape[1] - 1, -1, -1):
        da = (dh[:, t] + dprev) * (1 - hs[t] ** 2)
        before = hs[t - 1] if t > 0 else h0
        dx[:, t] = da.dot(Wx.T)
        dprev = da.dot(Wh.T)
        dWx += x[:, t].T.dot(da)
        dWh += before.T.dot(da)
        db += da.sum(axis=0)
    return dx, dprev, dWx, dWh, db


def lstm_forward(x, h0, Wx, Wh, b):
    """x: shape (N, T, D), h0: shape (N, H), gates in the order i, f, o, g"""
    h, c, hs, cache = h0, np.zeros_like(h0), [], []
    H = h0.shape[1]
    for t in range(x.shape[1]):
        a = x[:, t].dot(Wx) + h.dot(Wh) + b
        s = 1 / (1 + np.exp(-a[:, :3 * H]))
        i, f, o = s[:, :H], s[:, H:2 * H], s[:, 2 * H:]
        g = np.tanh(a[:, 3 * H:])
        c_next = f * c + i * g
        tc = np.tanh(c_next)
        cache.append((x[:, t], h, c, i, f, o, g, tc))
        h, c = o * tc, c_next
        hs.append(h)
    return np.stack(hs, axis=1), (cache, Wx, Wh)


def lstm_backward(dh, cache):
    steps, Wx, Wh = cache
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wx.shape[1])
    dxs, dh_next, dc = [], 0, 0
    for t in range(len(steps) - 1, -1, -1):
        x, h, c, i, f, o, g, tc = steps[t]
        d = dh[:, t] + dh_next
        dc = dc + d * o * (1 - tc ** 2)
        da = np.hstack([dc * g * i * (1 - i), dc * c * f * (1 - f), d * tc * o * (1 - o), dc * i * (1 - g ** 2)])
        dc = dc * f
        dxs.append(da.dot(Wx.T))
        dh_next = da.dot(Wh.T)
        dWx += x.T.dot(da)
        dWh += h.T.dot(da)
        db += da.sum(axis=0)
    return np.stack(dxs[::-1], axis=1), dh_next, dWx, dWh, db


def temporal_softmax_loss(x, y, mask):
    """x: shape (N, T, V), y: shape (N, T) with 0 <= y < V, mask: shape (N, T)"""
    N, T, V = x.shape
    p = np.exp(x - x.max(axis=2, keepdims=True))
    p /= p.sum(axis=2, keepdims=True)
    rows, cols = np.arange(N)[:, None], np.arange(T)[None]
    loss = -np.sum(mask * np.log(p[rows, cols, y])) / N
    p[rows, cols, y] -= 1
    return loss, p * mask[:, :, None] / N
