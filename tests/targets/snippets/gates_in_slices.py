import numpy as np
import scipy.special as sp

def sigmoid(x): return 1/(1+np.exp(-x))

def attention_step_forward(x, prev_h, prev_c, attn, Wx, Wh, Wattn, b):
    H = prev_h.shape[1]
    a = x.dot(Wx) + prev_h.dot(Wh) + attn.dot(Wattn) + b
    i, f, o, g = sigmoid(a[:, :H]), sigmoid(a[:, H:2*H]), sigmoid(a[:, 2*H:3*H]), np.tanh(a[:, 3*H:])
    c = f*prev_c + i*g
    h = o*np.tanh(c)
    return h, c, (x, prev_h, prev_c, attn, Wx, Wh, Wattn, i, f, o, g, c)

def attention_step_backward(dh, dc, cache):
    x, prev_h, prev_c, attn, Wx, Wh, Wattn, i, f, o, g, c = cache
    dc = dc + dh*o*(1-np.tanh(c)**2)
    da = np.hstack([dc*g*i*(1-i), dc*prev_c*f*(1-f), dh*np.tanh(c)*o*(1-o), dc*i*(1-g*g)])
    return da.dot(Wx.T), da.dot(Wh.T), dc*f, da.dot(Wattn.T), x.T.dot(da), prev_h.T.dot(da), prev_h.T.dot(da), da.sum(0)

def gru_step_forward(x, prev_h, W, U, b):
    H = prev_h.shape[1]
    zr = sigmoid(x @ W[:, :2*H] + prev_h @ U[:, :2*H] + b[:2*H])
    z, r = zr[:, :H], zr[:, H:]
    n = np.tanh(x @ W[:, 2*H:] + (r * prev_h) @ U[:, 2*H:] + b[2*H:])
    h = z*prev_h + (1-z)*n
    return h, (x, prev_h, W, U, z, r, n)

def gru_step_backward(dh, cache):
    x, prev_h, W, U, z, r, n = cache
    H = z.shape[1]
    dn = dh*(1-z)*(1-n*n)
    drh = dn @ U[:, 2*H:].T
    dz, dr = dh*(prev_h-n)*z*(1-z), drh*prev_h*r*(1-r)
    da = np.hstack([dz, dr, dn])
    dU = np.hstack([prev_h.T @ dz, prev_h.T @ dr, (r*prev_h).T @ dn])
    dprev = dh*z + drh*r + np.hstack([dz, dr]) @ U[:, :2*H].T
    return da @ W.T, dprev, x.T @ da, dU, da.sum(0)
