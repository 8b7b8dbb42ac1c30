#! /usr/bin/env python
"""
Recurrent network language model, following a tutorial. One sentence at a time, x and y are lists of word indices.
"""
import operator
import sys
from datetime import datetime

import numpy as np


def softmax(x):
    xt = np.exp(x - np.max(x))
    return xt / np.sum(xt)


class RNNNumpy:

    def __init__(self, word_dim, hidden_dim=100, bptt_truncate=4):
        self.word_dim = word_dim
        self.hidden_dim = hidden_dim
        self.bptt_truncate = bptt_truncate
        self.U = np.random.uniform(-np.sqrt(1. / word_dim), np.sqrt(1. / word_dim), (hidden_dim, word_dim))
        self.V = np.random.uniform(-np.sqrt(1. / hidden_dim), np.sqrt(1. / hidden_dim), (word_dim, hidden_dim))
        self.W = np.random.uniform(-np.sqrt(1. / hidden_dim), np.sqrt(1. / hidden_dim), (hidden_dim, hidden_dim))

    def forward_propagation(self, x):
        T = len(x)
        # one more row for the initial hidden state, all zero
        s = np.zeros((T + 1, self.hidden_dim))
        s[-1] = np.zeros(self.hidden_dim)
        o = np.zeros((T, self.word_dim))
        for t in np.arange(T):
            s[t] = np.tanh(self.U[:, x[t]] + self.W.dot(s[t - 1]))
            o[t] = softmax(self.V.dot(s[t]))
        return [o, s]

    def predict(self, x):
        o, s = self.forward_propagation(x)
        return np.argmax(o, axis=1)

    def calculate_total_loss(self, x, y):
        L = 0
        for i in np.arange(len(y)):
            o, s = self.forward_propagation(x[i])
            correct_word_predictions = o[np.arange(len(y[i])), y[i]]
            L += -1 * np.sum(np.log(correct_word_predictions))
        return L

    def calculate_loss(self, x, y):
        N = np.sum([len(y_i) for y_i in y])
        return self.calculate_total_loss(x, y) / N

    def bptt(self, x, y):
        """returns [dLdU, dLdV, dLdW] of the total (summed) loss of one sentence"""
        T = len(y)
        o, s = self.forward_propagation(x)
        dLdU = np.zeros(self.U.shape)
        dLdV = np.zeros(self.V.shape)
        dLdW = np.zeros(self.W.shape)
        delta_o = o
        delta_o[np.arange(len(y)), y] -= 1.
        for t in np.arange(T)[::-1]:
            dLdV += np.outer(delta_o[t], s[t].T)
            delta_t = self.V.T.dot(delta_o[t]) * (1 - (s[t] ** 2))
            for bptt_step in np.arange(max(0, t - self.bptt_truncate), t + 1)[::-1]:
                dLdW += np.outer(delta_t, s[bptt_step - 1])
                dLdU[:, x[bptt_step]] += delta_t
                delta_t = self.W.T.dot(delta_t) * (1 - s[bptt_step - 1] ** 2)
        return [dLdU, dLdV, dLdW]

    def numpy_sgd_step(self, x, y, learning_rate):
        dLdU, dLdV, dLdW = self.bptt(x, y)
        self.U -= learning_rate * dLdU
        self.V -= learning_rate * dLdV
        self.W -= learning_rate * dLdW


class GRUNumpy:
    """same, with a GRU and full BPTT"""

    def __init__(self, word_dim, hidden_dim=20):
        rs = np.random.RandomState(10)
        self.word_dim, self.hidden_dim = word_dim, hidden_dim
        self.E = rs.uniform(-.3, .3, (hidden_dim, word_dim))
        self.U = rs.uniform(-.3, .3, (3, hidden_dim, hidden_dim))
        self.W = rs.uniform(-.3, .3, (3, hidden_dim, hidden_dim))
        self.b = np.zeros((3, hidden_dim))
        self.V = rs.uniform(-.3, .3, (word_dim, hidden_dim))

    def calculate_total_loss(self, x, y):
        loss, _ = self.bptt(x, y)
        return loss

    def bptt(self, x, y):
        E, U, W, b, V = self.E, self.U, self.W, self.b, self.V
        sig = lambda a: 1 / (1 + np.exp(-a))
        s = np.zeros(self.hidden_dim)
        memory, loss = [], 0
        for t in range(len(x)):
            e = E[:, x[t]]
            z = sig(U[0].dot(e) + W[0].dot(s) + b[0])
            r = sig(U[1].dot(e) + W[1].dot(s) + b[1])
            c = np.tanh(U[2].dot(e) + W[2].dot(s * r) + b[2])
            new = (1 - z) * c + z * s
            p = softmax(V.dot(new))
            loss -= np.log(p[y[t]])
            memory.append((e, s, z, r, c, new, p))
            s = new
        dE, dU, dW, db, dV = (np.zeros_like(k) for k in (E, U, W, b, V))
        ds = np.zeros(self.hidden_dim)
        for t in range(len(x))[::-1]:
            e, s, z, r, c, new, p = memory[t]
            dp = p.copy()
            dp[y[t]] -= 1
            dV += np.outer(dp, new)
            ds = ds + V.T.dot(dp)
            dc = ds * (1 - z) * (1 - c ** 2)
            dz = ds * (s - c) * z * (1 - z)
            dsr = W[2].T.dot(dc)
            dr = dsr * s * r * (1 - r)
            for k, d, left in ((0, dz, s), (1, dr, s), (2, dc, s * r)):
                dU[k] += np.outer(d, e)
                dW[k] += np.outer(d, left)
                db[k] += d
                dE[:, x[t]] += U[k].T.dot(d)
            ds = ds * z + dsr * r + W[0].T.dot(dz) + W[1].T.dot(dr)
        return loss, [dE, dU, dW, db, dV]


def train_with_sgd(model, X_train, y_train, learning_rate=0.005, nepoch=100, evaluate_loss_after=5):
    losses = []
    for epoch in range(nepoch):
        if epoch % evaluate_loss_after == 0:
            loss = model.calculate_loss(X_train, y_train)
            losses.append((epoch, loss))
            print("%s: loss after epoch %d: %f" % (datetime.now(), epoch, loss))
            if len(losses) > 1 and losses[-1][1] > losses[-2][1]:
                learning_rate *= 0.5
            sys.stdout.flush()
        for i in range(len(y_train)):
            model.numpy_sgd_step(X_train[i], y_train[i], learning_rate)
