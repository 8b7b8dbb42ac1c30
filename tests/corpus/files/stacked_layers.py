import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# ---------------------------------------------------------------- deep rnn, one dict a layer
def deep_rnn_forward(x, layers, h0):
    """
    x: (T, N, D)
    layers: one dict per layer {'Wx', 'Wh', 'b'}
    h0: initial hidden state of every layer
    """
    seq = x
    cache = {'layers': layers, 'steps': {}}
    for l, layer in enumerate(layers):
        h = h0[l]
        hs = np.zeros((seq.shape[0],) + h.shape)
        for t in range(seq.shape[0]):
            h_prev = h
            h = np.tanh(seq[t] @ layer['Wx'] + h_prev @ layer['Wh'] + layer['b'])
            cache['steps'][l, t] = (seq[t], h_prev, h)
            hs[t] = h
        seq = hs
    return seq, cache


def deep_rnn_backward(dout, cache):
    layers = cache['layers']
    L = len(layers)
    T = dout.shape[0]
    grads = [None] * L
    dh0 = [None] * L
    for l in reversed(range(L)):
        p = layers[l]
        g = {'dWx': np.zeros_like(p['Wx']), 'dWh': np.zeros_like(p['Wh']), 'db': np.zeros_like(p['b'])}
        dseq = [None] * T
        dh_next = 0
        for t in range(T - 1, -1, -1):
            inp, h_prev, h = cache['steps'][l, t]
            da = (dout[t] + dh_next) * (1 - h * h)
            g['dWx'] += inp.T @ da
            g['dWh'] += h_prev.T @ da
            g['db'] += da.sum(axis=0)
            dh_next = da @ p['Wh'].T
            dseq[t] = da @ p['Wx'].T
        grads[l] = g
        dh0[l] = dh_next
        dout = np.array(dseq)
    return dout, grads, dh0


# ---------------------------------------------------------------- tuples of weights, gradients appended and turned round
def stack_forward(x, params):
    # x [N, T, D], states start at zero
    N, T, _ = x.shape
    tape = []
    for W, U, b in params:
        h = np.zeros((N, U.shape[0]))
        out = np.zeros((N, T, U.shape[0]))
        hist = [h]
        for t in range(T):
            h = np.tanh(x[:, t] @ W + h @ U + b)
            hist.append(h)
            out[:, t] = h
        tape.append((x, hist, W, U))
        x = out
    return x, tape


def stack_backward(dout, tape):
    grads = []
    for x, hist, W, U in tape[::-1]:
        dW, dU, db = np.zeros_like(W), np.zeros_like(U), np.zeros(U.shape[1])
        dx = np.zeros_like(x)
        dh = 0.
        for t in reversed(range(x.shape[1])):
            dz = (dout[:, t] + dh) * (1 - hist[t + 1] ** 2)
            dW += x[:, t].T @ dz
            dU += hist[t].T @ dz
            db += dz.sum(0)
            dx[:, t] = dz @ W.T
            dh = dz @ U.T
        grads.append((dW, dU, db))
        dout = dx
    grads.reverse()
    return dout, grads


# ---------------------------------------------------------------- a dict of lists
def multilayer_forward(x, params, h0):
    """x of shape (N, T, D); params['Wx'], params['Wh'], params['b'] are lists, one array per layer, like h0"""
    num_layers = len(params['Wx'])
    caches = []
    inputs = [x[:, t] for t in range(x.shape[1])]
    for l in range(num_layers):
        h, outputs, steps = h0[l], [], []
        for v in inputs:
            h_new = np.tanh(v.dot(params['Wx'][l]) + h.dot(params['Wh'][l]) + params['b'][l])
            steps.append((v, h, h_new))
            outputs.append(h_new)
            h = h_new
        caches.append(steps)
        inputs = outputs
    return np.stack(inputs, axis=1), (caches, params)


def multilayer_backward(dh, cache):
    caches, params = cache
    grads = {k: [np.zeros_like(w) for w in params[k]] for k in params}
    dh0 = []
    dinputs = [dh[:, t] for t in range(dh.shape[1])]
    for l in range(len(caches) - 1, -1, -1):
        carry = np.zeros_like(caches[l][0][1])
        below = []
        for (v, h, h_new), d in zip(reversed(caches[l]), reversed(dinputs)):
            dz = (d + carry) * (1 - h_new ** 2)
            grads['Wx'][l] += v.T.dot(dz)
            grads['Wh'][l] += h.T.dot(dz)
            grads['b'][l] += dz.sum(axis=0)
            carry = dz.dot(params['Wh'][l].T)
            below.insert(0, dz.dot(params['Wx'][l].T))
        dh0.insert(0, carry)
        dinputs = below
    return np.stack(dinputs, axis=1), dh0, grads


