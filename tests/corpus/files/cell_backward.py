"""The second of my two files, see week1_building_a_rnn for the forward pass."""
import numpy as np
from gru_coursera_style import gru_cell_forward


def gru_cell_backward(da_next, cache):
    (xt, a_prev, concat, concat_r, r, u, cc, parameters) = cache
    n_a = a_prev.shape[0]
    dcc = da_next * u * (1 - np.square(cc))
    du = da_next * (cc - a_prev) * u * (1 - u)
    dcr = parameters['Wc'].T.dot(dcc)
    dr = dcr[:n_a] * a_prev * r * (1 - r)
    dc = parameters['Wu'].T.dot(du) + parameters['Wr'].T.dot(dr)
    return {"dxt": dcr[n_a:] + dc[n_a:], "da_prev": da_next * (1 - u) + dcr[:n_a] * r + dc[:n_a],
            "dWc": dcc.dot(concat_r.T), "dWu": du.dot(concat.T), "dWr": dr.dot(concat.T),
            "dbc": dcc.sum(1, keepdims=True), "dbu": du.sum(1, keepdims=True), "dbr": dr.sum(1, keepdims=True)}


if __name__ == "__main__":
    np.random.seed(1)
    xt, a_prev = np.random.randn(3, 10), np.random.randn(5, 10)
    p = {k: np.random.randn(5, 8) for k in ('Wr', 'Wu', 'Wc')}
    p.update({k: np.random.randn(5, 1) for k in ('br', 'bu', 'bc')})
    a_next, cache = gru_cell_forward(xt, a_prev, p)
    print(gru_cell_backward(np.random.randn(5, 10), cache)["dWc"][3][1])
