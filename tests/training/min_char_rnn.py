"""A plain NumPy character RNN with Karpathy's recipe, in columns and loops: shares no code with the tool."""

import numpy as np


class Plain:
    """Parameters are columns-first: W_xh (H, V), W_hh (H, H), W_hy (V, H), b_h (H, 1), b_y (V, 1)."""

    def __init__(self, W_xh, W_hh, W_hy, b_h, b_y, codes, length=25, rate=0.1):
        self.weights = [np.array(w, float) for w in (W_xh, W_hh, W_hy, b_h, b_y)]
        self.memory = [np.zeros_like(w) for w in self.weights]
        self.codes, self.length, self.rate = list(codes), length, rate
        self.place, self.h = None, None
        self.smooth = -np.log(1.0 / len(self.weights[4])) * length

    def losses_and_gradients(self, inputs, targets):
        W_xh, W_hh, W_hy, b_h, b_y = self.weights
        size = len(b_y)
        hidden, shares, loss = {-1: self.h}, {}, 0.0
        for t, code in enumerate(inputs):
            x = np.zeros((size, 1))
            x[code] = 1
            hidden[t] = np.tanh(W_xh @ x + W_hh @ hidden[t - 1] + b_h)
            scores = W_hy @ hidden[t] + b_y
            shares[t] = np.exp(scores) / np.exp(scores).sum()
            loss += -np.log(shares[t][targets[t], 0])
        gradients = [np.zeros_like(w) for w in self.weights]
        back = np.zeros_like(self.h)
        for t in reversed(range(len(inputs))):
            x = np.zeros((size, 1))
            x[inputs[t]] = 1
            dy = shares[t].copy()
            dy[targets[t]] -= 1
            raw = (1 - hidden[t] ** 2) * (W_hy.T @ dy + back)
            for gradient, part in zip(
                gradients, (raw @ x.T, raw @ hidden[t - 1].T, dy @ hidden[t].T, raw, dy), strict=True
            ):
                gradient += part
            back = W_hh.T @ raw
        self.h = hidden[len(inputs) - 1]
        return loss, [np.clip(gradient, -5, 5) for gradient in gradients]

    def update(self):
        if self.place is None or self.place + self.length + 1 >= len(self.codes):
            self.place, self.h = 0, np.zeros_like(self.weights[3])
        p, n = self.place, self.length
        loss, gradients = self.losses_and_gradients(self.codes[p : p + n], self.codes[p + 1 : p + n + 1])
        for weight, gradient, memory in zip(self.weights, gradients, self.memory, strict=True):
            memory += gradient * gradient
            weight -= self.rate * gradient / np.sqrt(memory + 1e-8)
        self.place += n
        self.smooth = 0.999 * self.smooth + 0.001 * loss
        return loss
