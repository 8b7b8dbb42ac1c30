import numpy as np

class WordModel:
    """U reads a word, W the state, V guesses the next word"""

    def __init__(self, word_dim, hidden_dim=50, bptt_truncate=3):
        self.word_dim, self.hidden_dim = word_dim, hidden_dim
        self.bptt_truncate = bptt_truncate
        r = np.random.default_rng(0)
        self.U = r.normal(0, 1 / word_dim, (hidden_dim, word_dim))
        self.V = r.normal(0, 1 / hidden_dim, (word_dim, hidden_dim))
        self.W = r.normal(0, 1 / hidden_dim, (hidden_dim, hidden_dim))

    def run(self, x):
        states = np.zeros((len(x) + 1, self.hidden_dim))
        for t, word in enumerate(x):
            states[t + 1] = np.tanh(self.W @ states[t] + self.U[:, word])
        scores = np.exp(states[1:] @ self.V.T)
        return states, scores / scores.sum(axis=1, keepdims=True)

    def calculate_loss(self, x, y):
        _, guesses = self.run(x)
        return sum(-np.log(guesses[t, word]) for t, word in enumerate(y))

    def bptt(self, x, y):
        states, errors = self.run(x)
        for t in range(len(y)):
            errors[t, y[t]] -= 1
        dU, dW = np.zeros_like(self.U), np.zeros_like(self.W)
        dV = errors.T @ states[1:]
        for t in range(len(y)):
            delta = self.V.T @ errors[t]
            for back in range(min(self.bptt_truncate, t) + 1):
                k = t - back
                delta = delta * (1 - states[k + 1] ** 2)
                dU[:, x[k]] += delta
                dW += np.outer(delta, states[k])
                delta = self.W.T @ delta
        return [dU, dV, dW]
