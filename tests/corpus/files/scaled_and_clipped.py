"""Char-level RNN layers. Gradients are averaged / clipped here so the solver does not have to."""
import numpy as np


def rnn_mean_forward(x, h0, Wx, Wh, b):
    # x (N, T, D)
    hs = [h0]
    for t in range(x.shape[1]):
        hs.append(np.tanh(x[:, t].dot(Wx) + hs[-1].dot(Wh) + b))
    return np.stack(hs[1:], axis=1), (x, hs, Wx, Wh)


def rnn_mean_backward(dh, cache):
    """same as BPTT but averaged over the T steps"""
    x, hs, Wx, Wh = cache
    N, T, D = x.shape
    dx, dWx, dWh, db = np.zeros(x.shape), np.zeros(Wx.shape), np.zeros(Wh.shape), np.zeros(Wh.shape[0])
    dnext = np.zeros(hs[0].shape)
    for t in range(T)[::-1]:
        dz = (dh[:, t] + dnext) * (1 - hs[t + 1] ** 2)
        dx[:, t] = dz.dot(Wx.T)
        dWx += x[:, t].T.dot(dz)
        dWh += hs[t].T.dot(dz)
        db += dz.sum(axis=0)
        dnext = dz.dot(Wh.T)
    return dx / T, dnext / T, dWx / T, dWh / T, db / T


def fc_forward(x, w, b):
    return x.dot(w) + b, (x, w, b)


def fc_backward(dout, cache):
    x, w, b = cache
    N = x.shape[0]
    dx = dout.dot(w.T) / N
    dw = x.T.dot(dout) / N
    db = dout.sum(0) / N
    return dx, dw, db


def temporal_fc_forward(x, w, b):
    """x: (N, T, D)"""
    N, T, D = x.shape
    return x.dot(w) + b, (x, w)


def temporal_fc_backward(dout, cache):
    x, w = cache
    N, T, D = x.shape
    M = dout.shape[2]
    dflat = dout.reshape(-1, M) / (N * T)
    return dflat.dot(w.T).reshape(x.shape), x.reshape(-1, D).T.dot(dflat), dflat.sum(0)


def rnn_clip_forward(x, h0, Wx, Wh, b):
    # x (T, N, D)
    hs = {-1: h0}
    for t in range(len(x)):
        hs[t] = np.tanh(x[t] @ Wx + hs[t - 1] @ Wh + b)
    return np.array([hs[t] for t in range(len(x))]), (x, hs, Wx, Wh)


def rnn_clip_backward(dh, cache):
    x, hs, Wx, Wh = cache
    dx = np.zeros_like(x)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[1])
    dnext = np.zeros_like(hs[-1])
    for t in reversed(range(len(x))):
        dz = (dh[t] + dnext) * (1 - hs[t] * hs[t])
        dx[t] = dz @ Wx.T
        dWx += x[t].T @ dz
        dWh += hs[t - 1].T @ dz
        db += dz.sum(0)
        dnext = dz @ Wh.T
    for d in (dWx, dWh, db):
        np.clip(d, -5, 5, out=d)  # exploding gradients
    return dx, dnext, dWx, dWh, db


def rnn_norm_forward(x, h0, Wx, Wh, b):
    return rnn_clip_forward(x, h0, Wx, Wh, b)


def rnn_norm_backward(dh, cache, max_norm=5.0):
    x, hs, Wx, Wh = cache
    dx = np.zeros_like(x)
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[1])
    dnext = np.zeros_like(hs[-1])
    for t in reversed(range(len(x))):
        dz = (dh[t] + dnext) * (1 - hs[t] * hs[t])
        dx[t] = dz @ Wx.T
        dWx += x[t].T @ dz
        dWh += hs[t - 1].T @ dz
        db += dz.sum(0)
        dnext = dz @ Wh.T
    grads = [dWx, dWh, db]
    norm = np.sqrt(sum((g ** 2).sum() for g in grads))
    if norm > max_norm:
        grads = [g * max_norm / norm for g in grads]
    dWx, dWh, db = grads
    return dx, dnext, dWx, dWh, db


def rnn_trunc_forward(x, h0, Wx, Wh, b):
    """x: (N, T, D)"""
    hs = [h0]
    for t in range(x.shape[1]):
        hs.append(np.tanh(x[:, t].dot(Wx) + hs[-1].dot(Wh) + b))
    return np.stack(hs[1:], axis=1), (x, hs, Wx, Wh)


def rnn_trunc_backward(dh, cache, bptt_truncate=3):
    x, hs, Wx, Wh = cache
    N, T, D = x.shape
    dx = np.zeros_like(x)
    dh0 = np.zeros_like(hs[0])
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
    for t in range(T):
        delta = dh[:, t]
        for k in range(t, max(-1, t - bptt_truncate), -1):
            delta = delta * (1 - hs[k + 1] ** 2)
            dWx += x[:, k].T.dot(delta)
            dWh += hs[k].T.dot(delta)
            db += delta.sum(0)
            dx[:, k] += delta.dot(Wx.T)
            delta = delta.dot(Wh.T)
            if k == 0:
                dh0 += delta
    return dx, dh0, dWx, dWh, db
