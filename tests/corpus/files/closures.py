import numpy as np

def tanh_rnn(x, h0, Wx, Wh, b):
    """x: (T, N, D), h0: (N, H)"""
    hs = [h0]
    for t in range(x.shape[0]):
        hs.append(np.tanh(x[t] @ Wx + hs[-1] @ Wh + b))
    out = np.stack(hs[1:])

    def vjp(dout):
        dx, dWx, dWh, db = np.zeros_like(x), np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)
        dh = np.zeros_like(h0)
        for t in range(x.shape[0] - 1, -1, -1):
            dz = (dout[t] + dh) * (1 - hs[t + 1] ** 2)
            dx[t] = dz @ Wx.T
            dWx += x[t].T @ dz
            dWh += hs[t].T @ dz
            db += dz.sum(0)
            dh = dz @ Wh.T
        return dx, dh, dWx, dWh, db

    return out, vjp


def logistic(a):
    return np.where(a > 0, 1, np.exp(np.minimum(a, 0))) / (1 + np.exp(-abs(a)))

def char_gru_loss(theta, inputs, targets, h):
    """theta = dict(E, W, U, b, V, c); inputs and targets int arrays (T, N)"""
    T, N = inputs.shape
    H = h.shape[1]
    steps, loss = [], 0.0
    for t in range(T):
        e = theta['E'][inputs[t]]
        a = e @ theta['W'] + theta['b']
        rz = logistic(a[:, :2*H] + h @ theta['U'][:, :2*H])
        r, z = rz[:, :H], rz[:, H:]
        n = np.tanh(a[:, 2*H:] + (r * h) @ theta['U'][:, 2*H:])
        hn = z * h + (1 - z) * n
        s = hn @ theta['V'] + theta['c']
        lp = s - s.max(1, keepdims=True)
        lp -= np.log(np.exp(lp).sum(1, keepdims=True))
        loss -= lp[np.arange(N), targets[t]].mean() / T
        steps.append((e, h, r, z, n, hn, lp))
        h = hn

    def backward():
        g = {k: np.zeros_like(p) for k, p in theta.items()}
        dh = 0
        for t in reversed(range(T)):
            e, hp, r, z, n, hn, lp = steps[t]
            ds = np.exp(lp); ds[np.arange(N), targets[t]] -= 1; ds /= N * T
            g['V'] += hn.T @ ds; g['c'] += ds.sum(0)
            dh = dh + ds @ theta['V'].T
            dn = dh * (1 - z) * (1 - n**2)
            dz = dh * (hp - n) * z * (1 - z)
            drh = dn @ theta['U'][:, 2*H:].T
            dr = drh * hp * r * (1 - r)
            da = np.concatenate([dr, dz, dn], axis=1)
            g['W'] += e.T @ da; g['b'] += da.sum(0)
            g['U'][:, :2*H] += hp.T @ da[:, :2*H]
            g['U'][:, 2*H:] += (r * hp).T @ dn
            np.add.at(g['E'], inputs[t], da @ theta['W'].T)
            dh = dh * z + drh * r + da[:, :2*H] @ theta['U'][:, :2*H].T
        return g
    return loss, backward
