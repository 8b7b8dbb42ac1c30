import numpy as np

def rnn_mean_forward(x, h0, Wx, Wh, b):
    T = x.shape[0]
    h, hs = h0, []
    for t in range(T):
        h = np.tanh(x[t] @ Wx + h @ Wh + b)
        hs.append(h)
    return np.stack(hs), (x, h0, Wx, Wh, hs)

def rnn_mean_backward(dhs, cache):
    x, h0, Wx, Wh, hs = cache
    T = len(hs)
    g = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[1])]
    dx, dn = np.empty_like(x), np.zeros_like(h0)
    for t in range(T - 1, -1, -1):
        d = (dhs[t] + dn) * (1 - hs[t]**2)
        hp = hs[t-1] if t > 0 else h0
        g[0] += x[t].T @ d; g[1] += hp.T @ d; g[2] += d.sum(axis=0)
        dx[t] = d @ Wx.T
        dn = d @ Wh.T
    return dx, dn, g[0] / T, g[1] / T, g[2] / T

def rnn_trunc_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T + 1, h0.shape[1]))
    h[:, -1] = h0
    for t in range(T):
        h[:, t] = np.tanh(x[:, t] @ Wx + h[:, t - 1] @ Wh + b)
    return h[:, :T], (x, h, Wx, Wh)

def rnn_trunc_backward(dh, cache, steps=3):
    x, h, Wx, Wh = cache
    N, T, D = x.shape
    dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[0])
    dh0 = np.zeros_like(h[:, 0])
    for t in range(T):
        delta = dh[:, t] * (1 - h[:, t]**2)
        for s in range(t, max(-1, t - steps), -1):
            dWx += x[:, s].T @ delta; dWh += h[:, s-1].T @ delta; db += delta.sum(0)
            dx[:, s] += delta @ Wx.T
            delta = delta @ Wh.T
            if s == 0: dh0 += delta
            else: delta = delta * (1 - h[:, s-1]**2)
    return dx, dh0, dWx, dWh, db
