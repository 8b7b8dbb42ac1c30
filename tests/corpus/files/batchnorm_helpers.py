# helpers used by my char-lstm: batch norm, layer norm, softmax, affine+relu sandwich
import numpy as np

EPS = 1e-5


def batchnorm_forward(x, gamma, beta, bn_param):
    """
    each column to mean 0 and variance 1, then times gamma plus beta

    - x: of shape (N, D)
    - gamma: of shape (D,)
    - beta: of shape (D,)
    - bn_param: a dictionary. mode ('train' or 'test') has to be there, eps and momentum may be; the averages over the
      batches seen so far are kept in it too
    """
    eps = bn_param.get('eps', 1e-5)
    if bn_param['mode'] == 'train':
        middle = x.mean(axis=0)
        xc = x - middle
        var = (xc ** 2).mean(axis=0)
        inv = 1 / np.sqrt(var + eps)
        xn = xc * inv
        old = bn_param.get('momentum', 0.95)
        for name, now in (('seen_mean', middle), ('seen_var', var)):
            bn_param[name] = old * bn_param.get(name, 0) + (1 - old) * now
        out, cache = xn * gamma + beta, (xc, inv, xn, gamma)
    elif bn_param['mode'] == 'test':
        scale = gamma / np.sqrt(bn_param['seen_var'] + eps)
        out, cache = scale * (x - bn_param['seen_mean']) + beta, None
    else:
        raise ValueError('mode is train or test, not ' + str(bn_param['mode']))
    return out, cache


def batchnorm_backward(dout, cache):
    xc, inv, xn, gamma = cache
    dgamma = np.einsum('nd,nd->d', xn, dout)
    dbeta = np.add.reduce(dout)
    dxn = dout * gamma
    # x is in xc and, by way of inv, in every other row of its column
    dinv = (dxn * xc).sum(axis=0)
    dvar = -0.5 * inv ** 3 * dinv
    dxc = dxn * inv
    dxc += 2 * xc * dvar / len(xc)
    dx = dxc - dxc.mean(axis=0)
    return dx, dgamma, dbeta


def layernorm_forward(x, gamma, beta):
    # x: (N, D), normalised over D
    xhat = x - x.mean(1, keepdims=True)
    ivar = (np.mean(xhat ** 2, axis=1, keepdims=True) + EPS) ** -0.5
    xhat = xhat * ivar
    return gamma * xhat + beta, (xhat, ivar, gamma)


def layernorm_backward(dout, cache):
    xhat, ivar, gamma = cache
    dgamma, dbeta = (dout * xhat).sum(0), dout.sum(0)
    dxhat = dout * gamma
    along = np.mean(dxhat * xhat, axis=1, keepdims=True)
    dx = ivar * (dxhat - dxhat.mean(1, keepdims=True) - xhat * along)
    return dx, dgamma, dbeta


def softmax_forward(z):
    # z (N, C)
    e = np.exp(z - z.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return p, p


def softmax_backward(dp, p):
    return p * (dp - np.sum(dp * p, axis=1, keepdims=True))


def affine_relu_forward(x, w, b):
    a = x.dot(w) + b
    return np.maximum(a, 0), (x, w, a)


def affine_relu_backward(dout, cache):
    x, w, a = cache
    da = np.where(a > 0, dout, 0)
    return da.dot(w.T), x.T.dot(da), da.sum(0)


def softmax_loss(x, y):
    """x: scores of shape (N, C), y: labels of shape (N,)"""
    shifted = x - x.max(axis=1, keepdims=True)
    logp = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    N = x.shape[0]
    loss = -logp[np.arange(N), y].mean()
    dx = np.exp(logp)
    dx[np.arange(N), y] -= 1
    return loss, dx / N
