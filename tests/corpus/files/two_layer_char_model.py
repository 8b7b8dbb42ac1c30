import numpy as np
from nested_caches import embed_forward, embed_backward


class CharModel:
    """Two stacked vanilla RNNs on characters; everything in float64."""

    def __init__(self, vocab_size=12, embed_dim=6, hidden_dim=7, reg=0.0, weight_scale=0.3, seed=0):
        rs = np.random.RandomState(seed)
        self.reg = reg
        self.params = {
            'E': rs.randn(vocab_size, embed_dim) * weight_scale,
            'Wx1': rs.randn(embed_dim, hidden_dim) * weight_scale,
            'Wh1': rs.randn(hidden_dim, hidden_dim) * weight_scale,
            'b1': np.zeros(hidden_dim),
            'Wx2': rs.randn(hidden_dim, hidden_dim) * weight_scale,
            'Wh2': rs.randn(hidden_dim, hidden_dim) * weight_scale,
            'b2': np.zeros(hidden_dim),
            'Wy': rs.randn(hidden_dim, vocab_size) * weight_scale,
            'by': np.zeros(vocab_size),
        }

    def loss(self, X, y=None):
        """X and y are integer arrays of shape (N, T) with values below vocab_size."""
        p = self.params
        N, T = X.shape
        H = p['b1'].size
        e, e_cache = embed_forward(X, p['E'])
        h1 = np.zeros((T + 1, N, H))
        h2 = np.zeros((T + 1, N, H))
        scores = np.zeros((N, T, p['by'].size))
        for t in range(T):
            h1[t] = np.tanh(e[:, t].dot(p['Wx1']) + h1[t - 1].dot(p['Wh1']) + p['b1'])
            h2[t] = np.tanh(h1[t].dot(p['Wx2']) + h2[t - 1].dot(p['Wh2']) + p['b2'])
            scores[:, t] = h2[t].dot(p['Wy']) + p['by']
        if y is None:
            return scores
        probs = np.exp(scores - scores.max(axis=2, keepdims=True))
        probs /= probs.sum(axis=2, keepdims=True)
        n, s = np.indices((N, T))
        loss = -np.log(probs[n, s, y]).sum() / N
        for k in ('Wx1', 'Wh1', 'Wx2', 'Wh2', 'Wy'):
            loss += 0.5 * self.reg * np.sum(p[k] ** 2)

        grads = {k: np.zeros_like(v) for k, v in p.items()}
        d = probs
        d[n, s, y] -= 1
        d /= N
        de = np.zeros_like(e)
        dn1 = np.zeros((N, H))
        dn2 = np.zeros((N, H))
        for t in range(T - 1, -1, -1):
            grads['Wy'] += h2[t].T.dot(d[:, t])
            grads['by'] += d[:, t].sum(axis=0)
            da2 = (d[:, t].dot(p['Wy'].T) + dn2) * (1 - h2[t] ** 2)
            grads['Wx2'] += h1[t].T.dot(da2)
            grads['Wh2'] += h2[t - 1].T.dot(da2)
            grads['b2'] += da2.sum(axis=0)
            dn2 = da2.dot(p['Wh2'].T)
            da1 = (da2.dot(p['Wx2'].T) + dn1) * (1 - h1[t] ** 2)
            grads['Wx1'] += e[:, t].T.dot(da1)
            grads['Wh1'] += h1[t - 1].T.dot(da1)
            grads['b1'] += da1.sum(axis=0)
            dn1 = da1.dot(p['Wh1'].T)
            de[:, t] = da1.dot(p['Wx1'].T)
        grads['E'] = embed_backward(de, e_cache)
        for k in ('Wx1', 'Wh1', 'Wx2', 'Wh2', 'Wy'):
            grads[k] += self.reg * p[k]
        return loss, grads


class Regressor:
    """sequence -> one number, LSTM. loss() averages over the batch."""

    def __init__(self, input_size, hidden_size):
        self.H = hidden_size
        self.params = dict(
            W=0.5 * np.random.randn(input_size + hidden_size, 4 * hidden_size),
            b=np.zeros(4 * hidden_size),
            v=np.random.randn(hidden_size),
        )

    def loss(self, X, y):
        """X: shape (N, T, D); y: shape (N,)"""
        W, b, v, H = self.params['W'], self.params['b'], self.params['v'], self.H
        N, T, D = X.shape
        h, c = np.zeros((N, H)), np.zeros((N, H))
        tape = []
        for t in range(T):
            z = np.hstack([X[:, t], h])
            a = z @ W + b
            i, f, o = (1 / (1 + np.exp(-a[:, k * H:(k + 1) * H])) for k in range(3))
            g = np.tanh(a[:, 3 * H:])
            tape.append((z, i, f, o, g, c))
            c = f * c + i * g
            h = o * np.tanh(c)
            tape[-1] += (c,)
        err = h @ v - y
        loss = 0.5 * np.mean(err ** 2)

        dv = h.T @ err / N
        dh = np.outer(err, v) / N
        dc = np.zeros_like(c)
        dW, db = np.zeros_like(W), np.zeros_like(b)
        for z, i, f, o, g, c_prev, c in reversed(tape):
            tc = np.tanh(c)
            dc = dc + dh * o * (1 - tc ** 2)
            da = np.hstack([dc * g * i * (1 - i), dc * c_prev * f * (1 - f), dh * tc * o * (1 - o), dc * i * (1 - g ** 2)])
            dW += z.T @ da
            db += da.sum(axis=0)
            dh = (da @ W.T)[:, D:]
            dc = dc * f
        return loss, {'W': dW, 'b': db, 'v': dv}
