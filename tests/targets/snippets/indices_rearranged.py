"""Indices that are made one row, looked up one by one, turned into rows with a single 1; losses beside them."""

import numpy as np


def table_forward(words, W):
    return W[words.flatten()].reshape(words.shape[0], words.shape[1], -1), (words, W)


def table_backward(dout, kept):
    words, W = kept
    dW = np.zeros_like(W)
    np.add.at(dW, words.flatten(), dout.reshape(-1, W.shape[1]))
    return dW


def hot(classes, count):
    rows = np.zeros((classes.size, count))
    rows[np.arange(classes.size), classes.ravel()] = 1
    return rows


class Last:
    """Reads characters, and scores what comes after the last one."""

    def __init__(self, vocabulary, hidden):
        self.U, self.W = np.random.randn(vocabulary, hidden), np.random.randn(hidden, hidden)
        self.V = np.random.randn(hidden, vocabulary)
        self.dU, self.dW, self.dV = 0 * self.U, 0 * self.W, 0 * self.V

    def forward(self, batch, h0):
        h, steps = h0, []
        for t in range(batch.shape[1]):
            x, before = hot(batch[:, t], self.V.shape[1]), h
            h = np.tanh(x @ self.U + h @ self.W)
            steps.append((x, before, h))
        return h @ self.V, h, steps

    def backward(self, dscores, steps, h_T, norms=False):
        self.dV += h_T.T @ dscores
        dh, sizes = dscores @ self.V.T, []
        for x, before, h in reversed(steps):
            dz = dh * (1 - h**2)
            self.dU += x.T @ dz
            self.dW += before.T @ dz
            dh = dz @ self.W.T
            sizes.append(np.linalg.norm(dh))
        if norms:
            return dh, sizes
        else:
            return dh


def scores_cross_entropy(scores, labels):
    rows = np.arange(labels.size)
    p = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    loss = -np.log(p[rows, labels]).mean()
    grad = p.copy()
    grad[rows, labels] -= 1
    return loss, grad / labels.size


E, R = np.random.randn(5, 7), np.random.randn(5, 5)
S = np.random.randn(7, 5)


def loss_of(chars, nexts, hprev):
    hs, ps, loss = [hprev], [], 0
    for t in range(len(chars)):
        i = chars[t]
        hs.append(np.tanh(E[:, i : i + 1] + R @ hs[-1]))
        p = np.exp(S @ hs[-1])
        ps.append(p / p.sum())
        loss -= np.log(ps[t][nexts[t], 0])
    dE, dR, dS, dh = 0 * E, 0 * R, 0 * S, 0
    for t in reversed(range(len(chars))):
        dy = ps[t].copy()
        dy[nexts[t]] -= 1
        dS += dy @ hs[t + 1].T
        dz = (S.T @ dy + dh) * (1 - hs[t + 1] ** 2)
        dR += dz @ hs[t].T
        i = chars[t]
        dE[:, i : i + 1] += dz
        dh = R.T @ dz
    return loss, (dE, dR, dS), hs[-1]
