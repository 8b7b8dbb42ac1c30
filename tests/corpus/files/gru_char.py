# GRU port of min-char-rnn. Usage: python gru_char.py < book.txt
import numpy as np, sys

data = sys.stdin.read()
chars = list(set(data))
V = len(chars)
idx = {c: i for i, c in enumerate(chars)}
h_size = 80
n_steps = 30

rng = np.random.RandomState(0)
def init(*s): return rng.uniform(-1, 1, s) * np.sqrt(6. / sum(s))

Wz, Uz, bz = init(h_size, V), init(h_size, h_size), np.zeros((h_size, 1))
Wr, Ur, br = init(h_size, V), init(h_size, h_size), np.zeros((h_size, 1))
Wh, Uh, bh = init(h_size, V), init(h_size, h_size), np.zeros((h_size, 1))
Wy, by = init(V, h_size), np.zeros((V, 1))

def sigmoid(x): return 1 / (1 + np.exp(-x))
def dsigmoid(y): return y * (1 - y)
def dtanh(y): return 1 - y * y

def lossFun(inputs, targets, hprev):
    x, z, r, h_hat, h, y, p = {}, {}, {}, {}, {-1: hprev}, {}, {}
    sequence_loss = 0
    for t in range(len(inputs)):
        x[t] = np.zeros((V, 1))
        x[t][inputs[t]] = 1
        z[t] = sigmoid(np.dot(Wz, x[t]) + np.dot(Uz, h[t-1]) + bz)
        r[t] = sigmoid(np.dot(Wr, x[t]) + np.dot(Ur, h[t-1]) + br)
        h_hat[t] = np.tanh(np.dot(Wh, x[t]) + np.dot(Uh, np.multiply(r[t], h[t-1])) + bh)
        h[t] = np.multiply(z[t], h[t-1]) + np.multiply((1 - z[t]), h_hat[t])
        y[t] = np.dot(Wy, h[t]) + by
        p[t] = np.exp(y[t]) / np.sum(np.exp(y[t]))
        sequence_loss += -np.sum(np.log(p[t][targets[t]]))

    dWy, dWh, dWr, dWz = np.zeros_like(Wy), np.zeros_like(Wh), np.zeros_like(Wr), np.zeros_like(Wz)
    dUh, dUr, dUz = np.zeros_like(Uh), np.zeros_like(Ur), np.zeros_like(Uz)
    dby, dbh, dbr, dbz = np.zeros_like(by), np.zeros_like(bh), np.zeros_like(br), np.zeros_like(bz)
    dhnext = np.zeros_like(h[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(p[t])
        dy[targets[t]] -= 1
        dWy += np.dot(dy, h[t].T)
        dby += dy
        dh = np.dot(Wy.T, dy) + dhnext
        dh_hat = np.multiply(dh, (1 - z[t]))
        dh_hat_l = dh_hat * dtanh(h_hat[t])
        dWh += np.dot(dh_hat_l, x[t].T)
        dUh += np.dot(dh_hat_l, np.multiply(r[t], h[t-1]).T)
        dbh += dh_hat_l
        drhp = np.dot(Uh.T, dh_hat_l)
        dr = np.multiply(drhp, h[t-1])
        dr_l = dr * dsigmoid(r[t])
        dWr += np.dot(dr_l, x[t].T)
        dUr += np.dot(dr_l, h[t-1].T)
        dbr += dr_l
        dz = np.multiply(dh, h[t-1] - h_hat[t])
        dz_l = dz * dsigmoid(z[t])
        dWz += np.dot(dz_l, x[t].T)
        dUz += np.dot(dz_l, h[t-1].T)
        dbz += dz_l
        dhnext = np.dot(Uz.T, dz_l) + np.multiply(dh, z[t]) + np.multiply(drhp, r[t]) + np.dot(Ur.T, dr_l)
    grads = [dWy, dWh, dWr, dWz, dUh, dUr, dUz, dby, dbh, dbr, dbz]
    total = np.sqrt(sum(np.sum(g ** 2) for g in grads))
    if total > 5:
        grads = [g * (5 / total) for g in grads]
    return sequence_loss, grads, h[len(inputs)-1]

if not data:
    sys.exit('nothing to read')

ptr, hp = 0, np.zeros((h_size, 1))
for it in range(10 ** 9):
    if ptr + n_steps + 1 > len(data): ptr, hp = 0, np.zeros((h_size, 1))
    xs = [idx[c] for c in data[ptr:ptr + n_steps]]
    ts = [idx[c] for c in data[ptr + 1:ptr + n_steps + 1]]
    loss, grads, hp = lossFun(xs, ts, hp)
    for w, g in zip((Wy, Wh, Wr, Wz, Uh, Ur, Uz, by, bh, br, bz), grads): w -= 0.01 * g
    if it % 1000 == 0: print(it, loss)
    ptr += n_steps
