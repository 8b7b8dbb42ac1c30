"""Backward passes that start from a target: of an output computed again, and of scores before their softmax."""

import numpy as np


def elman_forward(X, h0, U, W, V):
    H = np.zeros((len(X), len(h0)))
    h = h0
    for t in range(len(X)):
        h = np.tanh(U @ X[t] + W @ h)
        H[t] = h
    return H, H @ V.T


def elman_backward(X, Y_target, H, h0, U, W, V):
    Y = H @ V.T
    dY = Y - Y_target
    before = np.vstack([h0[np.newaxis], H])
    dU, dW, dV, dh = 0 * U, 0 * W, dY.T @ H, 0
    for t in reversed(range(len(X))):
        dz = (V.T @ dY[t] + dh) * (1 - H[t] ** 2)
        dU += np.outer(dz, X[t])
        dW += np.outer(dz, before[t])
        dh = W.T @ dz
    return dU, dW, dV


def softmax(scores):
    made = np.exp(scores - np.max(scores))
    return made / np.sum(made)


def scorer_forward(xs, Wx, Wh, Wy):
    hs = {-1: np.zeros((Wh.shape[0], 1))}
    for t in range(len(xs)):
        hs[t] = np.tanh(Wx @ xs[t].reshape(-1, 1) + Wh @ hs[t - 1])
    scores = Wy @ hs[len(xs) - 1]
    return scores, hs


def scorer_backward(xs, hs, scores, target_class, Wx, Wh, Wy):
    dy = softmax(scores)
    dy[target_class] -= 1
    dWx, dWh, dWy, dh = 0 * Wx, 0 * Wh, dy @ hs[len(xs) - 1].T, Wy.T @ dy
    for t in reversed(range(len(xs))):
        dz = dh * (1 - hs[t] ** 2)
        dWx += dz @ xs[t].reshape(1, -1)
        dWh += dz @ hs[t - 1].T
        dh = Wh.T @ dz
    return dWx, dWh, dWy
