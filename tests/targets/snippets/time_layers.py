import numpy as np

class RNN:
    def __init__(self, Wx, Wh, b):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]

    def forward(self, x, h_prev):
        Wx, Wh, b = self.params
        h_next = np.tanh(x.dot(Wx) + h_prev.dot(Wh) + b)
        self.kept = [x, h_prev, h_next]
        return h_next

    def backward(self, dh_next):
        x, h_prev, h_next = self.kept
        da = (1 - h_next * h_next) * dh_next
        for place, found in zip(self.grads, (x.T.dot(da), h_prev.T.dot(da), da.sum(axis=0))):
            place[...] = found
        return da.dot(self.params[0].T), da.dot(self.params[1].T)

class TimeRNN:
    """one RNN a step; with remember=True the next call starts where this one ends"""

    def __init__(self, Wx, Wh, b, remember=False):
        self.params = [Wx, Wh, b]
        self.grads = [np.zeros_like(p) for p in self.params]
        self.remember, self.h, self.dh = remember, None, None
        self.steps = []

    def forward(self, xs):
        if self.h is None or not self.remember:
            self.h = np.zeros((xs.shape[0], self.params[1].shape[0]))
        hs = np.zeros((xs.shape[0], xs.shape[1], self.params[1].shape[0]))
        self.steps = [RNN(*self.params) for _ in range(xs.shape[1])]
        for t, step in enumerate(self.steps):
            hs[:, t] = self.h = step.forward(xs[:, t], self.h)
        return hs

    def backward(self, dhs):
        Wx, Wh, b = self.params
        dxs = np.zeros((dhs.shape[0], dhs.shape[1], Wx.shape[0]))
        sums = [np.zeros_like(p) for p in self.params]
        dh = np.zeros((dhs.shape[0], Wh.shape[0]))
        for t in range(dhs.shape[1])[::-1]:
            dxs[:, t], dh = self.steps[t].backward(dhs[:, t] + dh)
            for total, part in zip(sums, self.steps[t].grads):
                total += part
        self.dh = dh
        for place, total in zip(self.grads, sums):
            place[...] = total
        return dxs
