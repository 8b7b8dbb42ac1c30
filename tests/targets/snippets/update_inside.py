import numpy as np

class Layer:
    def __init__(self, input_size, hidden_size, learning_rate=0.05):
        self.lr = learning_rate
        self.Wx = np.random.randn(hidden_size, input_size)
        self.Wh = np.random.randn(hidden_size, hidden_size)
        self.b = np.zeros((hidden_size, 1))

    def forward(self, xs):
        self.xs = xs
        self.hs = [np.zeros((self.Wh.shape[0], 1))]
        for x in xs:
            self.hs.append(np.tanh(np.dot(self.Wx, x) + np.dot(self.Wh, self.hs[-1]) + self.b))
        return self.hs[-1]

    def backward(self, grad):
        dWx, dWh, db = np.zeros_like(self.Wx), np.zeros_like(self.Wh), np.zeros_like(self.b)
        for t in reversed(range(len(self.xs))):
            g = grad * (1 - self.hs[t + 1] ** 2)
            dWx += np.dot(g, self.xs[t].T)
            dWh += np.dot(g, self.hs[t].T)
            db += g
            grad = np.dot(self.Wh.T, g)
        self.Wx -= self.lr * dWx
        self.Wh -= self.lr * dWh
        self.b -= self.lr * db
