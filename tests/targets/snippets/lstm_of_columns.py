import numpy as np
from rnn_utils import *

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    Wf, bf = parameters["Wf"], parameters["bf"]
    Wi, bi = parameters["Wi"], parameters["bi"]
    Wc, bc = parameters["Wc"], parameters["bc"]
    Wo, bo = parameters["Wo"], parameters["bo"]
    Wy, by = parameters["Wy"], parameters["by"]
    n_x, m = xt.shape
    n_a = Wy.shape[1]
    both = np.empty([n_a + n_x, m])
    both[:n_a, :], both[n_a:, :] = a_prev, xt
    keep = sigmoid(bf + Wf @ both)
    write = sigmoid(bi + Wi @ both)
    new = np.tanh(bc + Wc @ both)
    show = sigmoid(bo + Wo @ both)
    c_next = keep * c_prev + write * new
    a_next = np.tanh(c_next) * show
    y = softmax(by + Wy @ a_next)
    return a_next, c_next, y, (parameters, both, n_a, keep, write, new, show, c_prev, c_next)

def lstm_cell_backward(da_next, dc_next, cache):
    parameters, both, n_a, keep, write, new, show, c_prev, c_next = cache
    t = np.tanh(c_next)
    dc = dc_next + (1 - np.square(t)) * show * da_next
    by_gate = {
        'f': c_prev * dc * keep * (1 - keep),
        'i': new * dc * write * (1 - write),
        'c': write * dc * (1 - np.square(new)),
        'o': t * da_next * show * (1 - show),
    }
    dboth = np.zeros(both.shape)
    for k in 'fico':
        dboth += parameters['W' + k].T @ by_gate[k]
    gradients = {"dxt": dboth[n_a:, :], "da_prev": dboth[:n_a, :], "dc_prev": keep * dc,
                 "dWf": by_gate['f'] @ both.T, "dWi": by_gate['i'] @ both.T,
                 "dWc": by_gate['c'] @ both.T, "dWo": by_gate['o'] @ both.T}
    gradients["dbf"] = by_gate['f'].sum(axis=1, keepdims=True)
    gradients["dbi"] = by_gate['i'].sum(axis=1, keepdims=True)
    gradients["dbc"] = by_gate['c'].sum(axis=1, keepdims=True)
    gradients["dbo"] = by_gate['o'].sum(axis=1, keepdims=True)
    return gradients

def lstm_forward(x, a0, parameters):
    n_x, m, T_x = x.shape
    n_y, n_a = parameters['Wy'].shape
    a, c, y = np.zeros((n_a, m, T_x)), np.zeros((n_a, m, T_x)), np.zeros((n_y, m, T_x))
    caches, at, ct = [], a0, np.zeros((n_a, m))
    for t in range(T_x):
        at, ct, y[:, :, t], cell = lstm_cell_forward(x[:, :, t], at, ct, parameters)
        a[:, :, t], c[:, :, t] = at, ct
        caches.append(cell)
    return a, y, c, (caches, x)

def lstm_backward(da, caches):
    # only what the forget gate gets, the others are not done yet
    cells, x = caches
    n_a, m, T_x = da.shape
    dx = np.zeros(x.shape)
    dWf, dbf = np.zeros((n_a, n_a + x.shape[0])), np.zeros((n_a, 1))
    right_a, right_c = np.zeros((n_a, m)), np.zeros((n_a, m))
    for t in reversed(range(T_x)):
        found = lstm_cell_backward(da[:, :, t] + right_a, right_c, cells[t])
        right_a, right_c = found['da_prev'], found['dc_prev']
        dx[:, :, t] = found['dxt']
        dWf = dWf + found['dWf']
        dbf += found['dbf']
    gradients = {"dx": dx, "da0": right_a, "dWf": dWf, "dbf": dbf}
    return gradients
