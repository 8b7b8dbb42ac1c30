import numpy as np
class Layer:
    def __init__(self): self.params, self.grads = {}, {}
    def zero_grad(self):
        for k, p in self.params.items(): self.grads[k] = np.zeros_like(p)
class GRULayer(Layer):
    def __init__(self, d, h, rng=None, return_sequences=True):
        super().__init__()
        rng = rng or np.random.default_rng()
        self.h = h
        self.return_sequences = return_sequences
        lim = np.sqrt(6/(d+h))
        for g in 'rzn':
            self.params['W'+g] = rng.uniform(-lim, lim, (d, h))
            self.params['U'+g] = np.linalg.qr(rng.normal(size=(h, h)))[0]
            self.params['b'+g] = np.zeros(h)
        self.zero_grad()
    @staticmethod
    def _sig(x): return 1/(1+np.exp(-x))
    def forward(self, x, train=True):
        p = self.params
        n, T, _ = x.shape
        h = np.zeros((n, self.h))
        self._cache = []
        out = []
        for t in range(T):
            xt = x[:, t]
            r = self._sig(xt @ p['Wr'] + h @ p['Ur'] + p['br'])
            z = self._sig(xt @ p['Wz'] + h @ p['Uz'] + p['bz'])
            c = np.tanh(xt @ p['Wn'] + (r*h) @ p['Un'] + p['bn'])
            hn = (1-z)*h + z*c
            if train: self._cache.append((xt, h, r, z, c))
            h = hn
            out.append(h)
        return np.stack(out, axis=1) if self.return_sequences else h
    def backward(self, grad):
        p, g = self.params, self.grads
        dx = []
        dh = np.zeros((grad.shape[0], self.h))
        for t in range(len(self._cache)-1, -1, -1):
            xt, hp, r, z, c = self._cache[t]
            if self.return_sequences: dh = dh + grad[:, t]
            elif t == len(self._cache)-1: dh = dh + grad
            dz = dh*(c-hp)*z*(1-z)
            dc = dh*z*(1-c**2)
            drh = dc @ p['Un'].T
            dr = drh*hp*r*(1-r)
            for k, d, hh in (('r', dr, hp), ('z', dz, hp), ('n', dc, r*hp)):
                g['W'+k] += xt.T @ d
                g['U'+k] += hh.T @ d
                g['b'+k] += d.sum(0)
            dx.append(dr @ p['Wr'].T + dz @ p['Wz'].T + dc @ p['Wn'].T)
            dh = dh*(1-z) + drh*r + dr @ p['Ur'].T + dz @ p['Uz'].T
        return np.stack(dx[::-1], axis=1)
class Dense(Layer):
    def __init__(self, d, o):
        super().__init__()
        self.params = {'W': np.random.randn(d, o)*np.sqrt(1/d), 'b': np.zeros(o)}
        self.zero_grad()
    def forward(self, x):
        self.x = x
        return x @ self.params['W'] + self.params['b']
    def backward(self, g):
        self.grads['W'] += np.tensordot(self.x, g, axes=([0,1],[0,1]))
        self.grads['b'] += g.sum(axis=(0,1))
        return g @ self.params['W'].T
