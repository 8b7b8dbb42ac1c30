# letters with a GRU.   cat *.txt | python gru_char.py
import sys
import numpy as np

raw = sys.stdin.read()
kinds = sorted(set(raw))
V = len(kinds)
code = {k: n for n, k in enumerate(kinds)}
h_size = 72
seq, eta = 35, .02

rs = np.random.RandomState(11)
def weight(rows, cols): return rs.standard_normal((rows, cols)) / np.sqrt(cols)

# W* on the letter, U* on the state
Wr, Wz, Wh = weight(h_size, V), weight(h_size, V), weight(h_size, V)
Ur, Uz, Uh = weight(h_size, h_size), weight(h_size, h_size), weight(h_size, h_size)
br, bz, bh = np.zeros((h_size, 1)), np.ones((h_size, 1)), np.zeros((h_size, 1))
Wy, by = weight(V, h_size), np.zeros((V, 1))

def logistic(a): return 1/(1 + np.exp(-a))

def lossFun(inputs, targets, hprev):
    T = len(inputs)
    R, Z, N = [None] * T, [None] * T, [None] * T   # reset, update, new
    S = [hprev] + [None] * T                       # S[t]: before step t
    P = []
    for t, letter in enumerate(inputs):
        old = S[t]
        R[t] = logistic(Ur @ old + Wr[:, [letter]] + br)
        Z[t] = logistic(Uz @ old + Wz[:, [letter]] + bz)
        N[t] = np.tanh(Uh @ (R[t] * old) + Wh[:, [letter]] + bh)
        S[t + 1] = N[t] + Z[t] * (old - N[t])      # Z = 1 keeps everything
        top = np.exp(Wy @ S[t + 1] + by)
        P.append(top / top.sum())
    loss = -sum(np.log(P[t][targets[t], 0]) for t in range(T))

    gWy, gWh, gWr, gWz, gUh, gUr, gUz, gby, gbh, gbr, gbz = (np.zeros(w.shape) for w in
        (Wy, Wh, Wr, Wz, Uh, Ur, Uz, by, bh, br, bz))
    g = np.zeros((h_size, 1))       # by S[t + 1], from the right
    for t in range(T - 1, -1, -1):
        old, r, z, n, letter = S[t], R[t], Z[t], N[t], inputs[t]
        d = P[t] * 1.0
        d[targets[t]] -= 1
        gWy += d @ S[t + 1].T; gby += d
        g = g + Wy.T @ d
        an = g * (1 - z) * (1 - n * n)
        mixed = Uh.T @ an               # by r * old
        ar = mixed * old * r * (1 - r)
        az = g * (old - n) * z * (1 - z)
        gUh += an @ (r * old).T; gWh[:, letter] += an[:, 0]; gbh += an
        gUr += ar @ old.T; gWr[:, letter] += ar[:, 0]; gbr += ar
        gUz += az @ old.T; gWz[:, letter] += az[:, 0]; gbz += az
        g = g * z + mixed * r + Ur.T @ ar + Uz.T @ az

    all_of_them = [gWy, gWh, gWr, gWz, gUh, gUr, gUz, gby, gbh, gbr, gbz]
    length = np.sqrt(sum(np.vdot(each, each) for each in all_of_them))
    if length > 5:
        for each in all_of_them: each *= 5 / length
    return loss, all_of_them, S[T]

if len(raw) <= seq:
    sys.exit('feed me more text')

text = [code[k] for k in raw]
weights = (Wy, Wh, Wr, Wz, Uh, Ur, Uz, by, bh, br, bz)
for round_ in range(50):
    nats, state = 0, np.zeros((h_size, 1))
    for a in range(0, len(text) - seq, seq):
        loss, grads, state = lossFun(text[a:a + seq], text[a + 1:a + seq + 1], state)
        nats += loss
        for w, dw in zip(weights, grads): w -= eta * dw
    print('round', round_, 'nats per letter', nats / len(text))
