# 图像描述: recurrent layers, my version. needs the course's utils (not included here)
import numpy as np
from utils.gradient_check import eval_numerical_gradient_array
from course.data import *


def plot_activation(x, fun=tanh):
    plt.plot(x, fun(x))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    Args:
        - X      : Input of this step. Shape (N, D)
        - prev_h : State before. Shape (N, H)
        - Wx     : Shape (D, H)
        - Wh     : Shape (H, H)
        - b      : Shape (H,)
    """
    forward = np.dot(x, Wx) + np.dot(prev_h, Wh) + b
    return np.tanh(forward), (x, Wx, prev_h, Wh, forward)


def rnn_step_backward(dnext_h, cache):
    x, Wx, prev_h, Wh, forward = cache
    dforward = (1 - np.tanh(forward) ** 2) * dnext_h
    return dforward.dot(Wx.T), dforward.dot(Wh.T), x.T.dot(dforward), prev_h.T.dot(dforward), np.sum(dforward, axis=0)


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    gate = lambda k: np.dot(x, Wx[:, k * H:(k + 1) * H]) + np.dot(prev_h, Wh[:, k * H:(k + 1) * H]) + b[k * H:(k + 1) * H]
    input_gate, forget_gate, output_gate = sigmoid(gate(0)), sigmoid(gate(1)), sigmoid(gate(2))
    input = np.tanh(gate(3))
    next_c = forget_gate * prev_c + input * input_gate
    score = np.tanh(next_c)
    next_h = output_gate * score
    return next_h, next_c, [x, Wx, Wh, input, input_gate, forget_gate, output_gate, prev_h, prev_c, score]


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, Wx, Wh, input, input_gate, forget_gate, output_gate, prev_h, prev_c, score = cache
    dnext_c += dnext_h * output_gate * (1 - score ** 2)
    dprev_c = forget_gate * dnext_c
    da = np.hstack((
        input_gate * (1 - input_gate) * input * dnext_c,
        forget_gate * (1 - forget_gate) * prev_c * dnext_c,
        output_gate * (1 - output_gate) * score * dnext_h,
        (1 - input ** 2) * input_gate * dnext_c,
    ))
    return da.dot(Wx.T), da.dot(Wh.T), dprev_c, x.T.dot(da), prev_h.T.dot(da), da.sum(axis=0)


def lstm_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h = np.zeros((N, T, h0.shape[1]))
    caches = []
    prev_h, c = h0, np.zeros_like(h0)
    for i in range(T):
        prev_h, c, k = lstm_step_forward(x[:, i, :], prev_h, c, Wx, Wh, b)
        h[:, i, :] = prev_h
        caches.append(k)
    return h, caches


def lstm_backward(dh, caches):
    x, Wx, Wh = caches[-1][:3]
    N, T, H = dh.shape
    dx = np.zeros((N, T, x.shape[1]))
    dh0, dc = np.zeros((N, H)), np.zeros((N, H))
    dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(4 * H)
    for i in reversed(range(T)):
        dx[:, i, :], dh0, dc, dWx_t, dWh_t, db_t = lstm_step_backward(dh[:, i, :] + dh0, dc, caches.pop())
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    return dx, dh0, dWx, dWh, db


def rnn_forward_caption(x, h0, Wx, Wh, b):
    # x (N, T, D); the image's h0 is added to the state before EVERY step
    h = np.zeros((x.shape[0], x.shape[1], h0.shape[1]))
    prev, caches = np.zeros_like(h0), {}
    for i in range(x.shape[1]):
        prev, caches['step%d' % i] = rnn_step_forward(x[:, i], prev + h0, Wx, Wh, b)
        h[:, i] = prev
    caches['T'] = x.shape[1]
    return h, caches


def rnn_backward_caption(dh, caches):
    dxs, dh0, dprev, dWx, dWh, db = [], 0, 0, 0, 0, 0
    for i in range(caches['T'] - 1, -1, -1):
        dx, dprev, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, i] + dprev, caches['step%d' % i])
        dxs.insert(0, dx)
        dh0 = dh0 + dprev
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return np.transpose(np.array(dxs), (1, 0, 2)), dh0, dWx, dWh, db


def seq_rnn_forward(x, h0, Wx, Wh, b):
    """x: (T, N, D)"""
    caches, hs, h = [], [], h0
    for t in range(len(x)):
        h, c = rnn_step_forward(x[t], h, Wx, Wh, b)
        hs.append(h)
        caches.append(c)
    return np.array(hs), np.array(caches)


def seq_rnn_backward(dh, caches):
    dx, dprev, dWx, dWh, db = [], 0, 0, 0, 0
    for t in reversed(range(len(dh))):
        dx_t, dprev, dWx_t, dWh_t, db_t = rnn_step_backward(dh[t] + dprev, caches[t])
        dx.insert(0, dx_t)
        dWx, dWh, db = dWx + dWx_t, dWh + dWh_t, db + db_t
    return dx, dprev, dWx, dWh, db


def gate_forward(x, w):
    s = np.sigmoid(x.dot(w))
    return s, (x, w, s)


def gate_backward(dout, cache):
    x, w, s = cache
    da = dout * s * (1 - s)
    return da.dot(w.T), x.T.dot(da)


def smooth_softmax_loss(x, y):
    """x: (N, V), y: (N,) labels below V; the epsilon keeps log away from zero"""
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.log(p[np.arange(len(y)), y] + 1e-12).sum() / len(y)
    dx = p.copy()
    dx[np.arange(len(y)), y] -= 1
    return loss, dx / len(y)