# ---------------------------------------------------------------- stacked lstm
def lstm_cell(x, h, c, p):
    a = np.dot(x, p['W']) + np.dot(h, p['R']) + p['b']
    i, f, o, g = np.hsplit(a, 4)
    i, f, o, g = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(g)
    c_next = f * c + i * g
    h_next = o * np.tanh(c_next)
    return h_next, c_next, (x, h, c, i, f, o, g, c_next)


def lstm_cell_back(dh, dc, cache, p, g_):
    x, h, c, i, f, o, g, c_next = cache
    tc = np.tanh(c_next)
    dc = dc + dh * o * (1 - tc ** 2)
    da = np.hstack([dc * g * i * (1 - i), dc * c * f * (1 - f), dh * tc * o * (1 - o), dc * i * (1 - g ** 2)])
    g_['W'] += x.T.dot(da)
    g_['R'] += h.T.dot(da)
    g_['b'] += da.sum(0)
    return da.dot(p['W'].T), da.dot(p['R'].T), dc * f


def stacked_lstm_forward(x, params, h0, c0):
    """x (T, N, D). params: list of {'W': (D, 4H), 'R': (H, 4H), 'b': (4H,)}; h0, c0: lists of (N, H)"""
    T = x.shape[0]
    hs, cs = list(h0), list(c0)
    caches = [[] for _ in params]
    out = []
    for t in range(T):
        inp = x[t]
        for l, p in enumerate(params):
            hs[l], cs[l], cache = lstm_cell(inp, hs[l], cs[l], p)
            caches[l].append(cache)
            inp = hs[l]
        out.append(inp)
    return np.stack(out), (params, caches)


def stacked_lstm_backward(dout, cache):
    params, caches = cache
    grads = [{k: np.zeros_like(v) for k, v in p.items()} for p in params]
    dhs, dcs = [0] * len(params), [0] * len(params)
    dx = []
    for t in reversed(range(len(dout))):
        d = dout[t]
        for l in range(len(params))[::-1]:
            d, dhs[l], dcs[l] = lstm_cell_back(dhs[l] + d, dcs[l], caches[l][t], params[l], grads[l])
        dx.append(d)
    return np.stack(dx[::-1]), grads, dhs, dcs


# ---------------------------------------------------------------- one list for each kind of weight
def mlrnn_forward(X, Ws, Us, bs, n_layers):
    # X: T x N x D
    T, N = X.shape[0], X.shape[1]
    acts = [X]
    for k in range(n_layers):
        prev = np.zeros((N, Us[k].shape[0]))
        H = []
        for t in range(T):
            prev = np.tanh(acts[k][t] @ Ws[k] + prev @ Us[k] + bs[k])
            H.append(prev)
        acts.append(np.array(H))
    return acts[-1], (acts, Ws, Us)


def mlrnn_backward(dY, cache):
    acts, Ws, Us = cache
    dWs, dUs, dbs = [], [], []
    for k in reversed(range(len(Ws))):
        below, H = acts[k], acts[k + 1]
        dW, dU, db = np.zeros_like(Ws[k]), np.zeros_like(Us[k]), 0
        dX = np.zeros_like(below)
        dprev = np.zeros_like(H[0])
        for t in reversed(range(len(H))):
            dz = (dY[t] + dprev) * (1 - H[t] ** 2)
            dW = dW + below[t].T @ dz
            if t > 0:
                dU = dU + H[t - 1].T @ dz
            db = db + dz.sum(axis=0)
            dX[t] = dz @ Ws[k].T
            dprev = dz @ Us[k].T
        dWs.append(dW); dUs.append(dU); dbs.append(db)
        dY = dX
    return dY, dWs[::-1], dUs[::-1], dbs[::-1]


def net_forward(x, params, num_layers):
    """x: (N, T, D), params: dict with Wx0, Wh0, b0, Wx1, ... """
    caches = []
    h_in = x
    for l in range(num_layers):
        Wx, Wh, b = params[f'Wx{l}'], params[f'Wh{l}'], params[f'b{l}']
        N, T, _ = h_in.shape
        h = np.zeros((N, Wh.shape[0])); out = []
        hs = []
        for t in range(T):
            hp = h
            h = np.tanh(h_in[:, t] @ Wx + hp @ Wh + b)
            out.append(h); hs.append(hp)
        caches.append((h_in, hs, out))
        h_in = np.stack(out, axis=1)
    return h_in, (caches, params, num_layers)

