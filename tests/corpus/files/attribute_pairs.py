import numpy as np


class Linear(object):
    def __init__(self, n_in, n_out):
        self.W = np.random.randn(n_in, n_out) / np.sqrt(n_in)
        self.b = np.zeros(n_out)
        self.dW = None
        self.db = None

    def forward(self, x):
        self.x = x
        return x.dot(self.W) + self.b

    def backward(self, dout):
        self.dW = self.x.T.dot(dout)
        self.db = dout.sum(axis=0)
        return dout.dot(self.W.T)


class VanillaRNN(object):
    """inputs are (T, N, n_in); backward returns the gradient of the inputs and keeps the rest in dWx, dWh, db"""

    def __init__(self, n_in, n_hid, seed=None):
        rng = np.random.default_rng(seed)
        self.Wx = rng.normal(0, 0.3, (n_in, n_hid))
        self.Wh = rng.normal(0, 0.3, (n_hid, n_hid))
        self.b = np.zeros((1, n_hid))
        self.zero_grad()

    def zero_grad(self):
        self.dWx = np.zeros_like(self.Wx)
        self.dWh = np.zeros_like(self.Wh)
        self.db = np.zeros_like(self.b)

    def forward(self, xs):
        self.xs = xs
        self.hs = [np.zeros((xs.shape[1], self.Wh.shape[0]))]
        for x in xs:
            self.hs.append(np.tanh(x @ self.Wx + self.hs[-1] @ self.Wh + self.b))
        return np.array(self.hs[1:])

    def backward(self, dhs):
        dxs = np.zeros_like(self.xs)
        dh = 0
        for t in range(len(dhs) - 1, -1, -1):
            dz = (dhs[t] + dh) * (1 - self.hs[t + 1] ** 2)
            self.dWx += self.xs[t].T @ dz
            self.dWh += self.hs[t].T @ dz
            self.db += dz.sum(axis=0, keepdims=True)
            dxs[t] = dz @ self.Wx.T
            dh = dz @ self.Wh.T
        return dxs


class GRULayer:
    def __init__(self, input_size=5, hidden_size=4):
        k = 1.0 / np.sqrt(hidden_size)
        self.W_z = np.random.uniform(-k, k, (input_size, hidden_size))
        self.U_z = np.random.uniform(-k, k, (hidden_size, hidden_size))
        self.W_r = np.random.uniform(-k, k, (input_size, hidden_size))
        self.U_r = np.random.uniform(-k, k, (hidden_size, hidden_size))
        self.W_h = np.random.uniform(-k, k, (input_size, hidden_size))
        self.U_h = np.random.uniform(-k, k, (hidden_size, hidden_size))
        for n in ('W_z', 'U_z', 'W_r', 'U_r', 'W_h', 'U_h'):
            setattr(self, n + '_grad', np.zeros_like(getattr(self, n)))

    def forward(self, x):
        # x (N, T, input_size)
        h = np.zeros((x.shape[0], self.U_z.shape[0]))
        self.saved = []
        out = []
        for t in range(x.shape[1]):
            xt = x[:, t]
            z = 1 / (1 + np.exp(-(xt @ self.W_z + h @ self.U_z)))
            r = 1 / (1 + np.exp(-(xt @ self.W_r + h @ self.U_r)))
            rh = r * h
            c = np.tanh(xt @ self.W_h + rh @ self.U_h)
            self.saved.append((xt, h, z, r, rh, c))
            h = z * h + (1 - z) * c
            out.append(h)
        return np.stack(out, 1)

    def backward(self, grad):
        dx = []
        dh = np.zeros_like(grad[:, 0])
        for t in reversed(range(grad.shape[1])):
            xt, h, z, r, rh, c = self.saved[t]
            dh = dh + grad[:, t]
            dc = dh * (1 - z) * (1 - c * c)
            dz = dh * (h - c) * z * (1 - z)
            drh = dc @ self.U_h.T
            dr = drh * h * r * (1 - r)
            self.W_h_grad += xt.T @ dc
            self.U_h_grad += rh.T @ dc
            self.W_z_grad += xt.T @ dz
            self.U_z_grad += h.T @ dz
            self.W_r_grad += xt.T @ dr
            self.U_r_grad += h.T @ dr
            dx.append(dc @ self.W_h.T + dz @ self.W_z.T + dr @ self.W_r.T)
            dh = dh * z + drh * r + dz @ self.U_z.T + dr @ self.U_r.T
        return np.stack(dx[::-1], 1)
