import numpy as np

def attention_forward(query, H, W, v):
    s = np.tanh(H @ W + query) @ v
    a = np.exp(s - s.max()); a /= a.sum()
    context = a @ H
    return context, (query, H, W, v, a)

def attention_backward(dcontext, cache):
    query, H, W, v, a = cache
    da = H @ dcontext
    ds = a * (da - a @ da)
    u = np.tanh(H @ W + query)
    du = np.outer(ds, v) * (1 - u*u)
    return du.sum(0), np.outer(a, dcontext) + du @ W.T, H.T @ du, u.T @ ds

def batchnorm_forward(x, gamma, beta, bn_param):
    small = bn_param.get('eps', 1e-5)
    cache = None
    if bn_param['mode'] == 'train':
        rest = x - x.mean(axis=0)
        size = np.sqrt((rest * rest).mean(axis=0) + small)
        unit = rest / size
        out, cache = unit * gamma + beta, (unit, size, gamma)
    elif bn_param['mode'] == 'test':
        out = x
    else:
        raise ValueError('train or test, not %s' % bn_param['mode'])
    return out, cache

def batchnorm_backward(dout, cache):
    unit, size, gamma = cache
    dgamma, dbeta = (unit * dout).sum(axis=0), dout.sum(axis=0)
    dx = gamma / size * (dout - (dbeta + unit * dgamma) / len(dout))
    return dx, dgamma, dbeta

def out_forward(h, W, by, targets):
    N = h.shape[0]
    s = h @ W + by
    p = np.exp(s - s.max(1, keepdims=True)); p /= p.sum(1, keepdims=True)
    loss = -np.log(p[np.arange(N), targets]).sum() / N
    return loss, (h, W, p, targets)

def out_backward(cache):
    h, W, p, targets = cache
    d = p.copy(); d[np.arange(len(h)), targets] -= 1; d /= len(h)
    return d @ W.T, h.T @ d, d.sum(0)

def fix_forward(h, Why=np.zeros((5, 16)), by=np.zeros((5, 1))):
    return Why @ h + by, (h, Why)

def fix_backward(dy, cache):
    h, Why = cache
    return Why.T @ dy, dy @ h.T, dy.sum(1, keepdims=True)

def softmax_loss(x, y):
    N = x.shape[0]
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    loss = -np.sum(np.log(p[np.arange(N), y])) / N
    dx = p.copy()
    dx[np.arange(N), y] -= 1
    return loss, dx / N

def temporal_softmax_loss(x, y, mask, verbose=False):
    N, T, V = x.shape
    p = np.exp(x - x.max(axis=2, keepdims=True)); p /= p.sum(axis=2, keepdims=True)
    idx = np.arange(N)[:, None], np.arange(T)[None, :], y
    loss = -np.sum(mask * np.log(p[idx])) / N
    p[idx] -= 1
    return loss, p * mask[:, :, None] / N

def head_forward(h, W, by, targets):
    p = np.exp(h @ W + by); p /= p.sum(1, keepdims=True)
    return -np.log(p[np.arange(len(h)), targets]).mean(), (h, W, p, targets)

def head_backward(cache):
    h, W, p, t = cache
    d = p.copy(); d[np.arange(len(h)), t] -= 1; d /= len(h)
    return d @ W.T, h.T @ d, d.sum(0)
