import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def lstm_forward_step(x, h_prev, c_prev, params):
    """params: dict with Wi, Wf, Wo, Wg of shape (D + H, H) and bi, bf, bo, bg of shape (H,)"""
    z = np.concatenate([x, h_prev], axis=1)
    i = sigmoid(z @ params['Wi'] + params['bi'])
    f = sigmoid(z @ params['Wf'] + params['bf'])
    o = sigmoid(z @ params['Wo'] + params['bo'])
    g = np.tanh(z @ params['Wg'] + params['bg'])
    c = f * c_prev + i * g
    h = o * np.tanh(c)
    cache = dict(z=z, i=i, f=f, o=o, g=g, c=c, c_prev=c_prev, D=x.shape[1])
    return h, c, cache


def lstm_backward_step(dh, dc, cache, params):
    z, i, f, o, g = cache['z'], cache['i'], cache['f'], cache['o'], cache['g']
    tc = np.tanh(cache['c'])
    dc = dc + dh * o * (1 - tc ** 2)
    da = {
        'i': dc * g * i * (1 - i),
        'f': dc * cache['c_prev'] * f * (1 - f),
        'o': dh * tc * o * (1 - o),
        'g': dc * i * (1 - g ** 2),
    }
    grads = {}
    dz = 0
    for k, d in da.items():
        grads['dW' + k] = z.T @ d
        grads['db' + k] = d.sum(axis=0)
        dz = dz + d @ params['W' + k].T
    grads['dx'] = dz[:, :cache['D']]
    grads['dh_prev'] = dz[:, cache['D']:]
    grads['dc_prev'] = dc * f
    return grads


def rnn_forward_dict(X, h0, Wxh, Whh, bh):
    """X (N, T, D), h0 (N, H)"""
    hs = {-1: h0}
    T = X.shape[1]
    for t in range(T):
        hs[t] = np.tanh(X[:, t] @ Wxh + hs[t - 1] @ Whh + bh)
    H_all = np.stack([hs[t] for t in range(T)], axis=1)
    return H_all, {'X': X, 'hs': hs}


def rnn_backward_dict(dH, cache, Wxh, Whh):
    X, hs = cache['X'], cache['hs']
    grads = {'dX': np.zeros_like(X), 'dWxh': np.zeros_like(Wxh), 'dWhh': np.zeros_like(Whh), 'dbh': np.zeros(Whh.shape[0])}
    dh = np.zeros_like(hs[-1])
    for t in reversed(range(X.shape[1])):
        dh = (dH[:, t] + dh) * (1 - hs[t] ** 2)
        grads['dWxh'] += X[:, t].T @ dh
        grads['dWhh'] += hs[t - 1].T @ dh
        grads['dbh'] += dh.sum(axis=0)
        grads['dX'][:, t] = dh @ Wxh.T
        dh = dh @ Whh.T
    grads['dh0'] = dh
    return grads


def gru_forward(x, h_prev, W, U, b):
    """
    x : (N, D)   h_prev : (N, H)
    W : dict of (D, H), U : dict of (H, H), b : dict of (H,), each with keys 'z', 'r', 'h'
    """
    cache = {'x': x, 'h_prev': h_prev}
    cache['z'] = z = sigmoid(x @ W['z'] + h_prev @ U['z'] + b['z'])
    cache['r'] = r = sigmoid(x @ W['r'] + h_prev @ U['r'] + b['r'])
    cache['n'] = n = np.tanh(x @ W['h'] + (r * h_prev) @ U['h'] + b['h'])
    return (1 - z) * h_prev + z * n, cache


def gru_backward(dh, cache, W, U, b):
    x, h_prev, z, r, n = (cache[k] for k in ('x', 'h_prev', 'z', 'r', 'n'))
    da = {'h': dh * z * (1 - n ** 2), 'z': dh * (n - h_prev) * z * (1 - z)}
    drh = da['h'] @ U['h'].T
    da['r'] = drh * h_prev * r * (1 - r)
    dW = {k: x.T @ da[k] for k in da}
    dU = {'z': h_prev.T @ da['z'], 'r': h_prev.T @ da['r'], 'h': (r * h_prev).T @ da['h']}
    db = {k: da[k].sum(0) for k in da}
    dx = sum(da[k] @ W[k].T for k in da)
    dh_prev = dh * (1 - z) + drh * r + da['z'] @ U['z'].T + da['r'] @ U['r'].T
    return dx, dh_prev, dW, dU, db
