"""
An LSTM as a chain of cells, one object per time step, all looking at one Kernels object.
gradients pile up in kernels.<name>_diff until descend() is called
"""
import numpy as np

GATES = 'keep', 'write', 'show', 'fresh'


def logistic(a):
    return 0.5 + 0.5 * np.tanh(a / 2)


class Kernels:
    def __init__(self, cells, features, seed=1):
        rng = np.random.default_rng(seed)
        self.cells, self.features = cells, features
        for gate in GATES:
            setattr(self, gate, rng.normal(0, 0.3, (cells, features + cells)))
            setattr(self, gate + '_off', np.zeros(cells))
        self.keep_off += 1
        self.forget_gradients()

    def names(self):
        return [gate + end for gate in GATES for end in ('', '_off')]

    def forget_gradients(self):
        for name in self.names():
            setattr(self, name + '_diff', np.zeros_like(getattr(self, name)))

    def descend(self, rate):
        for name in self.names():
            setattr(self, name, getattr(self, name) - rate * getattr(self, name + '_diff'))
        self.forget_gradients()


class Cell:
    def __init__(self, kernels):
        self.kernels = kernels

    def up(self, x, out, memory):
        k = self.kernels
        self.seen = np.concatenate([x, out])
        self.memory_before = memory
        self.keep = logistic(k.keep @ self.seen + k.keep_off)
        self.write = logistic(k.write @ self.seen + k.write_off)
        self.show = logistic(k.show @ self.seen + k.show_off)
        self.fresh = np.tanh(k.fresh @ self.seen + k.fresh_off)
        self.memory = self.keep * memory + self.write * self.fresh
        self.bent = np.tanh(self.memory)
        self.out = self.show * self.bent
        return self.out, self.memory

    def down(self, by_out, by_memory):
        k = self.kernels
        by_memory = by_memory + by_out * self.show * (1 - self.bent ** 2)
        raw = dict(
            keep=by_memory * self.memory_before * self.keep * (1 - self.keep),
            write=by_memory * self.fresh * self.write * (1 - self.write),
            show=by_out * self.bent * self.show * (1 - self.show),
            fresh=by_memory * self.write * (1 - self.fresh ** 2))
        by_seen = np.zeros(len(self.seen))
        for gate in GATES:
            pile = getattr(k, gate + '_diff')
            pile += np.outer(raw[gate], self.seen)
            pile = getattr(k, gate + '_off_diff')
            pile += raw[gate]
            by_seen += raw[gate] @ getattr(k, gate)
        return by_seen[k.features:], by_memory * self.keep


class Chain:
    """the mean over the units should follow ys"""

    def __init__(self, kernels):
        self.kernels = kernels

    def loss_and_diff(self, xs, ys):
        n = self.kernels.cells
        out, memory = np.zeros(n), np.zeros(n)
        chain, misses = [], []
        for x, y in zip(xs, ys):
            cell = Cell(self.kernels)
            out, memory = cell.up(x, out, memory)
            chain.append(cell)
            misses.append(out.mean() - y)
        by_out, by_memory = np.zeros(n), np.zeros(n)
        while chain:
            by_out = by_out + misses[len(chain) - 1] / n
            by_out, by_memory = chain.pop().down(by_out, by_memory)
        return 0.5 * sum(miss ** 2 for miss in misses)


if __name__ == '__main__':
    kernels = Kernels(20, 3)
    chain = Chain(kernels)
    angle = np.linspace(0, 6, 60)
    signal = np.column_stack([np.sin(angle), np.cos(angle), np.ones(60)])
    for turn in range(500):
        cost = chain.loss_and_diff(signal, 0.3 * np.sin(2 * angle))
        kernels.descend(0.05)
        if turn % 50 == 0:
            print(turn, round(cost, 4))
