import numpy as np

def cell_fwd(inp, hprew, A, B, c):
    new = np.tanh(inp @ A + hprew @ B + c)
    return new, (inp, hprew, A, B, new)

def cell_bwd(up, saved):
    i, h, A, B, n = saved
    d = up * (1-n*n)
    return d @ A.T, d @ B, i.T @ d, h.T @ d, d.sum(0)

HIDDEN = 16

def step_forward(x, h_prev, Wxh, Whh, bh):
    x = x.reshape(-1, 1); h_prev = h_prev.reshape(HIDDEN, 1)
    h = np.tanh(Wxh @ x + Whh @ h_prev + bh)
    return h, (x, h_prev, Wxh, Whh, h)

def step_backward(dh, cache):
    x, h_prev, Wxh, Whh, h = cache
    d = dh * (1-h*h)
    return Wxh.T @ d, Whh.T @ d, d @ x.T, d @ h_prev.T, d

def lin_forward(A, W, b, activation):
    Z = W.dot(A) + b
    if activation == 'sigmoid':
        out = 1/(1+np.exp(-Z))
    elif activation == 'relu':
        out = np.maximum(0, Z)
    return out, ((A, W, b), Z)

def lin_backward(dA, cache, activation):
    (A, W, b), Z = cache
    s = 1/(1+np.exp(-Z))
    dZ = dA * s * (1-s) if activation == 'sigmoid' else dA * (Z > 0)
    m = A.shape[1]
    return W.T @ dZ, dZ @ A.T / m, dZ.sum(axis=1, keepdims=True) / m
