import numpy as np

class LSTMCellStateful:
    def __init__(self, D, H):
        self.parameters = {"W": np.random.randn(D + H, 4 * H) * 0.1, "b": np.zeros(4 * H)}
        self.gradients = {k: np.zeros_like(v) for k, v in self.parameters.items()}
        self.H = H
    def forward(self, x, h, c):
        H = self.H
        z = np.hstack([x, h])
        a = z @ self.parameters["W"] + self.parameters["b"]
        s = lambda v: 1 / (1 + np.exp(-v))
        i, f, o, g = s(a[:, :H]), s(a[:, H:2*H]), s(a[:, 2*H:3*H]), np.tanh(a[:, 3*H:])
        c_new = f * c + i * g
        h_new = o * np.tanh(c_new)
        self.cache = (z, c, i, f, o, g, c_new)
        return h_new, c_new
    def backward(self, dh_new, dc_new):
        z, c, i, f, o, g, c_new = self.cache
        t = np.tanh(c_new)
        dc = dc_new + dh_new * o * (1 - t * t)
        da = np.hstack([dc * g * i * (1 - i), dc * c * f * (1 - f), dh_new * t * o * (1 - o), dc * i * (1 - g * g)])
        self.gradients["W"] += z.T @ da
        self.gradients["b"] += da.sum(axis=0)
        dz = da @ self.parameters["W"].T
        D = z.shape[1] - self.H
        return dz[:, :D], dz[:, D:], dc * f

class SequenceLoss:
    def forward(self, scores, labels):
        N, T, V = scores.shape
        p = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self.p = p / p.sum(axis=-1, keepdims=True)
        self.labels = labels
        n, t = np.meshgrid(np.arange(N), np.arange(T), indexing='ij')
        return -np.log(self.p[n, t, labels]).mean()
    def backward(self):
        N, T, V = self.p.shape
        d = self.p.copy()
        n, t = np.meshgrid(np.arange(N), np.arange(T), indexing='ij')
        d[n, t, self.labels] -= 1
        return d / (N * T)

class TinyCharRNN:
    def __init__(self, V, H):
        self.V, self.H = V, H
        self.Wxh = np.random.randn(H, V); self.Whh = np.random.randn(H, H); self.Why = np.random.randn(V, H)
        self.bh = np.zeros((H, 1)); self.by = np.zeros((V, 1))
    def one_hot(self, i):
        v = np.zeros((self.V, 1)); v[int(i)] = 1.0
        return v
    def loss_and_grads(self, inputs, targets, hprev):
        xs, hs, ps, loss = {}, {-1: hprev}, {}, 0.0
        for t, i in enumerate(inputs):
            xs[t] = self.one_hot(i)
            hs[t] = np.tanh(self.Wxh @ xs[t] + self.Whh @ hs[t-1] + self.bh)
            y = self.Why @ hs[t] + self.by
            ps[t] = np.exp(y) / np.exp(y).sum()
            loss -= np.log(ps[t][targets[t], 0] + 1e-12)
        g = [np.zeros_like(w) for w in (self.Wxh, self.Whh, self.Why, self.bh, self.by)]
        dn = np.zeros_like(hprev)
        for t in reversed(range(len(inputs))):
            dy = ps[t].copy(); dy[targets[t]] -= 1
            g[2] += dy @ hs[t].T; g[4] += dy
            d = (self.Why.T @ dy + dn) * (1 - hs[t]**2)
            g[3] += d; g[0] += d @ xs[t].T; g[1] += d @ hs[t-1].T
            dn = self.Whh.T @ d
        dWxh, dWhh, dWhy, dbh, dby = g
        return loss, (dWxh, dWhh, dWhy, dbh, dby), hs[len(inputs) - 1]

class CharModel:
    def __init__(self, vocab, hidden, reg=0.01):
        self.reg = reg
        self.params = dict(E=np.random.randn(vocab, hidden), Wx=np.random.randn(hidden, hidden), Wy=np.random.randn(hidden, vocab))
    def loss(self, X, y=None):
        h = np.tanh(self.params['E'][X] @ self.params['Wx'])
        s = h @ self.params['Wy']
        if y is None:
            return s
        N, T, V = s.shape
        p = np.exp(s); p /= p.sum(axis=2, keepdims=True)
        loss = -np.log(p[np.arange(N)[:, None], np.arange(T), y]).mean() + 0.5 * self.reg * (self.params['Wx']**2).sum()
        d = p.copy(); d[np.arange(N)[:, None], np.arange(T), y] -= 1; d /= N * T
        grads = {'Wy': h.reshape(-1, h.shape[2]).T @ d.reshape(-1, V)}
        dh = d @ self.params['Wy'].T * (1 - h**2)
        grads['Wx'] = self.params['E'][X].reshape(-1, h.shape[2]).T @ dh.reshape(-1, h.shape[2]) + self.reg * self.params['Wx']
        grads['E'] = np.zeros_like(self.params['E'])
        np.add.at(grads['E'], X, dh @ self.params['Wx'].T)
        return loss, grads

class Param:
    def __init__(self, value):
        self.value = value
        self.grad = np.zeros_like(value)

class Dense:
    def __init__(self, n_in, n_out):
        self.W = Param(np.random.randn(n_in, n_out)); self.b = Param(np.zeros(n_out))
    def forward(self, x):
        self.x = x
        return x @ self.W.value + self.b.value
    def backward(self, dout):
        self.W.grad += self.x.T @ dout
        self.b.grad += dout.sum(axis=0)
        return dout @ self.W.value.T
