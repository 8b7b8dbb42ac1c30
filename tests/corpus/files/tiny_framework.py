"""
tinyseq - a toy framework. Every layer has .params and .grads (dicts), forward(x) and backward(grad).
"""
import numpy as np

RNG = np.random.default_rng(7)


class Layer:
    def __init__(self):
        self.params = {}
        self.grads = {}
        self.training = True

    def forward(self, x):
        raise NotImplementedError

    def backward(self, grad):
        raise NotImplementedError

    def zero_grad(self):
        for k, v in self.params.items():
            self.grads[k] = np.zeros_like(v)

    def __call__(self, x):
        return self.forward(x)

    def __repr__(self):
        n = sum(p.size for p in self.params.values())
        return "%s(%d parameters)" % (type(self).__name__, n)


class Dense(Layer):
    def __init__(self, n_in, n_out):
        super().__init__()
        self.params['W'] = RNG.normal(0, 1 / np.sqrt(n_in), (n_in, n_out))
        self.params['b'] = np.zeros(n_out)
        self.zero_grad()

    def forward(self, x):
        self.x = x
        return x @ self.params['W'] + self.params['b']

    def backward(self, grad):
        x2 = self.x.reshape(-1, self.x.shape[-1])
        g2 = grad.reshape(-1, grad.shape[-1])
        self.grads['W'] += x2.T @ g2
        self.grads['b'] += g2.sum(0)
        return grad @ self.params['W'].T


class Tanh(Layer):
    def forward(self, x):
        self.y = np.tanh(x)
        return self.y

    def backward(self, grad):
        return grad * (1 - self.y ** 2)


class Sigmoid(Layer):
    def forward(self, x):
        self.y = 1 / (1 + np.exp(-x))
        return self.y

    def backward(self, grad):
        return grad * self.y * (1 - self.y)


class Dropout(Layer):
    def __init__(self, keep=0.8):
        super().__init__()
        self.keep = keep

    def forward(self, x):
        if not self.training:
            return x
        self.mask = (RNG.random(x.shape) < self.keep) / self.keep
        return x * self.mask

    def backward(self, grad):
        return grad * self.mask if self.training else grad


class RecurrentLayer(Layer):
    """x of shape (batch, time, n_in) to h of shape (batch, time, n_hid)"""

    def __init__(self, n_in, n_hid):
        super().__init__()
        self.n_hid = n_hid
        self.params['U'] = RNG.normal(0, 0.4, (n_in, n_hid))
        self.params['W'] = RNG.normal(0, 0.4, (n_hid, n_hid))
        self.params['b'] = np.zeros(n_hid)
        self.zero_grad()

    def forward(self, x):
        B, T, _ = x.shape
        self.x = x
        self.h = np.zeros((B, T + 1, self.n_hid))
        for t in range(T):
            self.h[:, t + 1] = np.tanh(x[:, t] @ self.params['U'] + self.h[:, t] @ self.params['W'] + self.params['b'])
        return self.h[:, 1:]

    def backward(self, grad):
        B, T, _ = grad.shape
        dx = np.zeros_like(self.x)
        dh = np.zeros((B, self.n_hid))
        for t in range(T - 1, -1, -1):
            da = (grad[:, t] + dh) * (1 - self.h[:, t + 1] ** 2)
            self.grads['U'] += self.x[:, t].T @ da
            self.grads['W'] += self.h[:, t].T @ da
            self.grads['b'] += da.sum(axis=0)
            dx[:, t] = da @ self.params['U'].T
            dh = da @ self.params['W'].T
        return dx


class LSTMLayer(Layer):
    """return_sequences=False gives the last h only, shape (batch, n_hid)"""

    def __init__(self, n_in, n_hid, return_sequences=True):
        super().__init__()
        self.n_hid = n_hid
        self.return_sequences = return_sequences
        for g in ('i', 'f', 'o', 'c'):
            self.params['W' + g] = RNG.normal(0, 0.3, (n_in + n_hid, n_hid))
            self.params['b' + g] = np.zeros(n_hid)
        self.params['bf'] += 1
        self.zero_grad()

    def forward(self, x):
        p = self.params
        B, T, D = x.shape
        h = c = np.zeros((B, self.n_hid))
        self.steps = []
        out = []
        s = lambda v: 1 / (1 + np.exp(-v))
        for t in range(T):
            z = np.concatenate([x[:, t], h], axis=1)
            i, f, o = s(z @ p['Wi'] + p['bi']), s(z @ p['Wf'] + p['bf']), s(z @ p['Wo'] + p['bo'])
            g = np.tanh(z @ p['Wc'] + p['bc'])
            c_prev, c = c, f * c + i * g
            h = o * np.tanh(c)
            self.steps.append((z, i, f, o, g, c_prev, c))
            out.append(h)
        self.shape = x.shape
        return np.stack(out, 1) if self.return_sequences else h

    def backward(self, grad):
        p, gr = self.params, self.grads
        B, T, D = self.shape
        if not self.return_sequences:
            full = np.zeros((B, T, self.n_hid))
            full[:, -1] = grad
            grad = full
        dx = np.zeros(self.shape)
        dh = np.zeros((B, self.n_hid))
        dc = np.zeros((B, self.n_hid))
        for t in range(T - 1, -1, -1):
            z, i, f, o, g, c_prev, c = self.steps[t]
            dh = dh + grad[:, t]
            tc = np.tanh(c)
            dc = dc + dh * o * (1 - tc ** 2)
            pre = {'i': dc * g * i * (1 - i), 'f': dc * c_prev * f * (1 - f), 'o': dh * tc * o * (1 - o), 'c': dc * i * (1 - g ** 2)}
            dz = 0
            for k, d in pre.items():
                gr['W' + k] += z.T @ d
                gr['b' + k] += d.sum(0)
                dz = dz + d @ p['W' + k].T
            dx[:, t], dh = dz[:, :D], dz[:, D:]
            dc = dc * f
        return dx


class Sequential(Layer):
    def __init__(self, *layers):
        super().__init__()
        self.layers = layers

    def forward(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

    def backward(self, grad):
        for layer in reversed(self.layers):
            grad = layer.backward(grad)
        return grad

    def zero_grad(self):
        for layer in self.layers:
            layer.zero_grad()


class MSELoss:
    def forward(self, y, t):
        self.d = y - t
        return np.mean(self.d ** 2)

    def backward(self):
        return 2 * self.d / self.d.size


class SGD:
    def __init__(self, layers, lr=0.01, momentum=0.9):
        self.layers, self.lr, self.momentum = layers, lr, momentum
        self.v = [{k: np.zeros_like(p) for k, p in l.params.items()} for l in layers]

    def step(self):
        for layer, v in zip(self.layers, self.v):
            for k in layer.params:
                v[k] = self.momentum * v[k] - self.lr * layer.grads[k]
                layer.params[k] += v[k]
            layer.zero_grad()


if __name__ == "__main__":
    t = np.linspace(0, 20, 400)
    wave = np.sin(t) + 0.3 * np.sin(3.1 * t)
    X = np.stack([wave[i:i + 20] for i in range(360)])[:, :, None]
    Y = np.stack([wave[i + 20] for i in range(360)])[:, None]
    lstm, dense = LSTMLayer(1, 16, return_sequences=False), Dense(16, 1)
    model, loss = Sequential(lstm, dense), MSELoss()
    opt = SGD([lstm, dense])
    for epoch in range(200):
        print(epoch, loss.forward(model(X), Y))
        model.backward(loss.backward())
        opt.step()
