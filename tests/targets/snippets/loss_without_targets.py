import numpy as np


class LastState:
    def __init__(self, inputs, units, outputs, reg=0.0):
        self.params = {"W": np.random.randn(inputs, units), "U": np.random.randn(units, units)}
        self.params["V"] = np.random.randn(units, outputs)
        self.reg = reg

    def loss(self, X, Y=None):
        N, T, D = X.shape
        W, U, V = self.params["W"], self.params["U"], self.params["V"]
        hs = [np.zeros((N, U.shape[0]))]
        for t in range(T):
            hs.append(np.tanh(X[:, t] @ W + hs[-1] @ U))
        scores = hs[-1] @ V
        if Y is None:
            return scores
        error = scores - Y.reshape(N, -1)
        loss = np.mean(np.sum(error**2, axis=1)) + 0.5 * self.reg * np.sum(W**2)
        grads = {"W": self.reg * W, "U": np.zeros_like(U), "V": hs[-1].T @ (2 * error / N)}
        dh = 2 * error / N @ V.T
        for t in reversed(range(T)):
            dz = dh * (1 - hs[t + 1] ** 2)
            grads["W"] = grads["W"] + X[:, t].T @ dz
            grads["U"] += hs[t].T @ dz
            dh = dz @ U.T
        return loss, grads
