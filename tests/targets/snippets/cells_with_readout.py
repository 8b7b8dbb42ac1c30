"""Cells that hand out all that backward needs, updates and learning rates, penalties, names of keys."""

import numpy as np


def squash(a):
    return 1 / (1 + np.exp(-a))


class GatedCell:
    def __init__(self, n_in, n_hidden):
        self.n_hidden = n_hidden
        self.Wf, self.Wg = (np.random.randn(n_hidden, n_hidden + n_in) for _ in range(2))
        self.bf, self.bg = np.zeros((n_hidden, 1)), np.zeros((n_hidden, 1))

    def forward(self, x, h_prev):
        x = x.reshape(-1, 1)
        both = np.vstack((h_prev, x))
        f, g = squash(self.Wf @ both + self.bf), np.tanh(self.Wg @ both + self.bg)
        h = f * h_prev + (1 - f) * g
        return h, f, g, both

    def backward(self, dh_next, h_prev, f, g, both):
        df = dh_next * (h_prev - g) * f * (1 - f)
        dg = dh_next * (1 - f) * (1 - g**2)
        dboth = self.Wf.T @ df + self.Wg.T @ dg
        dh_prev = dboth[: self.n_hidden] + dh_next * f
        dWf, dWg, dbf, dbg = df @ both.T, dg @ both.T, df, dg
        return dh_prev, dWf, dWg, dbf, dbg


class Cell:
    def __init__(self, inputs, hidden):
        self.W = np.random.randn(hidden, inputs + hidden)

    def forward(self, x, h):
        return np.tanh(self.W @ np.vstack((h, x)))


class Readout:
    """Changes its cell's weights and its own, at a rate that stands before a penalty."""

    def __init__(self, inputs, hidden, outputs):
        self.cell, self.hidden = Cell(inputs, hidden), hidden
        self.V = np.random.randn(outputs, hidden)

    def forward(self, X):
        self.xs, self.hs = [X[:, t].T for t in range(X.shape[1])], [np.zeros((self.hidden, X.shape[0]))]
        for x in self.xs:
            self.hs.append(self.cell.forward(x, self.hs[-1]))
        return (self.V @ self.hs[-1]).T

    def backward(self, dy, learning_rate, reg_strength):
        dV = dy.T @ self.hs[-1].T + reg_strength * self.V
        dh, dW = self.V.T @ dy.T, reg_strength * self.cell.W
        for t in reversed(range(len(self.xs))):
            dz = dh * (1 - self.hs[t + 1] ** 2)
            dW += dz @ np.vstack((self.hs[t], self.xs[t])).T
            dh = (self.cell.W.T @ dz)[: self.hidden]
        self.V -= learning_rate * dV
        self.cell.W -= learning_rate * dW


class Keeps:
    """Keeps its gradients besides changing its weights, and returns an array of nothing."""

    def __init__(self, n_in, n_out):
        self.W, self.b = np.random.randn(n_out, n_in), np.zeros((n_out, 1))

    def feedforward(self, x):
        self.x = x
        return self.W @ x + self.b

    def backprop(self, delta, lr):
        self.dW, self.db = delta @ self.x.T, delta.sum(axis=1, keepdims=True)
        self.W -= lr * self.dW
        self.b -= lr * self.db
        return np.array([])

    def init_weights(self, n_in, n_out):
        return np.zeros((n_out, n_in)), np.zeros((n_out, 1))

    def init_weights_grad(self):
        return 0 * self.W, 0 * self.b


def step_forward(params, h_prev, x):
    h_next = np.tanh(params["U"] @ x + params["W"] @ h_prev + params["c"])
    return h_next, (h_next, h_prev, x)


def step_backward(dh_next, kept, params):
    h_next, h_prev, x = kept
    dz = dh_next * (1 - h_next**2)
    return {"dU": dz @ x.T, "dW": dz @ h_prev.T, "dc": dz.sum(1, keepdims=True), "dh_prev": params["W"].T @ dz}


def vector_step_forward(x, h_prev, P):
    both = np.concatenate([h_prev, x])
    return np.tanh(P["W"] @ both), (both, np.tanh(P["W"] @ both))


def vector_step_backward(dh, kept, P, H):
    both, h = kept
    dz = dh * (1 - h**2)
    dh_prev = (P["W"].T @ dz)[:H]
    return {"W": np.outer(dz, both)}, dh_prev


def chain_loss(P, xs, H):
    h, steps, loss = np.zeros(H), [], 0.0
    for x in xs:
        h, kept = vector_step_forward(x, h, P)
        steps.append(kept)
        loss += 0.5 * np.sum(h**2)
    return loss, steps


def chain_backward(P, xs, steps, H):
    dP, dh = {name: np.zeros_like(value) for name, value in P.items()}, 0
    for kept in reversed(steps):
        made, dh = vector_step_backward(kept[1] + dh, kept, P, H)
        for name in dP:
            dP[name] += made[name]
    return dP
