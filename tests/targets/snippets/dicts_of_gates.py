import numpy as np

def gru_forward(x, h, W, U, b):
    s = lambda a: 1/(1+np.exp(-a))
    z = s(x @ W['z'] + h @ U['z'] + b['z'])
    r = s(x @ W['r'] + h @ U['r'] + b['r'])
    n = np.tanh(x @ W['h'] + (r*h) @ U['h'] + b['h'])
    return z*h + (1-z)*n, (x, h, W, U, b, z, r, n)

def gru_backward(dh, cache):
    x, h, W, U, b, z, r, n = cache
    d = {'z': dh*(h-n)*z*(1-z), 'h': dh*(1-z)*(1-n*n)}
    drh = d['h'] @ U['h'].T
    d['r'] = drh*h*r*(1-r)
    dW = {k: x.T @ d[k] for k in W}
    dU = {k: (r*h if k == 'h' else h).T @ d[k] for k in U}
    db = {k: d[k].sum(0) for k in b}
    dx = sum(d[k] @ W[k].T for k in W)
    dhp = dh*z + drh*r + d['z'] @ U['z'].T + d['r'] @ U['r'].T
    return dx, dhp, dW, dU, db

def dict_step_forward(x, h, params):
    a = x @ params['Wi'] + h @ params['Wh'] + params['bi']
    out = np.tanh(a)
    return out, {'x': x, 'h': h, 'out': out, 'params': params}

def dict_step_backward(dout, cache):
    da = dout * (1 - cache['out']**2)
    grads = {}
    for k, v in (('Wi', cache['x'].T @ da), ('Wh', cache['h'].T @ da), ('bi', da.sum(0))):
        grads['d' + k] = v
    return da @ cache['params']['Wi'].T, da @ cache['params']['Wh'].T, grads
