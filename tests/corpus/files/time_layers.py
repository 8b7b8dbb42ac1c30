# coding: utf-8
import numpy as np


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def twins_of(arrays):
    return [np.zeros(a.shape, a.dtype) for a in arrays]


def put(grads, *found):
    # the lists are shared with the optimiser, so the arrays have to stay the same ones
    for place, value in zip(grads, found):
        place[:] = value


class RNN:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = twins_of(self.params)

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        h_next = np.tanh(b + x @ Wx + h_prev @ Wh)
        self.kept = x, h_prev, h_next
        return h_next

    def backward(self, dh_next):
        (Wx, Wh, _), (x, h_prev, h_next) = self.params, self.kept
        dt = dh_next * (1 - h_next ** 2)
        dWh = np.dot(h_prev.T, dt)
        put(self.grads, np.dot(x.T, dt), dWh, dt.sum(0))
        return dt @ Wx.T, dt @ Wh.T


class OverTime:
    """Unrolls a cell over the time axis of (N, T, D); parameters are shared."""
    cell = RNN
    kind = 'd'

    def __init__(self, Wx, Wh, b, keep_state=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]
        self.keep_state = keep_state
        self.h = None
        self.dh = None

    def forward(self, xs):
        N, T, _ = xs.shape
        H = self.params[1].shape[0]
        if self.h is None or not self.keep_state:
            self.h = np.zeros((N, H), dtype=self.kind)
        self.cells = [self.cell(*self.params) for _ in range(T)]
        hs = np.empty((N, T, H), dtype=self.kind)
        for t, cell in enumerate(self.cells):
            hs[:, t] = self.h = cell.forward(xs[:, t], self.h)
        return hs

    def backward(self, dhs):
        dxs = np.empty(dhs.shape[:2] + (self.params[0].shape[0],), dtype=self.kind)
        for g in self.grads:
            g[...] = 0
        dh = 0
        for t in range(len(self.cells) - 1, -1, -1):
            dxs[:, t], dh = self.cells[t].backward(dhs[:, t] + dh)
            for mine, theirs in zip(self.grads, self.cells[t].grads):
                mine += theirs
        self.dh = dh
        return dxs

    def reset_state(self):
        self.h = None


class TimeRNN(OverTime):
    pass


class LSTM:
    """
    all four gates in one product: Wx (D, 4H), Wh (H, 4H), b (4H,), one after the other
    forget, candidate, input, output
    """

    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = twins_of(self.params)

    def forward(self, x, h_prev, c_prev):
        Wx, Wh, b = self.params
        forget, new, write, show = np.split(x @ Wx + h_prev @ Wh + b, 4, axis=1)
        forget, write, show = sigmoid(forget), sigmoid(write), sigmoid(show)
        new = np.tanh(new)
        c_next = forget * c_prev + write * new
        t = np.tanh(c_next)
        self.kept = x, h_prev, c_prev, forget, new, write, show, t
        return show * t, c_next

    def backward(self, dh_next, dc_next):
        Wx, Wh, _ = self.params
        x, h_prev, c_prev, forget, new, write, show, t = self.kept
        dc = dc_next + dh_next * show * (1 - t * t)
        slope = lambda gate: gate - gate ** 2
        parts = {
            'forget': dc * c_prev * slope(forget),
            'new': dc * write * (1 - new * new),
            'write': dc * new * slope(write),
            'show': dh_next * t * slope(show),
        }
        dA = np.concatenate([parts[k] for k in ('forget', 'new', 'write', 'show')], axis=1)
        put(self.grads, x.T @ dA, h_prev.T @ dA, dA.sum(0))
        return dA @ Wx.T, dA @ Wh.T, dc * forget


