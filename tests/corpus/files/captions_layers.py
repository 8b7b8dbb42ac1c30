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
    x      : (N, D)  this word
    prev_h : (N, H)  everything before it
    Wx     : (D, H)
    Wh     : (H, H)
    b      : (H,)
    """
    raw = b + np.dot(prev_h, Wh) + np.dot(x, Wx)
    return np.tanh(raw), (x, Wx, prev_h, Wh, raw)


def rnn_step_backward(dnext_h, cache):
    x, Wx, prev_h, Wh, raw = cache
    draw = dnext_h / np.cosh(raw) ** 2
    return draw.dot(Wx.T), draw.dot(Wh.T), x.T.dot(draw), prev_h.T.dot(draw), draw.sum(axis=0)


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = prev_h.shape[1]
    block = lambda k: np.dot(x, Wx[:, k * H:(k + 1) * H]) + np.dot(prev_h, Wh[:, k * H:(k + 1) * H]) + b[k * H:(k + 1) * H]
    write, forget, show = sigmoid(block(0)), sigmoid(block(1)), sigmoid(block(2))
    news = np.tanh(block(3))
    next_c = news * write + prev_c * forget
    bent = np.tanh(next_c)
    return show * bent, next_c, [x, Wx, Wh, news, write, forget, show, prev_h, prev_c, bent]


def lstm_step_backward(dnext_h, dnext_c, cache):
    x, Wx, Wh, news, write, forget, show, prev_h, prev_c, bent = cache
    dnext_c += show * dnext_h * (1 - bent ** 2)
    raw = np.hstack((
        write * (1 - write) * news * dnext_c,
        forget * (1 - forget) * prev_c * dnext_c,
        show * (1 - show) * bent * dnext_h,
        write * (1 - news ** 2) * dnext_c,
    ))
    return raw.dot(Wx.T), raw.dot(Wh.T), forget * dnext_c, x.T.dot(raw), prev_h.T.dot(raw), raw.sum(axis=0)


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
