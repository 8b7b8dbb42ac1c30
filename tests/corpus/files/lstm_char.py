import numpy as np
import sys

data = open(sys.argv[1] if len(sys.argv) > 1 else 'input.txt').read()
chars = list(set(data))
vocab_size = len(chars)
char_to_ix = {c: i for i, c in enumerate(chars)}

H = 64          # hidden units
T_steps = 25
lr = 0.1
concat_size = H + vocab_size

Wf = np.random.randn(H, concat_size) * 0.1
bf = np.ones((H, 1))
Wi = np.random.randn(H, concat_size) * 0.1
bi = np.zeros((H, 1))
Wc = np.random.randn(H, concat_size) * 0.1
bc = np.zeros((H, 1))
Wo = np.random.randn(H, concat_size) * 0.1
bo = np.zeros((H, 1))
Wy = np.random.randn(vocab_size, H) * 0.1
by = np.zeros((vocab_size, 1))

sigmoid = lambda v: 1.0 / (1.0 + np.exp(-v))


def lossFun(inputs, targets, hprev, cprev):
    xs, zs, fs, is_, gs, cs, os_, hs, ps = {}, {}, {}, {}, {}, {}, {}, {}, {}
    hs[-1] = np.copy(hprev)
    cs[-1] = np.copy(cprev)
    loss = 0.0
    for t in range(len(inputs)):
        xs[t] = np.zeros((vocab_size, 1))
        xs[t][inputs[t]] = 1
        zs[t] = np.vstack((hs[t-1], xs[t]))
        fs[t] = sigmoid(np.dot(Wf, zs[t]) + bf)
        is_[t] = sigmoid(np.dot(Wi, zs[t]) + bi)
        gs[t] = np.tanh(np.dot(Wc, zs[t]) + bc)
        cs[t] = fs[t] * cs[t-1] + is_[t] * gs[t]
        os_[t] = sigmoid(np.dot(Wo, zs[t]) + bo)
        hs[t] = os_[t] * np.tanh(cs[t])
        y = np.dot(Wy, hs[t]) + by
        ps[t] = np.exp(y) / np.sum(np.exp(y))
        loss += -np.log(ps[t][targets[t], 0])

    dWf, dWi, dWc, dWo, dWy = np.zeros_like(Wf), np.zeros_like(Wi), np.zeros_like(Wc), np.zeros_like(Wo), np.zeros_like(Wy)
    dbf, dbi, dbc, dbo, dby = np.zeros_like(bf), np.zeros_like(bi), np.zeros_like(bc), np.zeros_like(bo), np.zeros_like(by)
    dhnext = np.zeros_like(hs[0])
    dcnext = np.zeros_like(cs[0])
    for t in reversed(range(len(inputs))):
        dy = np.copy(ps[t])
        dy[targets[t]] -= 1
        dWy += np.dot(dy, hs[t].T)
        dby += dy
        dh = np.dot(Wy.T, dy) + dhnext
        do = dh * np.tanh(cs[t])
        do = os_[t] * (1 - os_[t]) * do
        dc = dcnext + dh * os_[t] * (1 - np.tanh(cs[t]) ** 2)
        dg = dc * is_[t]
        dg = (1 - gs[t] ** 2) * dg
        di = is_[t] * (1 - is_[t]) * dc * gs[t]
        df = fs[t] * (1 - fs[t]) * dc * cs[t-1]
        dWf += np.dot(df, zs[t].T)
        dbf += df
        dWi += np.dot(di, zs[t].T)
        dbi += di
        dWc += np.dot(dg, zs[t].T)
        dbc += dg
        dWo += np.dot(do, zs[t].T)
        dbo += do
        dz = np.dot(Wf.T, df) + np.dot(Wi.T, di) + np.dot(Wc.T, dg) + np.dot(Wo.T, do)
        dhnext = dz[:H, :]
        dcnext = fs[t] * dc
    return loss, dWf, dWi, dWc, dWo, dWy, dbf, dbi, dbc, dbo, dby, hs[len(inputs)-1], cs[len(inputs)-1]


n, p = 0, 0
hprev = np.zeros((H, 1))
cprev = np.zeros((H, 1))
while n < 100000:
    if p + T_steps + 1 >= len(data):
        p = 0
        hprev = np.zeros((H, 1))
        cprev = np.zeros((H, 1))
    inputs = [char_to_ix[c] for c in data[p:p+T_steps]]
    targets = [char_to_ix[c] for c in data[p+1:p+T_steps+1]]
    out = lossFun(inputs, targets, hprev, cprev)
    loss, grads, hprev, cprev = out[0], out[1:11], out[11], out[12]
    for w, g in zip((Wf, Wi, Wc, Wo, Wy, bf, bi, bc, bo, by), grads):
        w -= lr * np.clip(g, -1, 1)
    if n % 100 == 0:
        print(n, loss)
    p += T_steps
    n += 1
