import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


class RecurrentNetwork:
    """
    Learns to predict the next value of a series. Squared error at every step.
    net = RecurrentNetwork(1, 8, 1); net.forward(xs); net.backward(ys)
    """

    def __init__(self, input_size, hidden_size, output_size, lr=0.01):
        self.lr = lr
        self.hidden_size = hidden_size
        self.w_in = np.random.normal(0, 0.4, (hidden_size, input_size))
        self.w_rec = np.random.normal(0, 0.4, (hidden_size, hidden_size))
        self.w_out = np.random.normal(0, 0.4, (output_size, hidden_size))
        self.b_hid = np.zeros((hidden_size, 1))
        self.b_out = np.zeros((output_size, 1))

    def forward(self, xs):
        """xs: list of (input_size, 1) columns"""
        self.xs = xs
        self.hs = {-1: np.zeros((self.hidden_size, 1))}
        self.ys = {}
        for t, x in enumerate(xs):
            self.hs[t] = np.tanh(self.w_in @ x + self.w_rec @ self.hs[t - 1] + self.b_hid)
            self.ys[t] = self.w_out @ self.hs[t] + self.b_out
        return [self.ys[t] for t in range(len(xs))]

    def loss(self, targets):
        return sum(0.5 * float(np.sum((self.ys[t] - y) ** 2)) for t, y in enumerate(targets))

    def backward(self, targets):
        n = len(targets)
        g_in, g_rec, g_out = np.zeros_like(self.w_in), np.zeros_like(self.w_rec), np.zeros_like(self.w_out)
        g_bh, g_bo = np.zeros_like(self.b_hid), np.zeros_like(self.b_out)
        dh_next = np.zeros((self.hidden_size, 1))
        for t in reversed(range(n)):
            dy = self.ys[t] - targets[t]
            g_out += dy @ self.hs[t].T
            g_bo += dy
            dh = (self.w_out.T @ dy + dh_next) * (1 - self.hs[t] ** 2)
            g_in += dh @ self.xs[t].T
            g_rec += dh @ self.hs[t - 1].T
            g_bh += dh
            dh_next = self.w_rec.T @ dh
        self.w_in -= self.lr * g_in
        self.w_rec -= self.lr * g_rec
        self.w_out -= self.lr * g_out
        self.b_hid -= self.lr * g_bh
        self.b_out -= self.lr * g_bo


class Elman:
    """one sample at a time, updates on the fly (every step), so this is NOT the exact gradient of the sequence"""

    def __init__(self, n, h, eta):
        self.Wx, self.Wh, self.Wy = 0.5 * np.ones((h, n)), 0.1 * np.eye(h), 0.3 * np.ones((n, h))
        self.eta = eta

    def train_step(self, x, target, h_prev):
        """x (n,), target (n,), h_prev (h,) -> loss, h; the weights are updated"""
        h = sigmoid(self.Wx @ x + self.Wh @ h_prev)
        y = self.Wy @ h
        e = y - target
        dz = (self.Wy.T @ e) * h * (1 - h)
        self.Wy -= self.eta * np.outer(e, h)
        self.Wx -= self.eta * np.outer(dz, x)
        self.Wh -= self.eta * np.outer(dz, h_prev)
        return 0.5 * e @ e, h


def train_on_sequence(X, Y, params, learning_rate):
    """X (T, n), Y (T, m). params is a dict that is updated in place; returns the loss."""
    U, W, V = params['U'], params['W'], params['V']
    h = [np.zeros(W.shape[0])]
    loss = 0
    errs = []
    for x, y in zip(X, Y):
        h.append(np.tanh(x @ U + h[-1] @ W))
        errs.append(h[-1] @ V - y)
        loss += (errs[-1] ** 2).sum() / 2
    dU, dW, dV = 0 * U, 0 * W, 0 * V
    back = np.zeros(W.shape[0])
    for t in range(len(X) - 1, -1, -1):
        dV += np.outer(h[t + 1], errs[t])
        dz = (errs[t] @ V.T + back) * (1 - h[t + 1] ** 2)
        dU += np.outer(X[t], dz)
        dW += np.outer(h[t], dz)
        back = dz @ W.T
    params['U'] = U - learning_rate * dU
    params['W'] = W - learning_rate * dW
    params['V'] = V - learning_rate * dV
    return loss
