import numpy as np

def stacked_forward(x, layers, h0):
    out = x; hs = []
    for i, layer in enumerate(layers):
        out = np.tanh(out @ layer['W'] + h0[i] @ layer['U'] + layer['b'])
        hs.append(out)
    return out, (x, layers, h0, hs)

def stacked_backward(dout, cache):
    x, layers, h0, hs = cache
    grads = []
    for i in reversed(range(len(layers))):
        d = dout * (1 - hs[i]**2)
        grads.append({'W': x.T @ d})
        dout = d @ layers[i]['W'].T
    return dout, grads

def in_array_forward(x, params, h0):
    """x (N,T,D), h0 (L,N,H)"""
    L, N, H = h0.shape
    caches = []
    inp = x
    for l in range(L):
        h = h0[l]
        out = []
        for t in range(inp.shape[1]):
            hn = np.tanh(inp[:, t] @ params[l]['W'] + h @ params[l]['U'] + params[l]['b'])
            caches.append((inp[:, t], h, hn))
            out.append(hn); h = hn
        inp = np.stack(out, 1)
    return inp, (caches, params, h0.shape, x.shape[1])

def in_array_backward(dout, cache):
    caches, params, shape, T = cache
    dh0 = np.zeros(shape)
    grads = [{} for _ in params]
    for l in reversed(range(shape[0])):
        p = params[l]
        g = {k: np.zeros(v.shape) for k, v in p.items()}
        dh = np.zeros(shape[1:])
        below = []
        for t in reversed(range(T)):
            xt, hp, hn = caches[l * T + t]
            dz = (dout[:, t] + dh) * (1 - hn ** 2)
            g['W'] += xt.T @ dz; g['U'] += hp.T @ dz; g['b'] += dz.sum(0)
            dh = dz @ p['U'].T
            below.append(dz @ p['W'].T)
        dh0[l] = dh
        grads[l] = g
        dout = np.stack(below[::-1], 1)
    return dout, grads, dh0
