import numpy as np


def sigm(x):
    return 1. / (1. + np.exp(-x))


def rnn_forward(x, h0, Wx, Wh, b):
    """x: (N, T, D) float32"""
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H), dtype=np.float32)
    hprev = h0
    for t in range(T):
        h[:, t] = np.tanh(x[:, t].dot(Wx) + hprev.dot(Wh) + b)
        hprev = h[:, t]
    return h, (x, h0, Wx, Wh, h)


def rnn_backward(dh, cache):
    x, h0, Wx, Wh, h = cache
    N, T, D = x.shape
    H = h0.shape[1]
    dx = np.empty((N, T, D), dtype=np.float32)
    dWx = np.zeros((D, H), dtype=np.float32)
    dWh = np.zeros((H, H), dtype=np.float32)
    db = np.zeros(H, dtype=np.float32)
    dnext = np.zeros((N, H), dtype=np.float32)
    for t in reversed(range(T)):
        dz = (dh[:, t] + dnext) * (1 - h[:, t] ** 2)
        hp = h[:, t - 1] if t > 0 else h0
        dx[:, t] = dz.dot(Wx.T)
        dWx += x[:, t].T.dot(dz)
        dWh += hp.T.dot(dz)
        db += dz.sum(0)
        dnext = dz.dot(Wh.T)
    return dx, dnext, dWx, dWh, db


def lstm_step_forward(x, h, c, W, b):
    """x (N, D), h (N, H), c (N, H), W (D + H, 4H), b (4H)"""
    H = h.shape[1]
    xh = np.hstack([x, h])
    a = xh.dot(W) + b
    i, f, o = sigm(a[:, :H]), sigm(a[:, H:2*H]), sigm(a[:, 2*H:3*H])
    g = np.tanh(a[:, 3*H:])
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return h_next, c_next, (xh, c, W, i, f, o, g, c_next)


def lstm_step_backward(dh_next, dc_next, cache):
    xh, c, W, i, f, o, g, c_next = cache
    H = c.shape[1]
    da = np.zeros((xh.shape[0], 4 * H), dtype='f')
    t = np.tanh(c_next)
    dc = dc_next + dh_next * o * (1 - t * t)
    da[:, :H] = dc * g * i * (1 - i)
    da[:, H:2*H] = dc * c * f * (1 - f)
    da[:, 2*H:3*H] = dh_next * t * o * (1 - o)
    da[:, 3*H:] = dc * i * (1 - g * g)
    dxh = da.dot(W.T)
    return dxh[:, :-H], dxh[:, -H:], dc * f, xh.T.dot(da), da.sum(0)


def affine_forward(x, w, b):
    out = x.astype(np.float32).dot(w.astype(np.float32)) + b.astype(np.float32)
    return out, (x, w)


def affine_backward(dout, cache):
    x, w = cache
    return dout.dot(w.T), x.T.dot(dout), dout.sum(0)
