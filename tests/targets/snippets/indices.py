import numpy as np

def scores_loss(x, y):
    """x: (N, T, V), which words it should have been: y of shape (N, T)"""
    N, T, V = np.shape(x)
    flat = np.reshape(x, (N * T, V))
    p = np.exp(flat - flat.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    where = np.arange(N * T)
    loss = -np.log(p[where, y.ravel()]).sum() / N
    p[where, y.ravel()] -= 1
    dx = np.reshape(p / N, (N, T, V))
    return loss, dx

H, V = 8, 20
W, b = np.random.randn(H, H + V), np.zeros((H, 1))
Wy = np.random.randn(V, H)

def state_and_letter_loss(letters, following, h):
    loss, steps = 0.0, []
    for letter, answer in zip(letters, following):
        both = np.zeros((H + V, 1))
        both[:H] = h
        both[H + letter] = 1
        h = np.tanh(W @ both + b)
        p = np.exp(Wy @ h)
        p /= p.sum()
        loss -= np.log(p[answer, 0])
        steps.append((both, h, p, answer))
    dW, db, dWy, dh = 0 * W, 0 * b, 0 * Wy, 0
    for both, h, p, answer in steps[::-1]:
        p[answer] -= 1
        dWy += p @ h.T
        dz = (Wy.T @ p + dh) * (1 - h ** 2)
        dW += dz @ both.T
        db += dz
        dh = (W.T @ dz)[:H]
    return loss, dW, db, dWy
