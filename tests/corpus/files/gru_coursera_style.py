import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def gru_cell_forward(xt, a_prev, parameters):
    """
    xt : (n_x, m)   a_prev : (n_a, m)
    parameters: Wr, Wu, Wc : (n_a, n_a + n_x)   br, bu, bc : (n_a, 1)
    """
    Wr, Wu, Wc = parameters['Wr'], parameters['Wu'], parameters['Wc']
    br, bu, bc = parameters['br'], parameters['bu'], parameters['bc']
    concat = np.vstack((a_prev, xt))
    r = sigmoid(Wr @ concat + br)
    u = sigmoid(Wu @ concat + bu)
    concat_r = np.vstack((r * a_prev, xt))
    cc = np.tanh(Wc @ concat_r + bc)
    a_next = u * cc + (1 - u) * a_prev
    cache = (xt, a_prev, concat, concat_r, r, u, cc, parameters)
    return a_next, cache


def gru_cell_backward(da_next, cache):
    xt, a_prev, concat, concat_r, r, u, cc, parameters = cache
    n_a = a_prev.shape[0]
    gradients = {}
    dcc = da_next * u * (1 - cc ** 2)
    du = da_next * (cc - a_prev) * u * (1 - u)
    dconcat_r = parameters['Wc'].T @ dcc
    dr = dconcat_r[:n_a] * a_prev * r * (1 - r)
    dconcat = parameters['Wr'].T @ dr + parameters['Wu'].T @ du
    gradients['dWc'] = dcc @ concat_r.T
    gradients['dWu'] = du @ concat.T
    gradients['dWr'] = dr @ concat.T
    gradients['dbc'] = np.sum(dcc, axis=1, keepdims=True)
    gradients['dbu'] = np.sum(du, axis=1, keepdims=True)
    gradients['dbr'] = np.sum(dr, axis=1, keepdims=True)
    gradients['dxt'] = dconcat_r[n_a:] + dconcat[n_a:]
    gradients['da_prev'] = da_next * (1 - u) + dconcat_r[:n_a] * r + dconcat[:n_a]
    return gradients


def dense_forward(A_prev, parameters):
    Z = np.dot(parameters['W'], A_prev) + parameters['b']
    return Z, (A_prev, parameters)


def dense_backward(dZ, cache):
    """mean over the m examples, here already (the loss is a sum)"""
    A_prev, parameters = cache
    m = A_prev.shape[1]
    grads = {}
    grads['dW'] = np.dot(dZ, A_prev.T) / m
    grads['db'] = np.sum(dZ, axis=1, keepdims=True) / m
    grads['dA_prev'] = np.dot(parameters['W'].T, dZ)
    return grads
