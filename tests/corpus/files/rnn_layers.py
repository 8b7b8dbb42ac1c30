from __future__ import print_function, division
from builtins import range
import numpy as np

"""
Assignment 3: the layers of the recurrent captioning model.
My solution. Minibatch is N, sequence length T, D = input dim, H = hidden dim.
"""


def affine_forward(x, w, b):
    """
    Affine layer.

    Inputs:
    - x: input data of shape (N, d_1, ..., d_k)
    - w: weights of shape (D, M) where D = d_1 * ... * d_k
    - b: biases of shape (M,)

    Returns a tuple of:
    - out: output of shape (N, M)
    - cache: (x, w, b)
    """
    out = x.reshape(x.shape[0], -1).dot(w) + b
    cache = (x, w, b)
    return out, cache


def affine_backward(dout, cache):
    x, w, b = cache
    dx = dout.dot(w.T).reshape(x.shape)
    dw = x.reshape(x.shape[0], -1).T.dot(dout)
    db = np.sum(dout, axis=0)
    return dx, dw, db


def relu_forward(x):
    """Computes the forward pass for a layer of rectified linear units (any shape)."""
    out = np.maximum(0, x)
    cache = x
    return out, cache


def relu_backward(dout, cache):
    dx, x = None, cache
    dx = dout * (x > 0)
    return dx


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    One timestep of a vanilla RNN with tanh.

    Inputs:
    - x: Input at this timestep, of shape (N, D).
    - prev_h: Hidden state before, of shape (N, H)
    - Wx: Input-to-hidden weights, of shape (D, H)
    - Wh: Hidden-to-hidden weights, of shape (H, H)
    - b: Biases of shape (H,)

    Returns a tuple of:
    - next_h: Hidden state after, of shape (N, H)
    - cache: what the backward pass needs.
    """
    next_h, cache = None, None
    ##############################################################################
    # TODO: a single forward step of the vanilla RNN                             #
    ##############################################################################
    next_h = np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)
    cache = (x, prev_h, Wx, Wh, next_h)
    ##############################################################################
    #                               END OF YOUR CODE                             #
    ##############################################################################
    return next_h, cache


def rnn_step_backward(dnext_h, cache):
    """
    Inputs:
    - dnext_h: gradient of loss wrt next hidden state, of shape (N, H)
    - cache: from the forward step

    Returns a tuple of dx (N, D), dprev_h (N, H), dWx (D, H), dWh (H, H), db (H,)
    """
    dx, dprev_h, dWx, dWh, db = None, None, None, None, None
    x, prev_h, Wx, Wh, next_h = cache
    dtanh = dnext_h * (1 - next_h * next_h)
    dx = dtanh.dot(Wx.T)
    dprev_h = dtanh.dot(Wh.T)
    dWx = x.T.dot(dtanh)
    dWh = prev_h.T.dot(dtanh)
    db = np.sum(dtanh, axis=0)
    return dx, dprev_h, dWx, dWh, db


def rnn_forward(x, h0, Wx, Wh, b):
    """
    Vanilla RNN over a whole sequence.

    Inputs:
    - x: data for the entire timeseries, of shape (N, T, D).
    - h0: initial hidden state, of shape (N, H)
    - Wx: of shape (D, H)
    - Wh: of shape (H, H)
    - b: of shape (H,)

    Returns a tuple of:
    - h: hidden states for the entire timeseries, of shape (N, T, H).
    - cache
    """
    h, cache = None, None
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    cache = []
    prev = h0
    for t in range(T):
        prev, c = rnn_step_forward(x[:, t, :], prev, Wx, Wh, b)
        h[:, t, :] = prev
        cache.append(c)
    return h, cache


def rnn_backward(dh, cache):
    """
    - dh: upstream gradients of ALL hidden states, of shape (N, T, H).
      They do not include the gradient between neighbouring steps, that is your job.
    """
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx = np.zeros((N, T, D))
    dWx, dWh, db = np.zeros((D, H)), np.zeros((H, H)), np.zeros(H)
    dprev = np.zeros((N, H))
    for t in reversed(range(T)):
        dx_t, dprev, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t, :] + dprev, cache[t])
        dx[:, t, :] = dx_t
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    dh0 = dprev
    return dx, dh0, dWx, dWh, db


def word_embedding_forward(x, W):
    """
    Inputs:
    - x: integer array of shape (N, T), each element an index in 0 <= idx < V.
    - W: weight matrix of shape (V, D), a vector for every word.

    Returns a tuple of:
    - out: array of shape (N, T, D)
    - cache
    """
    out = W[x]
    cache = (x, W.shape)
    return out, cache


def word_embedding_backward(dout, cache):
    """
    We cannot back-propagate into the words since they are integers, so only dW.

    Hint: np.add.at
    """
    x, shape = cache
    dW = np.zeros(shape)
    np.add.at(dW, x, dout)
    return dW


def sigmoid(x):
    """A numerically stable logistic function."""
    pos_mask = (x >= 0)
    neg_mask = (x < 0)
    z = np.zeros_like(x)
    z[pos_mask] = np.exp(-x[pos_mask])
    z[neg_mask] = np.exp(x[neg_mask])
    top = np.ones_like(x)
    top[neg_mask] = z[neg_mask]
    return top / (1 + z)


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """
    Inputs:
    - x: Input data, of shape (N, D)
    - prev_h: Previous hidden state, of shape (N, H)
    - prev_c: previous cell state, of shape (N, H)
    - Wx: Input-to-hidden weights, of shape (D, 4H)
    - Wh: Hidden-to-hidden weights, of shape (H, 4H)
    - b: Biases, of shape (4H,)

    Returns a tuple of:
    - next_h: Next hidden state, of shape (N, H)
    - next_c: Next cell state, of shape (N, H)
    - cache
    """
    N, H = prev_h.shape
    a = np.dot(x, Wx) + np.dot(prev_h, Wh) + b
    i = sigmoid(a[:, 0:H])
    f = sigmoid(a[:, H:2 * H])
    o = sigmoid(a[:, 2 * H:3 * H])
    g = np.tanh(a[:, 3 * H:4 * H])
    next_c = f * prev_c + i * g
    next_h = o * np.tanh(next_c)
    cache = (i, f, o, g, a, x, Wx, Wh, prev_h, prev_c, next_c)
    return next_h, next_c, cache


def lstm_step_backward(dnext_h, dnext_c, cache):
    """
    - dnext_h: of shape (N, H)
    - dnext_c: of shape (N, H)
    """
    i, f, o, g, a, x, Wx, Wh, prev_h, prev_c, next_c = cache
    tanh_c = np.tanh(next_c)
    do = dnext_h * tanh_c
    dc = dnext_c + dnext_h * o * (1 - tanh_c ** 2)
    df = dc * prev_c
    di = dc * g
    dg = dc * i
    dprev_c = dc * f

    da_i = di * i * (1 - i)
    da_f = df * f * (1 - f)
    da_o = do * o * (1 - o)
    da_g = dg * (1 - g ** 2)
    da = np.hstack((da_i, da_f, da_o, da_g))

    dx = da.dot(Wx.T)
    dprev_h = da.dot(Wh.T)
    dWx = x.T.dot(da)
    dWh = prev_h.T.dot(da)
    db = da.sum(axis=0)
    return dx, dprev_h, dprev_c, dWx, dWh, db


def lstm_forward(x, h0, Wx, Wh, b):
    """
    LSTM over a sequence; the initial cell state is zero. The cell state is internal.

    - x: of shape (N, T, D), h0: of shape (N, H), Wx: of shape (D, 4H), Wh: of shape (H, 4H), b: of shape (4H,)

    Returns h of shape (N, T, H) and cache
    """
    N, T, D = x.shape
    H = h0.shape[1]
    h = np.zeros((N, T, H))
    cache = {}
    prev_h, prev_c = h0, np.zeros((N, H))
    for t in range(T):
        prev_h, prev_c, cache[t] = lstm_step_forward(x[:, t, :], prev_h, prev_c, Wx, Wh, b)
        h[:, t, :] = prev_h
    return h, cache


def lstm_backward(dh, cache):
    N, T, H = dh.shape
    i, f, o, g, a, x, Wx, Wh, prev_h, prev_c, next_c = cache[T - 1]
    D = x.shape[1]
    dx = np.zeros((N, T, D))
    dWx = np.zeros((D, 4 * H))
    dWh = np.zeros((H, 4 * H))
    db = np.zeros(4 * H)
    dprev_h = np.zeros((N, H))
    dprev_c = np.zeros((N, H))
    for t in range(T - 1, -1, -1):
        dnext_h = dh[:, t, :] + dprev_h
        dnext_c = dprev_c
        dx[:, t, :], dprev_h, dprev_c, dWx_t, dWh_t, db_t = lstm_step_backward(dnext_h, dnext_c, cache[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    dh0 = dprev_h
    return dx, dh0, dWx, dWh, db


def gru_step_forward(x, prev_h, Wx, Wh, b, Wxc, Whc, bc):
    """
    extra credit: GRU

    - x: (N, D), prev_h: (N, H), Wx: (D, 2H), Wh: (H, 2H), b: (2H,), Wxc: (D, H), Whc: (H, H), bc: (H,)
    """
    H = prev_h.shape[1]
    gates = sigmoid(x.dot(Wx) + prev_h.dot(Wh) + b)
    z, r = gates[:, :H], gates[:, H:]
    hc = np.tanh(x.dot(Wxc) + (r * prev_h).dot(Whc) + bc)
    next_h = z * prev_h + (1 - z) * hc
    cache = (x, prev_h, Wx, Wh, Wxc, Whc, z, r, hc)
    return next_h, cache


def gru_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, Wxc, Whc, z, r, hc = cache
    dz = dnext_h * (prev_h - hc)
    dhc = dnext_h * (1 - z)
    dprev_h = dnext_h * z
    dac = dhc * (1 - hc ** 2)
    drh = dac.dot(Whc.T)
    dr = drh * prev_h
    dprev_h += drh * r
    da = np.concatenate([dz * z * (1 - z), dr * r * (1 - r)], axis=1)
    dprev_h += da.dot(Wh.T)
    dx = da.dot(Wx.T) + dac.dot(Wxc.T)
    dWx = x.T.dot(da)
    dWh = prev_h.T.dot(da)
    db = da.sum(axis=0)
    dWxc = x.T.dot(dac)
    dWhc = (r * prev_h).T.dot(dac)
    dbc = dac.sum(axis=0)
    return dx, dprev_h, dWx, dWh, db, dWxc, dWhc, dbc


def temporal_affine_forward(x, w, b):
    """
    An affine layer applied to every timestep.

    Inputs:
    - x: Input data of shape (N, T, D)
    - w: Weights of shape (D, M)
    - b: Biases of shape (M,)

    Returns a tuple of:
    - out: Output data of shape (N, T, M)
    - cache: Values needed for the backward pass
    """
    N, T, D = x.shape
    M = b.shape[0]
    out = x.reshape(N * T, D).dot(w).reshape(N, T, M) + b
    cache = x, w, b, out
    return out, cache


def temporal_affine_backward(dout, cache):
    x, w, b, out = cache
    N, T, D = x.shape
    M = b.shape[0]
    dx = dout.reshape(N * T, M).dot(w.T).reshape(N, T, D)
    dw = dout.reshape(N * T, M).T.dot(x.reshape(N * T, D)).T
    db = dout.sum(axis=(0, 1))
    return dx, dw, db


def temporal_softmax_loss(x, y, mask, verbose=False):
    """
    Softmax loss over a vocabulary of size V for all timesteps; masked steps are ignored.
    The loss is the sum over time, averaged over the minibatch.

    Inputs:
    - x: Input scores, of shape (N, T, V)
    - y: Ground-truth indices, of shape (N, T) where each element is in the range 0 <= y[i, t] < V
    - mask: Boolean array of shape (N, T)
    - verbose: whether to print shapes

    Returns a tuple of:
    - loss: Scalar
    - dx: Gradient of loss with respect to scores x.
    """
    N, T, V = x.shape
    x_flat = x.reshape(N * T, V)
    y_flat = y.reshape(N * T)
    mask_flat = mask.reshape(N * T)

    probs = np.exp(x_flat - np.max(x_flat, axis=1, keepdims=True))
    probs /= np.sum(probs, axis=1, keepdims=True)
    loss = -np.sum(mask_flat * np.log(probs[np.arange(N * T), y_flat])) / N
    dx_flat = probs.copy()
    dx_flat[np.arange(N * T), y_flat] -= 1
    dx_flat /= N
    dx_flat *= mask_flat[:, None]

    if verbose:
        print('dx_flat: ', dx_flat.shape)

    dx = dx_flat.reshape(N, T, V)
    return loss, dx
