import numpy as np

class RNNCell:
    def __init__(self, n_in, n_out):
        self.parameters = {
            "Wax": np.random.randn(n_in, n_out) * 0.1,
            "Waa": np.random.randn(n_out, n_out) * 0.1,
            "ba": np.zeros((1, n_out)),
        }
        self.gradients = {k: np.zeros_like(v) for k, v in self.parameters.items()}

    def forward(self, Xt, A_prev):
        p = self.parameters
        A = np.tanh(A_prev @ p["Waa"] + Xt @ p["Wax"] + p["ba"])
        self.X, self.A_prev, self.A = Xt, A_prev, A
        return A

    def backward(self, dA):
        dZ = (1 - self.A ** 2) * dA
        self.gradients["Waa"] += self.A_prev.T @ dZ
        self.gradients["Wax"] += self.X.T @ dZ
        self.gradients["ba"] += dZ.sum(axis=0, keepdims=True)
        return dZ @ self.parameters["Wax"].T, dZ @ self.parameters["Waa"].T
