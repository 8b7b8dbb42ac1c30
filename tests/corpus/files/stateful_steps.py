import numpy as np


class StepRNN:
    """
    Call step() once per character and back() once per character in reverse order.
    parameters / gradients are dictionaries with the same keys.
    """

    def __init__(self, n_in, n_hid, n_out):
        self.n_hid = n_hid
        self.parameters = {
            'Wxh': np.random.randn(n_hid, n_in) * 0.2,
            'Whh': np.random.randn(n_hid, n_hid) * 0.2,
            'Why': np.random.randn(n_out, n_hid) * 0.2,
            'bh': np.zeros((n_hid, 1)),
            'by': np.zeros((n_out, 1)),
        }
        self.reset()

    def reset(self):
        self.h = np.zeros((self.n_hid, 1))
        self.stack = []
        self.dh = np.zeros((self.n_hid, 1))
        self.gradients = {k: np.zeros_like(v) for k, v in self.parameters.items()}

    def step(self, x):
        p = self.parameters
        h_old = self.h
        self.h = np.tanh(p['Wxh'] @ x + p['Whh'] @ h_old + p['bh'])
        self.stack.append((x, h_old, self.h))
        return p['Why'] @ self.h + p['by']

    def back(self, dy):
        p, g = self.parameters, self.gradients
        x, h_old, h = self.stack.pop()
        g['Why'] += dy @ h.T
        g['by'] += dy
        dz = (p['Why'].T @ dy + self.dh) * (1 - h ** 2)
        g['Wxh'] += dz @ x.T
        g['Whh'] += dz @ h_old.T
        g['bh'] += dz
        self.dh = p['Whh'].T @ dz
        return p['Wxh'].T @ dz


class LSTMCellStateful:
    def __init__(self, D, H):
        self.parameters = dict(W=np.random.randn(D + H, 4 * H) * 0.1, b=np.zeros(4 * H))
        self.gradients = dict(W=np.zeros((D + H, 4 * H)), b=np.zeros(4 * H))
        self.D, self.H = D, H
        self.time = []

    def forward(self, x, h, c):
        """x (N, D), h (N, H), c (N, H)"""
        H = self.H
        xh = np.concatenate([x, h], 1)
        a = xh @ self.parameters['W'] + self.parameters['b']
        i, f, o = 1 / (1 + np.exp(-a[:, :H])), 1 / (1 + np.exp(-a[:, H:2*H])), 1 / (1 + np.exp(-a[:, 2*H:3*H]))
        g = np.tanh(a[:, 3*H:])
        c_new = f * c + i * g
        h_new = o * np.tanh(c_new)
        self.time.append((xh, i, f, o, g, c, c_new))
        return h_new, c_new

    def backward(self, dh, dc):
        xh, i, f, o, g, c, c_new = self.time.pop()
        t = np.tanh(c_new)
        dc = dc + dh * o * (1 - t * t)
        da = np.concatenate([dc * g * i * (1 - i), dc * c * f * (1 - f), dh * t * o * (1 - o), dc * i * (1 - g * g)], 1)
        self.gradients['W'] += xh.T @ da
        self.gradients['b'] += da.sum(0)
        dxh = da @ self.parameters['W'].T
        return dxh[:, :self.D], dxh[:, self.D:], dc * f
