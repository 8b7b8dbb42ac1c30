import numpy as np


def softmax(z):
    e = np.exp(z - z.max())
    return e / e.sum(axis=0)


def cell_forward(xt, a_prev, parameters):
    Wx, Wa, Wy = parameters["Wx"], parameters["Wa"], parameters["Wy"]
    a_next = np.tanh(Wx @ xt + Wa @ a_prev)
    y = softmax(Wy @ a_next)
    return a_next, y, (a_next, a_prev, xt, parameters)


def cell_backward(da_next, cache, dz):
    a_next, a_prev, xt, parameters = cache
    dpre = da_next * (1 - a_next**2)
    return {
        "dWx": dpre @ xt.T,
        "dWa": dpre @ a_prev.T,
        "dWy": dz @ a_next.T,
        "da_prev": parameters["Wa"].T @ dpre,
    }


def reader_forward(X, Y, a0, parameters, size):
    Wy = parameters["Wy"]
    steps = len(X)
    x, a, c = np.zeros((size, steps)), np.zeros((Wy.shape[1], steps)), []
    y_hat, loss, a_next = np.zeros((Wy.shape[0], steps)), 0, a0
    for t in range(steps):
        xt = x[:, t].reshape(-1, 1)
        xt[X[t], 0] = 1
        a_next, yt, cache = cell_forward(xt, a_next, parameters)
        a[:, t], y_hat[:, t] = a_next.reshape(-1), yt.reshape(-1)
        loss += -np.log(y_hat[Y[t], t])
        c.append(cache)
    return a, y_hat, c, (c, x), loss


def reader_backward(y_hat, Y, a, caches):
    c, x = caches
    parameters = c[0][-1]
    gradients = {"d" + key: np.zeros_like(value) for key, value in parameters.items()}
    back = np.zeros((a.shape[0], 1))
    for t in reversed(range(a.shape[1])):
        dz = y_hat[:, [t]].copy()
        dz[Y[t]] -= 1
        found = cell_backward(parameters["Wy"].T @ dz + back, c[t], dz)
        for key in gradients:
            gradients[key] += found[key]
        back = found["da_prev"]
    gradients["da0"] = back
    return gradients
