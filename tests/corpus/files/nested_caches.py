import numpy as np


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def dsigmoid(y):
    return y * (1.0 - y)


def embed_forward(idx, table):
    return table[idx], (idx, table)


def embed_backward(dout, cache):
    idx, table = cache
    grad = np.zeros_like(table)
    for row, d in zip(idx.ravel(), dout.reshape(-1, dout.shape[-1])):
        grad[row] += d
    return grad


def lstm_layer_forward(x, h0, c0, Wx, Wh, b):
    """time first: x (T, N, D) -> hs (T, N, H), also the last c"""
    T, N, D = x.shape
    H = h0.shape[-1]
    hs = np.zeros((T, N, H))
    h, c = h0, c0
    history = ()
    for t in range(T):
        a = x[t] @ Wx + h @ Wh + b
        i, f, g, o = np.split(a, 4, axis=1)
        i, f, g, o = sigmoid(i), sigmoid(f), np.tanh(g), sigmoid(o)
        c_new = f * c + i * g
        h_new = o * np.tanh(c_new)
        history = history + (((x[t], h, c), (i, f, g, o), (c_new, h_new)),)
        h, c = h_new, c_new
        hs[t] = h
    return hs, c, ((Wx, Wh, b), history)


def lstm_layer_backward(dhs, dc_last, cache):
    (Wx, Wh, b), history = cache
    T, N, H = dhs.shape
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
    dx = np.zeros((T, N, Wx.shape[0]))
    dh_next, dc_next = np.zeros((N, H)), dc_last
    for t in range(T)[::-1]:
        (xt, h_prev, c_prev), (i, f, g, o), (c, h) = history[t]
        dh = dhs[t] + dh_next
        tc = np.tanh(c)
        dc = dc_next + dh * o * (1 - tc ** 2)
        da = np.concatenate([dc * g * dsigmoid(i), dc * c_prev * dsigmoid(f), dc * i * (1 - g ** 2), dh * tc * dsigmoid(o)], axis=1)
        dWx += xt.T @ da
        dWh += h_prev.T @ da
        db += da.sum(axis=0)
        dx[t] = da @ Wx.T
        dh_next = da @ Wh.T
        dc_next = dc * f
    return dx, dh_next, dc_next, dWx, dWh, db


def stacked_forward(x, layers, h0):
    """x: (N, T, D). layers: list of dicts with keys 'W', 'U', 'b' -- h0: list of (N, H)"""
    caches = []
    inp = x
    for p, h in zip(layers, h0):
        outs, steps = [], []
        for t in range(inp.shape[1]):
            hn = np.tanh(inp[:, t] @ p['W'] + h @ p['U'] + p['b'])
            steps.append((inp[:, t], h, hn))
            outs.append(hn)
            h = hn
        caches.append((steps, p))
        inp = np.stack(outs, 1)
    return inp, caches


def stacked_backward(dout, caches):
    grads, dh0 = [], []
    for steps, p in reversed(caches):
        g = {k: np.zeros_like(v) for k, v in p.items()}
        dinp = []
        dh = np.zeros_like(steps[0][1])
        for t in reversed(range(len(steps))):
            xt, hp, hn = steps[t]
            dz = (dout[:, t] + dh) * (1 - hn ** 2)
            g['W'] += xt.T @ dz
            g['U'] += hp.T @ dz
            g['b'] += dz.sum(0)
            dh = dz @ p['U'].T
            dinp.append(dz @ p['W'].T)
        grads.insert(0, g)
        dh0.insert(0, dh)
        dout = np.stack(dinp[::-1], 1)
    return dout, grads, dh0


def bidirectional_forward(x, h0f, h0b, Wxf, Whf, bf, Wxb, Whb, bb):
    # x is (N, T, D); the two directions are concatenated on the last axis
    N, T, D = x.shape
    fwd, bwd = {-1: h0f}, {T: h0b}
    for t in range(T):
        fwd[t] = np.tanh(x[:, t].dot(Wxf) + fwd[t - 1].dot(Whf) + bf)
    for t in range(T - 1, -1, -1):
        bwd[t] = np.tanh(x[:, t].dot(Wxb) + bwd[t + 1].dot(Whb) + bb)
    out = np.stack([np.concatenate([fwd[t], bwd[t]], axis=-1) for t in range(T)], axis=1)
    return out, (x, fwd, bwd, Wxf, Whf, Wxb, Whb)


def bidirectional_backward(dout, cache):
    x, fwd, bwd, Wxf, Whf, Wxb, Whb = cache
    N, T, D = x.shape
    H = Whf.shape[0]
    dx = np.zeros_like(x)
    dWxf, dWhf, dbf = np.zeros_like(Wxf), np.zeros_like(Whf), np.zeros(H)
    dWxb, dWhb, dbb = np.zeros_like(Wxb), np.zeros_like(Whb), np.zeros(Whb.shape[0])
    dh = 0
    for t in range(T - 1, -1, -1):
        dz = (dout[:, t, :H] + dh) * (1 - fwd[t] ** 2)
        dWxf += x[:, t].T.dot(dz)
        dWhf += fwd[t - 1].T.dot(dz)
        dbf += dz.sum(axis=0)
        dx[:, t] += dz.dot(Wxf.T)
        dh = dz.dot(Whf.T)
    dh0f = dh
    dh = 0
    for t in range(T):
        dz = (dout[:, t, H:] + dh) * (1 - bwd[t] ** 2)
        dWxb += x[:, t].T.dot(dz)
        dWhb += bwd[t + 1].T.dot(dz)
        dbb += dz.sum(axis=0)
        dx[:, t] += dz.dot(Wxb.T)
        dh = dz.dot(Whb.T)
    return dx, dh0f, dh, dWxf, dWhf, dbf, dWxb, dWhb, dbb
