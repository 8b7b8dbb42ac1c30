from __future__ import print_function, division
from builtins import range
import numpy as np

"""
A3, everything in one file so that I can import it at home.
N rows in a batch, T steps, D numbers in, H units. (the tests pass!!)
"""

# ------------------------------------------------------------- from the last assignment


def affine_forward(x, w, b):
    """
    - x: of shape (N, d_1, ..., d_k), flattened to (N, D) first
    - w: of shape (D, M)
    - b: of shape (M,)
    """
    flat = np.reshape(x, (len(x), -1))
    return np.dot(flat, w) + b, (x, w, b)


def affine_backward(dout, cache):
    x, w, _ = cache
    flat = np.reshape(x, (len(x), -1))
    dx = np.reshape(np.dot(dout, w.T), x.shape)
    dw = np.dot(flat.T, dout)
    db = dout.sum(axis=0)
    return dx, dw, db


def relu_forward(x):
    """any shape"""
    return x.clip(0), x


def relu_backward(dout, cache):
    positive = cache > 0
    return np.where(positive, dout, 0)


# ------------------------------------------------------------- vanilla rnn


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    """
    next_h = tanh(x Wx + prev_h Wh + b)

    - x: the words of this step, of shape (N, D)
    - prev_h: what the step before has left, of shape (N, H)
    - Wx: of shape (D, H)
    - Wh: of shape (H, H)
    - b: of shape (H,)

    returns next_h of shape (N, H), and whatever I need later
    """
    z = b + x.dot(Wx) + prev_h.dot(Wh)
    next_h = np.tanh(z)
    return next_h, dict(x=x, prev_h=prev_h, Wx=Wx, Wh=Wh, next_h=next_h)


def rnn_step_backward(dnext_h, cache):
    """
    - dnext_h: of shape (N, H)

    returns dx (N, D), dprev_h (N, H), dWx (D, H), dWh (H, H), db (H,)
    """
    next_h = cache['next_h']
    dz = dnext_h * (1 - next_h * next_h)
    db = dz.sum(axis=0)
    dWx = cache['x'].T.dot(dz)
    dWh = cache['prev_h'].T.dot(dz)
    dprev_h = dz.dot(cache['Wh'].T)
    dx = dz.dot(cache['Wx'].T)
    return dx, dprev_h, dWx, dWh, db


def rnn_forward(x, h0, Wx, Wh, b):
    """
    all steps, one after the other

    - x: of shape (N, T, D)
    - h0: of shape (N, H)
    - Wx: of shape (D, H)
    - Wh: of shape (H, H)
    - b: of shape (H,)

    returns h of shape (N, T, H) and the steps' caches
    """
    T = x.shape[1]
    states, cache = [h0], []
    for t in range(T):
        state, kept = rnn_step_forward(x[:, t], states[-1], Wx, Wh, b)
        states.append(state)
        cache.append(kept)
    return np.stack(states[1:], axis=1), cache


def rnn_backward(dh, cache):
    """
    - dh: of shape (N, T, H). What every h gets from above; what it gets from the right comes in here
    """
    N, T, H = dh.shape
    dx = [None] * T
    dWx, dWh, db = 0, 0, np.zeros(H)
    from_right = np.zeros((N, H))
    for t in reversed(range(T)):
        dx[t], from_right, dWx_t, dWh_t, db_t = rnn_step_backward(dh[:, t] + from_right, cache[t])
        dWx = dWx + dWx_t
        dWh = dWh + dWh_t
        db = db + db_t
    dh0 = from_right
    return np.stack(dx, axis=1), dh0, dWx, dWh, db


# ------------------------------------------------------------- words


def word_embedding_forward(x, W):
    """
    - x: integers of shape (N, T), 0 <= x[i, t] < V
    - W: of shape (V, D), a row for each word
    """
    return W.take(x, axis=0), (x, W.shape)


def word_embedding_backward(dout, cache):
    """only dW, one cannot move a word a little. (a word may be there twice: add, do not assign)"""
    x, size = cache
    dW = np.zeros(size)
    np.add.at(dW, x, dout)
    return dW


# ------------------------------------------------------------- lstm


def sigmoid(a):
    """exp of nothing large"""
    low = a < 0
    e = np.empty_like(a)
    e[low] = np.exp(a[low])
    e[~low] = np.exp(-a[~low])
    return np.where(low, e, 1) / (1 + e)


