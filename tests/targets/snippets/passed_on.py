import numpy as np

def rnn_clip_forward(x, h0, Wx, Wh, b):
    hs = {-1: h0}
    for t in range(len(x)):
        hs[t] = np.tanh(x[t] @ Wx + hs[t-1] @ Wh + b)
    return np.array([hs[t] for t in range(len(x))]), (x, hs, Wx, Wh)

def rnn_clip_backward(dhs, cache):
    x, hs, Wx, Wh = cache
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
    dx = np.zeros_like(x); dn = np.zeros_like(hs[-1])
    for t in reversed(range(len(x))):
        da = (dhs[t] + dn) * (1 - hs[t]**2)
        dWx += x[t].T @ da; dWh += hs[t-1].T @ da; db += da.sum(0)
        dx[t] = da @ Wx.T; dn = da @ Wh.T
    return dx, dn, dWx, dWh, db

def rnn_norm_forward(x, h0, Wx, Wh, b):
    return rnn_clip_forward(x, h0, Wx, Wh, b)

def rnn_norm_backward(dhs, cache):
    grads = rnn_clip_backward(dhs, cache)
    n = np.sqrt(sum((g**2).sum() for g in grads))
    return [g / n for g in grads] if n > 1 else grads

def list_forward(x, h0, Wx, Wh, b):
    hs = [h0]
    for t in range(x.shape[1]):
        hs.append(np.tanh(x[:, t] @ Wx + hs[-1] @ Wh + b))
    return np.stack(hs[1:], axis=1), (x, hs, Wx, Wh)

def list_backward(dh, cache):
    x, hs, Wx, Wh = cache
    grads = []
    dWx, dWh, db = 0, 0, 0
    dnext = 0
    dxs = []
    for t in reversed(range(x.shape[1])):
        da = (dh[:, t] + dnext) * (1 - hs[t+1]**2)
        dWx = dWx + x[:, t].T @ da; dWh = dWh + hs[t].T @ da; db = db + da.sum(axis=0)
        dnext = da @ Wh.T
        dxs.insert(0, da @ Wx.T)
    grads.append(np.stack(dxs, axis=1)); grads.append(dnext)
    grads.append(dWx); grads.append(dWh); grads.append(db)
    return grads


def starred_forward(xs, h, W, U, b):
    caches, out = [], []
    for t in range(xs.shape[1]):
        before, h = h, np.tanh(xs[:, t] @ W + h @ U + b)
        caches.append((xs[:, t], before, h, W, U))
        out.append(h)
    return np.stack(out, 1), caches

def _step_back(dh, cache):
    x, before, h, W, U = cache
    dz = dh * (1 - h ** 2)
    return dz @ W.T, dz @ U.T, x.T @ dz, before.T @ dz, dz.sum(0)

def starred_backward(dout, caches):
    dxs, total, back = [], None, 0
    for t in reversed(range(len(caches))):
        dx, back, *weights = _step_back(dout[:, t] + back, caches[t])
        dxs.insert(0, dx)
        total = weights if total is None else [a + b for a, b in zip(total, weights)]
    return (np.stack(dxs, 1), back, *total)
