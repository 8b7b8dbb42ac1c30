import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def tagger_forward(x, params):
    U, W, V, b = params["U"], params["W"], params["V"], params["b"]
    h, hs, probs = np.zeros((W.shape[0], 1)), [], []
    for t in range(x.shape[1]):
        h = np.tanh(U @ x[:, [t]] + W @ h + b)
        hs.append(h)
        probs.append(sigmoid(V @ h))
    return probs, {"x": x, "hs": hs, "params": params}


def tagger_backward(probs, targets, cache):
    params, hs = cache["params"], cache["hs"]
    grads = {"d" + key: np.zeros_like(value) for key, value in params.items()}
    back = 0
    for t in reversed(range(len(hs))):
        dy = probs[t] - targets[:, [t]]
        grads["dV"] += dy @ hs[t].T
        dz = (params["V"].T @ dy + back) * (1 - hs[t] ** 2)
        grads["dU"] += dz @ cache["x"][:, [t]].T
        grads["dW"] += dz @ (hs[t - 1] if t > 0 else 0 * hs[t]).T
        grads["db"] += dz
        back = params["W"].T @ dz
    return grads


class Forecast:
    def __init__(self, inputs, units, outputs):
        self.Wx = np.random.randn(inputs, units)
        self.Wh = np.random.randn(units, units)
        self.Wy = np.random.randn(units, outputs)
        self.by = np.zeros(outputs)

    def forward(self, X):
        self.X, self.h = X, np.zeros((X.shape[0], X.shape[1] + 1, self.Wh.shape[0]))
        for t in range(X.shape[1]):
            self.h[:, t] = np.tanh(X[:, t] @ self.Wx + self.h[:, t - 1] @ self.Wh)
        return self.h[:, -2] @ self.Wy + self.by

    def backward(self, y_true, y_pred):
        d = 2 * (y_pred - y_true) / len(y_true)
        dWy, dby, dWx, dWh = self.h[:, -2].T @ d, d.sum(0), 0, 0
        dh = d @ self.Wy.T
        for t in reversed(range(self.X.shape[1])):
            dz = dh * (1 - self.h[:, t] ** 2)
            dWx = dWx + self.X[:, t].T @ dz
            dWh = dWh + self.h[:, t - 1].T @ dz
            dh = dz @ self.Wh.T
        return dWx, dWh, dWy, dby


class Pulse:
    def __init__(self, inputs, units):
        self.U = np.random.randn(units, inputs)
        self.W = np.random.randn(units, units)

    def forward(self, xs):
        self.xs, self.hs = xs, [np.zeros((self.W.shape[0], 1))]
        for x in xs:
            self.hs.append(np.tanh(self.U @ x.reshape(-1, 1) + self.W @ self.hs[-1]))
        return self.hs[-1]

    def backward(self, target, learning_rate):
        dh = self.hs[-1] - target
        dU, dW = 0 * self.U, 0 * self.W
        for t in reversed(range(len(self.xs))):
            dz = dh * (1 - self.hs[t + 1] ** 2)
            dU += dz @ self.xs[t].reshape(1, -1)
            dW += dz @ self.hs[t].T
            dh = self.W.T @ dz
        self.U -= learning_rate * dU
        self.W -= learning_rate * dW