class TimeLSTM(OverTime):
    cell = LSTM
    kind = 'f'

    def forward(self, xs):
        N, T, _ = xs.shape
        H = self.params[1].shape[0]
        h, c = np.zeros((N, H), dtype=self.kind), np.zeros((N, H), dtype=self.kind)
        self.cells = []
        hs = np.empty((N, T, H), dtype=self.kind)
        for t in range(T):
            self.cells.append(self.cell(*self.params))
            h, c = self.cells[t].forward(xs[:, t], h, c)
            hs[:, t] = h
        return hs

    def backward(self, dhs):
        N, T, H = dhs.shape
        dxs = np.empty((N, T, self.params[0].shape[0]), dtype=self.kind)
        totals = [np.zeros_like(p) for p in self.params]
        dh, dc = 0, 0
        while T > 0:
            T -= 1
            dxs[:, T], dh, dc = self.cells[T].backward(dhs[:, T] + dh, dc)
            totals = [a + b for a, b in zip(totals, self.cells[T].grads)]
        for mine, total in zip(self.grads, totals):
            mine[...] = total
        return dxs


class Embedding:
    """row idx of W"""

    def __init__(self, W):
        self.params, self.grads = [W], twins_of([W])

    def forward(self, idx):
        self.idx = idx
        return np.take(self.params[0], idx, axis=0)

    def backward(self, dout):
        grad = self.grads[0]
        grad.fill(0)
        np.add.at(grad, self.idx, dout)


class TimeAffine:
    def __init__(self, W, b):
        self.params = [W, b]
        self.grads = twins_of(self.params)

    def forward(self, x):
        self.x = x
        return x @ self.params[0] + self.params[1]

    def backward(self, dout):
        over = tuple(range(dout.ndim - 1))
        put(self.grads, np.tensordot(self.x, dout, (over, over)), dout.sum(axis=over))
        return dout @ self.params[0].T


class SequenceLoss:
    """mean cross entropy over the steps whose label is not -1"""

    def __init__(self):
        self.params = []
        self.grads = []

    def forward(self, scores, labels):
        self.labels = labels
        self.keep = labels >= 0
        e = np.exp(scores - scores.max(axis=-1, keepdims=True))
        self.probs = e / e.sum(axis=-1, keepdims=True)
        picked = np.take_along_axis(self.probs, np.maximum(labels, 0)[..., None], axis=-1)[..., 0]
        return -np.sum(np.log(picked) * self.keep) / self.keep.sum()

    def backward(self, dout=1):
        n, t = np.nonzero(self.keep)
        self.probs[n, t, self.labels[n, t]] -= 1
        return dout * self.probs * self.keep[..., None] / self.keep.sum()


class GRU:
    """packed like the LSTM above, three blocks: z, r, h"""

    def __init__(self, *params):
        self.params = list(params)
        self.grads = twins_of(self.params)

    def blocks(self):
        return [np.split(p, 3, axis=-1) for p in self.params]

    def forward(self, x, h_prev):
        (xz, xr, xn), (hz, hr, hn), (bz, br, bn) = self.blocks()
        z = sigmoid(x @ xz + h_prev @ hz + bz)
        r = sigmoid(x @ xr + h_prev @ hr + br)
        n = np.tanh(x @ xn + (r * h_prev) @ hn + bn)
        self.kept = x, h_prev, z, r, n
        return h_prev + z * (n - h_prev)

    def backward(self, dh_next):
        _, (hz, hr, hn), _ = self.blocks()
        x, h_prev, z, r, n = self.kept
        dn = dh_next * z * (1 - n ** 2)
        dz = dh_next * (n - h_prev) * z * (1 - z)
        drh = dn @ hn.T
        dr = drh * h_prev * r * (1 - r)
        dall = np.hstack([dz, dr, dn])
        recurrent = [h_prev.T @ dz, h_prev.T @ dr, (r * h_prev).T @ dn]
        put(self.grads, x.T @ dall, np.hstack(recurrent), dall.sum(0))
        dh_prev = (1 - z) * dh_next + dz @ hz.T + dr @ hr.T
        dh_prev += r * drh
        return dall @ self.params[0].T, dh_prev
