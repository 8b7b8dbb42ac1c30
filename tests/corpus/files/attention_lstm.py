from builtins import range
import numpy as np
from nested_caches import sigmoid


def softmax(x, axis=-1):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def dot_product_attention_forward(prev_h, A):
    """
    - prev_h: Hidden state, of shape (N, H)
    - A: CNN features, of shape (N, H, 4, 4)

    Returns attn of shape (N, H), attn_weights of shape (N, 4, 4), cache
    """
    N, H, D_a, _ = A.shape
    A_flat = A.reshape(N, H, -1)
    scores = np.einsum('nh,nhl->nl', prev_h, A_flat) / np.sqrt(H)
    w = softmax(scores)
    attn = np.einsum('nhl,nl->nh', A_flat, w)
    return attn, w.reshape(N, D_a, D_a), (prev_h, A, A_flat, w)


def dot_product_attention_backward(dattn, dattn_weights, cache):
    prev_h, A, A_flat, w = cache
    N, H = prev_h.shape
    dA_flat = dattn[:, :, None] * w[:, None, :]
    dw = np.einsum('nhl,nh->nl', A_flat, dattn) + dattn_weights.reshape(N, -1)
    dscores = w * (dw - (dw * w).sum(axis=1, keepdims=True)) / np.sqrt(H)
    dprev_h = np.einsum('nl,nhl->nh', dscores, A_flat)
    dA_flat += prev_h[:, :, None] * dscores[:, None, :]
    return dprev_h, dA_flat.reshape(A.shape)


def attention_step_forward(x, prev_h, prev_c, attn, Wx, Wh, Wattn, b):
    """
    - x (N, D), prev_h (N, H), prev_c (N, H), attn (N, H), Wx (D, 4H), Wh (H, 4H), Wattn (H, 4H), b (4H,)
    """
    a = x.dot(Wx) + prev_h.dot(Wh) + attn.dot(Wattn) + b
    ai, af, ao, ag = np.split(a, 4, axis=1)
    i, f, o, g = sigmoid(ai), sigmoid(af), sigmoid(ao), np.tanh(ag)
    next_c = f * prev_c + i * g
    tanh_c = np.tanh(next_c)
    return o * tanh_c, next_c, (x, prev_h, prev_c, attn, Wx, Wh, Wattn, i, f, o, g, tanh_c)


def attention_step_backward(dnext_h, dnext_c, cache):
    x, prev_h, prev_c, attn, Wx, Wh, Wattn, i, f, o, g, tanh_c = cache
    dc = dnext_c + dnext_h * o * (1 - tanh_c ** 2)
    da = np.hstack([
        dc * g * i * (1 - i),
        dc * prev_c * f * (1 - f),
        dnext_h * tanh_c * o * (1 - o),
        dc * i * (1 - g ** 2)])
    return (da.dot(Wx.T), da.dot(Wh.T), dc * f, da.dot(Wattn.T),
            x.T.dot(da), prev_h.T.dot(da), attn.T.dot(da), np.sum(da, axis=0))


def additive_attention_forward(s, H, Wa, Ua, v):
    """Bahdanau. s: decoder state (N, S), H: encoder outputs (N, L, E), Wa (S, K), Ua (E, K), v (K,)"""
    q = s @ Wa
    u = np.tanh(q[:, None, :] + H @ Ua)
    alpha = softmax(u @ v)
    context = (alpha[:, :, None] * H).sum(1)
    return context, (s, H, Wa, Ua, v, u, alpha)


def additive_attention_backward(dcontext, cache):
    s, H, Wa, Ua, v, u, alpha = cache
    dalpha = (dcontext[:, None, :] * H).sum(2)
    de = alpha * (dalpha - (alpha * dalpha).sum(1, keepdims=True))
    dv = np.einsum('nl,nlk->k', de, u)
    du = de[:, :, None] * v * (1 - u * u)
    dq = du.sum(axis=1)
    ds = dq @ Wa.T
    dWa = s.T @ dq
    dUa = np.einsum('nle,nlk->ek', H, du)
    dH = alpha[:, :, None] * dcontext[:, None, :] + du @ Ua.T
    return ds, dH, dWa, dUa, dv
