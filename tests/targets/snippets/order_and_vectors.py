import numpy as np


def rnn_fwd(inp, hp, W_in, W_rec, bias):
    h = np.tanh(inp @ W_in + hp @ W_rec + bias)
    return h, [inp, hp, W_in, W_rec, h]
def rnn_bwd(g, saved):
    i, p, a, b, h = saved
    d = g * (1 - h * h)
    return d @ a.T, d @ b.T, i.T @ d, p.T @ d, d.sum(0)
def forward_gru(xs, h0, p):
    h = h0; hs = {}
    for t, x in enumerate(xs):
        z = sig(np.dot(p['Wz'], x) + np.dot(p['Uz'], h) + p['bz'])
        r = sig(np.dot(p['Wr'], x) + np.dot(p['Ur'], h) + p['br'])
        n = np.tanh(np.dot(p['W'], x) + np.dot(p['U'], r*h) + p['b'])
        h = z*h + (1-z)*n
        hs[t] = h
    return hs, (xs, h0, p)
def backward_gru(dhs, ctx):
    xs, h0, p = ctx
    g = {k: np.zeros_like(v) for k, v in p.items()}
    dh = np.zeros_like(h0)
    for t in reversed(range(len(xs))):
        g['Wz'] += np.outer(dh, xs[t])
        g['Uz'] += np.outer(dh, dh)
        g['bz'] += dh
    return g, dh