def net_backward(dout, cache):
    caches, params, num_layers = cache
    grads = {}
    for l in reversed(range(num_layers)):
        h_in, hs, out = caches.pop()
        Wx, Wh = params[f'Wx{l}'], params[f'Wh{l}']
        dWx, dWh, db = np.zeros_like(Wx), np.zeros_like(Wh), np.zeros(Wh.shape[1])
        dx = np.zeros_like(h_in); dh = 0
        for t in reversed(range(len(out))):
            dz = (dout[:, t] + dh) * (1 - out[t] ** 2)
            dWx += h_in[:, t].T @ dz; dWh += hs[t].T @ dz; db += dz.sum(0)
            dx[:, t] = dz @ Wx.T; dh = dz @ Wh.T
        grads[f'Wx{l}'] = dWx; grads[f'Wh{l}'] = dWh; grads[f'b{l}'] = db
        dout = dx
    return dout, grads

def deep2_forward(x, weights, states):
    # no docstring; two fixed layers
    l1, l2 = weights
    h1 = np.tanh(x @ l1['W'] + states[0] @ l1['U'] + l1['b'])
    h2 = np.tanh(h1 @ l2['W'] + states[1] @ l2['U'] + l2['b'])
    return h1, h2, (x, h1, h2, weights, states)

def deep2_backward(dh1, dh2, cache):
    x, h1, h2, weights, states = cache
    l1, l2 = weights
    d2 = dh2 * (1 - h2 ** 2)
    g2 = dict(W=h1.T @ d2, U=states[1].T @ d2, b=d2.sum(0))
    d1 = (dh1 + d2 @ l2['W'].T) * (1 - h1 ** 2)
    g1 = dict(W=x.T @ d1, U=states[0].T @ d1, b=d1.sum(0))
    return d1 @ l1['W'].T, [g1, g2], [d1 @ l1['U'].T, d2 @ l2['U'].T]

def gru_stack_forward(xs, cells, h0s):
    """xs is a list of T arrays (N, D)"""
    hs = [h.copy() for h in h0s]
    tape = []
    ys = []
    for x in xs:
        for k, (cell, h) in enumerate(zip(cells, hs)):
            xh = np.concatenate([x, h], axis=1)
            z = 1 / (1 + np.exp(-(xh @ cell['Wz'] + cell['bz'])))
            r = 1 / (1 + np.exp(-(xh @ cell['Wr'] + cell['br'])))
            xrh = np.concatenate([x, r * h], axis=1)
            n = np.tanh(xrh @ cell['Wn'] + cell['bn'])
            h_new = (1 - z) * n + z * h
            tape.append((k, xh, xrh, z, r, n, h))
            hs[k] = h_new
            x = h_new
        ys.append(x)
    return ys, (tape, cells)

def gru_stack_backward(dys, cache):
    tape, cells = cache
    grads = [{name: np.zeros_like(w) for name, w in c.items()} for c in cells]
    dhs = [0.0 for _ in cells]
    dxs = []
    at = len(tape) - 1
    for dy in dys[::-1]:
        d = dy
        for _ in cells:
            k, xh, xrh, z, r, n, h = tape[at]; at -= 1
            c, g = cells[k], grads[k]
            dh = d + dhs[k]
            dn = dh * (1 - z) * (1 - n * n)
            dz = dh * (h - n) * z * (1 - z)
            g['Wn'] += xrh.T @ dn; g['bn'] += dn.sum(0)
            dxrh = dn @ c['Wn'].T
            D = xh.shape[1] - h.shape[1]
            dr = dxrh[:, D:] * h * r * (1 - r)
            g['Wr'] += xh.T @ dr; g['br'] += dr.sum(0)
            g['Wz'] += xh.T @ dz; g['bz'] += dz.sum(0)
            dxh = dr @ c['Wr'].T + dz @ c['Wz'].T
            d = dxrh[:, :D] + dxh[:, :D]
            dhs[k] = dh * z + dxrh[:, D:] * r + dxh[:, D:]
        dxs.insert(0, d)
    return dxs, grads, dhs
