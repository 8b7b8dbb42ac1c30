# LSTM from scratch - code of my blog post, part 2
# (c) a blogger. Copy it, learn something.
import numpy as np
import matplotlib.pyplot as plt
from collections import Counter

# ------------------------------------------------------------------ 1. data

text = """the quick brown fox jumps over the lazy dog. the dog sleeps. the fox runs away."""
counts = Counter(text)
vocab = sorted(counts)
stoi = {s: i for i, s in enumerate(vocab)}
itos = {i: s for s, i in stoi.items()}
vocab_size = len(vocab)
n_h = 32
feature_size = n_h + vocab_size

# ------------------------------------------------------------------ 2. activations


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x):
    """stable softmax of a column"""
    e = np.exp(x - np.max(x))
    return e / e.sum()


# ------------------------------------------------------------------ 3. parameters


def init_params(scale=0.1, seed=3):
    rng = np.random.default_rng(seed)
    p = {}
    for gate in ("f", "i", "c", "o"):
        p["W" + gate] = rng.standard_normal((n_h, feature_size)) * scale
        p["b" + gate] = np.zeros((n_h, 1))
    p["bf"] += 1.0
    p["Wv"] = rng.standard_normal((vocab_size, n_h)) * scale
    p["bv"] = np.zeros((vocab_size, 1))
    return p


params = init_params()
grads = {"d" + k: np.zeros_like(v) for k, v in params.items()}


def clear_grads():
    for k in grads:
        grads[k].fill(0)


def clip_grads(limit=5):
    for k in grads:
        np.clip(grads[k], -limit, limit, out=grads[k])


# ------------------------------------------------------------------ 4. one step


def forward_step(x, h_prev, c_prev):
    """x (vocab_size, 1), h_prev and c_prev (n_h, 1)"""
    z = np.row_stack((h_prev, x)) if hasattr(np, "row_stack") else np.vstack((h_prev, x))
    f = sigmoid(params["Wf"] @ z + params["bf"])
    i = sigmoid(params["Wi"] @ z + params["bi"])
    c_bar = np.tanh(params["Wc"] @ z + params["bc"])
    c = f * c_prev + i * c_bar
    o = sigmoid(params["Wo"] @ z + params["bo"])
    h = o * np.tanh(c)
    v = params["Wv"] @ h + params["bv"]
    y_hat = softmax(v)
    return y_hat, v, h, o, c, c_bar, i, f, z


def backward_step(y, y_hat, dh_next, dc_next, c_prev, f, i, c_bar, c, o, h, z):
    dv = np.copy(y_hat)
    dv[y] -= 1
    grads["dWv"] += dv @ h.T
    grads["dbv"] += dv

    dh = params["Wv"].T @ dv
    dh += dh_next

    do = dh * np.tanh(c)
    da_o = do * o * (1 - o)
    grads["dWo"] += da_o @ z.T
    grads["dbo"] += da_o

    dc = dh * o * (1 - np.tanh(c) ** 2)
    dc += dc_next

    dc_bar = dc * i
    da_c = dc_bar * (1 - c_bar ** 2)
    grads["dWc"] += da_c @ z.T
    grads["dbc"] += da_c

    di = dc * c_bar
    da_i = di * i * (1 - i)
    grads["dWi"] += da_i @ z.T
    grads["dbi"] += da_i

    df = dc * c_prev
    da_f = df * f * (1 - f)
    grads["dWf"] += da_f @ z.T
    grads["dbf"] += da_f

    dz = params["Wf"].T @ da_f + params["Wi"].T @ da_i + params["Wc"].T @ da_c + params["Wo"].T @ da_o
    return dz[:n_h], f * dc


# ------------------------------------------------------------------ 5. a whole chunk


def forward_backward(x_batch, y_batch, h_prev, c_prev):
    """x_batch and y_batch are lists of indices; fills the global grads, returns the loss and the last states"""
    x, z, f, i, c_bar, c, o, h, y_hat = {}, {}, {}, {}, {}, {}, {}, {}, {}
    h[-1], c[-1] = h_prev, c_prev
    loss = 0
    for t in range(len(x_batch)):
        x[t] = np.zeros((vocab_size, 1))
        x[t][x_batch[t]] = 1
        y_hat[t], _, h[t], o[t], c[t], c_bar[t], i[t], f[t], z[t] = forward_step(x[t], h[t - 1], c[t - 1])
        loss += -np.log(y_hat[t][y_batch[t], 0])
    clear_grads()
    dh_next = np.zeros_like(h[0])
    dc_next = np.zeros_like(c[0])
    for t in reversed(range(len(x_batch))):
        dh_next, dc_next = backward_step(y_batch[t], y_hat[t], dh_next, dc_next, c[t - 1], f[t], i[t], c_bar[t], c[t], o[t], h[t], z[t])
    clip_grads()
    return loss, h[len(x_batch) - 1], c[len(x_batch) - 1]


# ------------------------------------------------------------------ 6. Adam and training

m = {k: np.zeros_like(v) for k, v in params.items()}
s = {k: np.zeros_like(v) for k, v in params.items()}


def update(step, lr=1e-3, b1=0.9, b2=0.999):
    for k in params:
        m[k] = b1 * m[k] + (1 - b1) * grads["d" + k]
        s[k] = b2 * s[k] + (1 - b2) * grads["d" + k] ** 2
        params[k] -= lr * (m[k] / (1 - b1 ** step)) / (np.sqrt(s[k] / (1 - b2 ** step)) + 1e-8)


def train(epochs=3000, seq_len=25):
    smooth, losses, step = -np.log(1 / vocab_size) * seq_len, [], 0
    for epoch in range(epochs):
        h, c = np.zeros((n_h, 1)), np.zeros((n_h, 1))
        for start in range(0, len(text) - seq_len - 1, seq_len):
            step += 1
            xs = [stoi[ch] for ch in text[start:start + seq_len]]
            ys = [stoi[ch] for ch in text[start + 1:start + seq_len + 1]]
            loss, h, c = forward_backward(xs, ys, h, c)
            update(step)
            smooth = smooth * 0.99 + loss * 0.01
            losses.append(smooth)
        if epoch % 100 == 0:
            print(epoch, smooth)
    return losses


losses = train()
plt.plot(losses)
plt.xlabel("updates")
plt.show()