def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    """
    - x: of shape (N, D)
    - prev_h: of shape (N, H)
    - prev_c: of shape (N, H)
    - Wx: of shape (D, 4H), the gates side by side: i, f, o, g
    - Wh: of shape (H, 4H)
    - b: of shape (4H,)

    returns next_h, next_c (both (N, H)), cache
    """
    H = prev_c.shape[1]
    act = b + x.dot(Wx) + prev_h.dot(Wh)
    sig = sigmoid(act[:, :3 * H])
    i, f, o = sig[:, :H], sig[:, H:2 * H], sig[:, 2 * H:]
    g = np.tanh(act[:, 3 * H:])
    next_c = i * g + f * prev_c
    next_h = np.tanh(next_c) * o
    return next_h, next_c, [(x, prev_h, prev_c), (Wx, Wh), (i, f, o, g), next_c]


def lstm_step_backward(dnext_h, dnext_c, cache):
    """
    - dnext_h: of shape (N, H)
    - dnext_c: of shape (N, H)
    """
    (x, prev_h, prev_c), (Wx, Wh), (i, f, o, g), next_c = cache
    squashed = np.tanh(next_c)
    # next_c is used twice: by next_h, and by the step to the right
    dc = dnext_c + dnext_h * o * (1 - squashed ** 2)
    do = dnext_h * squashed
    di = dc * g
    df = dc * prev_c
    dg = dc * i
    dprev_c = dc * f

    dact = np.empty((len(x), 4) + o.shape[1:])
    dact[:, 0] = di * i * (1 - i)
    dact[:, 1] = df * f * (1 - f)
    dact[:, 2] = do * o * (1 - o)
    dact[:, 3] = dg * (1 - g ** 2)
    dact = dact.reshape(len(x), -1)

    dWh = prev_h.T.dot(dact)
    dWx = x.T.dot(dact)
    db = dact.sum(axis=0)
    return dact.dot(Wx.T), dact.dot(Wh.T), dprev_c, dWx, dWh, db


def lstm_forward(x, h0, Wx, Wh, b):
    """
    c starts from zero and nobody outside sees it

    - x: of shape (N, T, D), h0: of shape (N, H), Wx: of shape (D, 4H), Wh: of shape (H, 4H), b: of shape (4H,)

    returns h of shape (N, T, H), cache
    """
    T = x.shape[1]
    h = np.zeros(x.shape[:2] + h0.shape[1:])
    cache = {}
    last, c = h0, np.zeros_like(h0)
    for t in range(T):
        last, c, cache[t] = lstm_step_forward(x[:, t], last, c, Wx, Wh, b)
        h[:, t] = last
    return h, cache


def lstm_backward(dh, cache):
    (x, _, _), (Wx, Wh), _, _ = cache[0]
    T = dh.shape[1]
    dx = np.zeros(dh.shape[:2] + x.shape[1:])
    sums = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wx.shape[1])]
    h_right, c_right = np.zeros_like(dh[:, 0]), np.zeros_like(dh[:, 0])
    t = T
    while t > 0:
        t -= 1
        arriving = dh[:, t] + h_right
        dx[:, t], h_right, c_right, *parts = lstm_step_backward(arriving, c_right, cache[t])
        for total, part in zip(sums, parts):
            total += part
    dWx, dWh, db = sums
    return dx, h_right, dWx, dWh, db


# ------------------------------------------------------------- gru (for the bonus points)


def gru_step_forward(x, prev_h, Wx, Wh, b, Wxc, Whc, bc):
    """
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


# ------------------------------------------------------------- scores and loss


def temporal_affine_forward(x, w, b):
    """
    the same affine layer at each step

    - x: of shape (N, T, D)
    - w: of shape (D, M)
    - b: of shape (M,)

    returns out of shape (N, T, M), cache
    """
    return np.tensordot(x, w, axes=1) + b, (x, w)


def temporal_affine_backward(dout, cache):
    x, w = cache
    dx = np.tensordot(dout, w, axes=[2, 1])
    dw = np.einsum('ntd,ntm->dm', x, dout)
    db = dout.sum(axis=1).sum(axis=0)
    return dx, dw, db


def temporal_softmax_loss(x, y, mask, verbose=False):
    """
    sum over the steps that the mask lets through, mean over the batch

    - x: scores, of shape (N, T, V)
    - y: which word it should have been, of shape (N, T), 0 <= y[i, t] < V
    - mask: of shape (N, T), False where there was only padding
    - verbose: talk

    returns loss, dx
    """
    N, T, V = x.shape
    top = x.max(axis=2, keepdims=True)
    logp = x - top
    logp = logp - np.log(np.exp(logp).sum(axis=2, keepdims=True))
    row, step = np.nonzero(np.ones((N, T)))
    loss = -(logp[row, step, y.ravel()] * mask.ravel()).sum() / N

    dx = np.exp(logp)
    dx[row, step, y.ravel()] -= 1
    dx *= mask[..., np.newaxis]
    dx /= N
    if verbose:
        print('loss', loss, 'gradient', np.linalg.norm(dx))
    return loss, dx
