# lstm on characters, one weight matrix per gate (reads better than slicing)
#   python lstm_char.py novel.txt
import sys
from itertools import count

import numpy as np

with open(sys.argv[-1]) as handle:
    novel = handle.read()
letters = sorted(set(novel))
V = len(letters)
code_of = dict(zip(letters, range(V)))

H = 64
window, lr = 40, 0.05
wide = H + V    # state on top of the letter

def glorot(rows, cols): return np.random.uniform(-1, 1, (rows, cols)) * np.sqrt(6 / (rows + cols))

Wf, bf = glorot(H, wide), np.ones((H, 1))   # remembers at first
Wi, bi = glorot(H, wide), np.zeros((H, 1))
Wc, bc = glorot(H, wide), np.zeros((H, 1))
Wo, bo = glorot(H, wide), np.zeros((H, 1))
Wy, by = glorot(V, H), np.zeros((V, 1))


def squash(v):
    return .5 * np.tanh(.5 * v) + .5


def lossFun(inputs, targets, hprev, cprev):
    # inputs, targets: numbers of letters. hprev, cprev: (H, 1)
    trace = []
    total = 0.
    h, c = hprev, cprev
    for letter, nxt in zip(inputs, targets):
        hx = np.zeros((wide, 1))
        hx[:H] = h
        hx[H + letter] = 1
        forget = squash(Wf @ hx + bf)
        write = squash(Wi @ hx + bi)
        new = np.tanh(Wc @ hx + bc)
        show = squash(Wo @ hx + bo)
        c_before = c
        c = c_before * forget + write * new
        tc = np.tanh(c)
        h = show * tc
        e = np.exp(Wy @ h + by)
        prob = e / e.sum()
        total -= np.log(prob[nxt, 0])
        trace.append((hx, forget, write, new, show, c_before, tc, h, prob, nxt))
    last = h, c

    gWf, gWi, gWc, gWo, gWy = [np.zeros(w.shape) for w in (Wf, Wi, Wc, Wo, Wy)]
    gbf, gbi, gbc, gbo, gby = [np.zeros(w.shape) for w in (bf, bi, bc, bo, by)]
    to_h = np.zeros((H, 1))
    to_c = np.zeros((H, 1))
    while trace:
        hx, forget, write, new, show, c_before, tc, h, prob, nxt = trace.pop()
        err = prob.copy()
        err[nxt] -= 1
        gWy += err @ h.T
        gby += err
        to_h = to_h + Wy.T @ err
        # c gets something from its own future and from h
        to_c = to_c + to_h * show * (1 - tc ** 2)
        af = to_c * c_before * forget * (1 - forget)
        ai = to_c * new * write * (1 - write)
        ac = to_c * write * (1 - new ** 2)
        ao = to_h * tc * show * (1 - show)
        gWf += af @ hx.T
        gWi += ai @ hx.T
        gWc += ac @ hx.T
        gWo += ao @ hx.T
        gbf += af; gbi += ai; gbc += ac; gbo += ao
        to_h = (Wf.T @ af + Wi.T @ ai + Wc.T @ ac + Wo.T @ ao)[:H]
        to_c = to_c * forget
    return total, gWf, gWi, gWc, gWo, gWy, gbf, gbi, gbc, gbo, gby, last[0], last[1]


everything = [code_of[letter] for letter in novel]
hidden, cell = np.zeros((H, 1)), np.zeros((H, 1))
for update in count():
    at = update * window % (len(everything) - window - 1)
    if at < window:     # from the top again
        hidden, cell = np.zeros((H, 1)), np.zeros((H, 1))
    part = everything[at:at + window + 1]
    nats, *gradients, hidden, cell = lossFun(part[:-1], part[1:], hidden, cell)
    for weight, gradient in zip([Wf, Wi, Wc, Wo, Wy, bf, bi, bc, bo, by], gradients):
        weight -= lr * np.clip(gradient, -1, 1)     # in place
    if not update % 200:
        print('%7d  %.3f' % (update, nats / window))
