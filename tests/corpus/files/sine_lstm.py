# LSTM for sin wave prediction
import numpy as np
import matplotlib.pyplot as plt

class LSTM:
    def __init__(self, input_dim, hidden_dim, output_dim, lr=1e-2):
        self.lr = lr
        self.hidden_dim = hidden_dim
        z = input_dim + hidden_dim
        init = lambda r, c: np.random.randn(r, c) * np.sqrt(1. / c)
        self.W_f, self.W_i, self.W_c, self.W_o = init(hidden_dim, z), init(hidden_dim, z), init(hidden_dim, z), init(hidden_dim, z)
        self.b_f, self.b_i, self.b_c, self.b_o = [np.zeros((hidden_dim, 1)) for _ in range(4)]
        self.W_y = init(output_dim, hidden_dim); self.b_y = np.zeros((output_dim, 1))

    def forward(self, inputs):
        """inputs: list of column vectors"""
        self.cache = []
        h = c = np.zeros((self.hidden_dim, 1))
        for x in inputs:
            z = np.concatenate((h, x), axis=0)
            f = self.sigmoid(self.W_f @ z + self.b_f)
            i = self.sigmoid(self.W_i @ z + self.b_i)
            g = np.tanh(self.W_c @ z + self.b_c)
            o = self.sigmoid(self.W_o @ z + self.b_o)
            c_prev, c = c, f * c + i * g
            h = o * np.tanh(c)
            self.cache.append((z, f, i, g, o, c_prev, c, h))
        return self.W_y @ h + self.b_y

    def sigmoid(self, x): return 1 / (1 + np.exp(-x))

    def backward(self, y_pred, y):
        dy = y_pred - y            # 0.5 * ||y_pred - y||^2
        dW_y = dy @ self.cache[-1][-1].T
        db_y = dy
        dh = self.W_y.T @ dy
        dc = np.zeros_like(dh)
        grads = {n: np.zeros_like(getattr(self, n)) for n in ('W_f','W_i','W_c','W_o','b_f','b_i','b_c','b_o')}
        for z, f, i, g, o, c_prev, c, h in reversed(self.cache):
            tc = np.tanh(c)
            do = dh * tc * o * (1 - o)
            dc = dc + dh * o * (1 - tc * tc)
            df = dc * c_prev * f * (1 - f)
            di = dc * g * i * (1 - i)
            dg = dc * i * (1 - g * g)
            dz = 0
            for n, d in zip('fico', (df, di, dg, do)):
                grads['W_' + n] += d @ z.T
                grads['b_' + n] += d
                dz = dz + getattr(self, 'W_' + n).T @ d
            dh = dz[:self.hidden_dim]
            dc = dc * f
        grads['W_y'], grads['b_y'] = dW_y, db_y
        for n in grads: np.clip(grads[n], -1, 1, out=grads[n])
        return grads

    def step(self, grads):
        for n, g in grads.items(): setattr(self, n, getattr(self, n) - self.lr * g)

if __name__ == '__main__':
    net = LSTM(1, 20, 1)
    t = np.linspace(0, 20, 400)
    s = np.sin(t)
    for epoch in range(100):
        for k in range(0, 380, 10):
            seq = [np.array([[v]]) for v in s[k:k+10]]
            p = net.forward(seq)
            net.step(net.backward(p, s[k+10]))
    plt.plot(s); plt.show()
