#! /usr/bin/env python3
"""
sentence models (course project, part 3). A sentence is a list of word numbers; y is x moved by one word.
"""
import time

import numpy as np


def softmax(v):
    v = np.exp(v - v.max())
    return v / v.sum()


class SentenceRNN:
    """
    vanilla, no biases. bptt_truncate: how many steps further back than t an error at t is followed
    """

    def __init__(self, word_dim, hidden_dim=60, bptt_truncate=4):
        self.bptt_truncate = bptt_truncate
        self.sizes = word_dim, hidden_dim
        g = np.random.default_rng(17)
        self.U = g.normal(scale=hidden_dim ** -.5, size=(hidden_dim, word_dim))
        self.V = g.normal(scale=hidden_dim ** -.5, size=(word_dim, hidden_dim))
        self.W = g.normal(scale=hidden_dim ** -.5, size=(hidden_dim, hidden_dim))

    def run(self, x):
        """states, the zero one before the first word included, and a distribution over words after each word"""
        word_dim, hidden_dim = self.sizes
        states = [np.zeros(hidden_dim)]
        for word in x:
            states.append(np.tanh(self.W @ states[-1] + self.U[:, word]))
        return states, [softmax(self.V @ s) for s in states[1:]]

    def total_loss(self, sentences, following):
        nats = 0
        for x, y in zip(sentences, following):
            _, guesses = self.run(x)
            nats = nats - sum(np.log(guess[word]) for guess, word in zip(guesses, y))
        return nats

    def loss(self, sentences, following):
        return self.total_loss(sentences, following) / sum(map(len, following))

    def bptt(self, x, y):
        """gradients of U, V and W, summed over the words of the sentence"""
        states, guesses = self.run(x)
        gU, gV, gW = 0 * self.U, 0 * self.V, 0 * self.W
        for t, (guess, word) in enumerate(zip(guesses, y)):
            error = guess - np.eye(len(guess))[word]
            gV += np.outer(error, states[t + 1])
            # from here back in time, not further than allowed
            delta = error @ self.V * (1 - states[t + 1] ** 2)
            k = t
            while k >= max(0, t - self.bptt_truncate):
                gU[:, x[k]] += delta
                gW += np.outer(delta, states[k])
                delta = delta @ self.W * (1 - states[k] ** 2)
                k -= 1
        return [gU, gV, gW]

    def learn(self, x, y, rate):
        for weight, gradient in zip((self.U, self.V, self.W), self.bptt(x, y)):
            weight -= rate * gradient


class SentenceGRU:
    """the same with a GRU, to the very beginning of the sentence"""

    def __init__(self, word_dim, hidden_dim=20):
        rs = np.random.RandomState(3)
        self.hidden_dim = hidden_dim
        self.E = rs.normal(0, .2, (hidden_dim, word_dim))
        self.U = rs.normal(0, .2, (3, hidden_dim, hidden_dim))
        self.W = rs.normal(0, .2, (3, hidden_dim, hidden_dim))
        self.b = np.zeros((3, hidden_dim))
        self.V = rs.normal(0, .2, (word_dim, hidden_dim))

    def total_loss(self, x, y):
        return self.bptt(x, y)[0]

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


def school(model, sentences, following, rate=0.01, rounds=40):
    before = None
    for round_ in range(rounds):
        start = time.perf_counter()
        for x, y in zip(sentences, following):
            model.learn(x, y, rate)
        now = model.loss(sentences, following)
        print(f"{round_:4d} {now:8.4f} nats a word, {time.perf_counter() - start:.1f} s, rate {rate:g}")
        if before is not None and now > before:
            rate = rate / 2      # too fast
        before = now
