"""LSTM with one object per time step; gradients live in *_diff attributes of the parameter object."""
import random

import numpy as np


def sigmoid(x):
    return 1. / (1 + np.exp(-x))


def rand_arr(a, b, *args):
    np.random.seed(0)
    return np.random.rand(*args) * (b - a) + a


class LstmParam:
    def __init__(self, mem_cell_ct, x_dim):
        self.mem_cell_ct = mem_cell_ct
        self.x_dim = x_dim
        concat_len = x_dim + mem_cell_ct
        for gate in 'gifo':
            setattr(self, 'w' + gate, rand_arr(-0.5, 0.5, mem_cell_ct, concat_len))
            setattr(self, 'b' + gate, rand_arr(-0.5, 0.5, mem_cell_ct))
        self.clear_diffs()

    def clear_diffs(self):
        for gate in 'gifo':
            setattr(self, 'w%s_diff' % gate, np.zeros_like(getattr(self, 'w' + gate)))
            setattr(self, 'b%s_diff' % gate, np.zeros_like(getattr(self, 'b' + gate)))

    def apply_diff(self, lr=1):
        for gate in 'gifo':
            for k in 'wb':
                p = getattr(self, k + gate)
                p -= lr * getattr(self, '%s%s_diff' % (k, gate))
        self.clear_diffs()


class LstmNode:
    def __init__(self, param):
        self.param = param

    def run(self, x, h_prev, s_prev):
        p = self.param
        self.h_prev, self.s_prev = h_prev, s_prev
        self.xc = np.hstack((x, h_prev))
        self.g = np.tanh(np.dot(p.wg, self.xc) + p.bg)
        self.i = sigmoid(np.dot(p.wi, self.xc) + p.bi)
        self.f = sigmoid(np.dot(p.wf, self.xc) + p.bf)
        self.o = sigmoid(np.dot(p.wo, self.xc) + p.bo)
        self.s = self.g * self.i + s_prev * self.f
        self.h = self.s * self.o
        return self.h, self.s

    def diff(self, top_h, top_s):
        p = self.param
        ds = self.o * top_h + top_s
        do = self.s * top_h
        di = self.g * ds
        dg = self.i * ds
        df = self.s_prev * ds
        di_input = self.i * (1. - self.i) * di
        df_input = self.f * (1. - self.f) * df
        do_input = self.o * (1. - self.o) * do
        dg_input = (1. - self.g ** 2) * dg
        p.wi_diff += np.outer(di_input, self.xc)
        p.wf_diff += np.outer(df_input, self.xc)
        p.wo_diff += np.outer(do_input, self.xc)
        p.wg_diff += np.outer(dg_input, self.xc)
        p.bi_diff += di_input
        p.bf_diff += df_input
        p.bo_diff += do_input
        p.bg_diff += dg_input
        dxc = np.dot(p.wi.T, di_input) + np.dot(p.wf.T, df_input) + np.dot(p.wo.T, do_input) + np.dot(p.wg.T, dg_input)
        return dxc[p.x_dim:], ds * self.f


class LstmNetwork:
    """The loss is the sum over time of (h[0] - y)^2: only the first unit counts."""

    def __init__(self, lstm_param):
        self.lstm_param = lstm_param

    def loss_and_diff(self, xs, ys):
        nodes = []
        h = s = np.zeros(self.lstm_param.mem_cell_ct)
        loss = 0.
        for x in xs:
            nodes.append(LstmNode(self.lstm_param))
            h, s = nodes[-1].run(x, h, s)
        dh = np.zeros_like(h)
        dsn = np.zeros_like(s)
        for node, y in zip(nodes[::-1], list(ys)[::-1]):
            loss += (node.h[0] - y) ** 2
            dh[0] += 2 * (node.h[0] - y)
            dh, dsn = node.diff(dh, dsn)
        return loss


if __name__ == '__main__':
    np.random.seed(0)
    p = LstmParam(100, 50)
    net = LstmNetwork(p)
    y_list = [-0.5, 0.2, 0.1, -0.5]
    X = [np.random.random(50) for _ in y_list]
    for cur_iter in range(100):
        print(cur_iter, net.loss_and_diff(X, y_list))
        p.apply_diff(lr=0.1)
