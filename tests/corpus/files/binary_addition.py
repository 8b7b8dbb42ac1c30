'''
School addition: the net sees two bits at a time, the lowest first, and has to find out about carrying by itself.
No biases, logistic units everywhere.
'''
import numpy as np

gen = np.random.RandomState(5)
n_bits = 8
hidden = 12
rate = 0.3

W_in = gen.normal(0, 1, (2, hidden))
W_rec = gen.normal(0, 0.5, (hidden, hidden))
W_out = gen.normal(0, 1, (hidden, 1))


def logi(v): return 1 / (1 + np.exp(-v))


def forward_backward(a, b, c):
    """a, b and their sum c: eight bits each, highest first. half of the squared error"""
    pairs = np.stack([a, b], axis=1)[::-1]      # lowest first
    wanted = np.asarray(c)[::-1]
    acts = np.zeros((n_bits + 1, hidden))       # row 0 is before the first bit
    answer = np.zeros(n_bits)
    for k in range(n_bits):
        acts[k + 1] = logi(pairs[k] @ W_in + acts[k] @ W_rec)
        answer[k] = logi(acts[k + 1] @ W_out)[0]
    cost = np.sum((answer - wanted) ** 2) / 2

    # all bits at once where nothing depends on the order
    at_out = (answer - wanted) * answer * (1 - answer)
    g_out = acts[1:].T @ at_out[:, None]
    slopes = acts[1:] * (1 - acts[1:])
    at_hid = np.zeros((n_bits + 1, hidden))     # one row too many, so that k + 1 is always there
    for k in reversed(range(n_bits)):
        at_hid[k] = slopes[k] * (at_out[k] * W_out[:, 0] + at_hid[k + 1] @ W_rec.T)
    g_in = pairs.T @ at_hid[:-1]
    g_rec = acts[:-1].T @ at_hid[:-1]
    return cost, g_in, g_rec, g_out


def bits(number):
    return [number >> k & 1 for k in range(n_bits - 1, -1, -1)]


for lesson in range(20000):
    first, second = gen.randint(0, 2 ** (n_bits - 1), size=2)
    cost, g_in, g_rec, g_out = forward_backward(bits(first), bits(second), bits(first + second))
    W_in -= rate * g_in
    W_rec -= rate * g_rec
    W_out -= rate * g_out
    if lesson % 2000 == 0:
        print(f'{first} + {second}: off by {cost:.4f}')
