import numpy as np

def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h, cache = None, None
    z = np.dot(prev_h, Wh) + np.dot(x, Wx)
    next_h = np.tanh(z + b)
    cache = Wx, Wh, x, prev_h, next_h
    return next_h, cache

def rnn_step_backward(dnext_h, cache):
    Wx, Wh, x, prev_h, next_h = cache
    dz = (1 - next_h ** 2) * dnext_h
    db = dz.sum(0)
    dWx, dWh = np.dot(x.T, dz), np.dot(prev_h.T, dz)
    return np.dot(dz, Wx.T), np.dot(dz, Wh.T), dWx, dWh, db

def rnn_forward(x, h0, Wx, Wh, b):
    (N, T, D), H = x.shape, Wh.shape[0]
    h = np.empty((N, T, H))
    cache = [None] * T
    last = h0
    for step in range(T):
        h[:, step, :], cache[step] = rnn_step_forward(x[:, step, :], last, Wx, Wh, b)
        last = h[:, step, :]
    return h, cache

def rnn_backward(dh, cache):
    N, T, H = dh.shape
    D = cache[0][0].shape[0]
    dx, dWx, dWh, db = np.empty((N, T, D)), np.zeros((D, H)), np.zeros((H, H)), np.zeros((H,))
    dh0 = np.zeros((N, H))
    for step in range(T - 1, -1, -1):
        grads = rnn_step_backward(dh0 + dh[:, step, :], cache[step])
        dx[:, step, :] = grads[0]
        dh0 = grads[1]
        dWx += grads[2]; dWh += grads[3]; db += grads[4]
    return dx, dh0, dWx, dWh, db

def word_embedding_forward(x, W):
    vectors = W[x]
    return vectors, (W.shape, x)

def word_embedding_backward(dout, cache):
    shape, x = cache
    dW = np.zeros(shape)
    for n in range(len(x)):
        np.add.at(dW, x[n], dout[n])
    return dW

def sigmoid(a):
    right = a >= 0
    s = np.zeros_like(a)
    s[right] = 1 / (1 + np.exp(-a[right]))
    left = ~right
    s[left] = 1 - 1 / (1 + np.exp(a[left]))
    return s

def lstm_step_forward(x, prev_h, prev_c, Wx, Wh, b):
    H = b.size // 4
    act = np.dot(x, Wx) + np.dot(prev_h, Wh) + b
    i, f, o = [sigmoid(act[:, k:k + H]) for k in (0, H, 2*H)]
    g = np.tanh(act[:, -H:])
    next_c = prev_c * f + g * i
    tc = np.tanh(next_c)
    return o * tc, next_c, (x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc)

def lstm_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, Wx, Wh, i, f, o, g, tc = cache
    dc = dnext_c + (1 - tc ** 2) * o * dnext_h
    pieces = [g * dc * i * (1 - i), prev_c * dc * f * (1 - f), tc * dnext_h * o * (1 - o), i * dc * (1 - g * g)]
    dact = np.concatenate(pieces, axis=1)
    dWx, dWh, db = np.dot(x.T, dact), np.dot(prev_h.T, dact), dact.sum(0)
    return np.dot(dact, Wx.T), np.dot(dact, Wh.T), f * dc, dWx, dWh, db

def temporal_affine_forward(x, w, b):
    N, T, D = x.shape
    rows = np.dot(x.reshape(N * T, D), w) + b
    return rows.reshape(N, T, len(b)), (x, w, b)

def temporal_affine_backward(dout, cache):
    x, w, b = cache
    N, T, M = dout.shape
    rows = dout.reshape(N * T, M)
    db = rows.sum(axis=0)
    dw = x.reshape(N * T, -1).T.dot(rows)
    dx = rows.dot(w.T).reshape(x.shape)
    return dx, dw, db
