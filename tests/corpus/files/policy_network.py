"""Recurrent policy for a card game; the environment is not part of this file."""
import json
import numpy as np

from game.features import N_FEATURES, N_ACTIONS

HIDDEN = 32
SIZES = {"in": N_FEATURES, "out": N_ACTIONS}
KEYS = ('Wz', 'Uz', 'bz', 'Wr', 'Ur', 'br', 'Wn', 'Un', 'bn')


class RecurrentPolicy:
    def __init__(self, n_in=20, n_hid=HIDDEN, seed=0):
        rng = np.random.default_rng(seed)
        for g in 'zrn':
            setattr(self, 'W' + g, rng.standard_normal((n_hid, n_in)) / np.sqrt(n_in))
            setattr(self, 'U' + g, np.linalg.qr(rng.standard_normal((n_hid, n_hid)))[0])
            setattr(self, 'b' + g, np.zeros(n_hid))

    def gru_step(self, x, h):
        """x (n_in,), h (n_hid,). Returns (h_new, cache)"""
        s = lambda a: 1 / (1 + np.exp(-np.clip(a, -20, 20)))
        z = s(self.Wz @ x + self.Uz @ h + self.bz)
        r = s(self.Wr @ x + self.Ur @ h + self.br)
        n = np.tanh(self.Wn @ x + self.Un @ (r * h) + self.bn)
        return (1 - z) * h + z * n, (x, h, z, r, n)

    def gru_step_backward(self, dh_new, cache):
        """Returns (dh, grads): grads has the keys of the weights"""
        x, h, z, r, n = cache
        dan = dh_new * z * (1 - n * n)
        daz = dh_new * (n - h) * z * (1 - z)
        drh = self.Un.T @ dan
        dar = drh * h * r * (1 - r)
        dh = dh_new * (1 - z) + drh * r + self.Uz.T @ daz + self.Ur.T @ dar
        grads = {}
        for k, d, left in (('z', daz, h), ('r', dar, h), ('n', dan, r * h)):
            grads['W' + k], grads['U' + k], grads['b' + k] = np.outer(d, x), np.outer(d, left), d
        return dh, grads

    def save(self, path):
        with open(path, 'w') as f:
            json.dump({k: getattr(self, k).tolist() for k in KEYS}, f)


class TinyCharRNN:
    """loss_and_grads returns the loss, the five gradients as a tuple, and the last state"""

    def __init__(self, V, H=16, seed=42):
        rng = np.random.default_rng(seed)
        self.V, self.H = V, H
        self.Wxh, self.Whh, self.Why = (rng.normal(0, 0.1, s) for s in ((H, V), (H, H), (V, H)))
        self.bh, self.by = np.zeros((H, 1)), np.zeros((V, 1))

    def loss_and_grads(self, inputs, targets, hprev):
        hs, ps, loss = {-1: hprev}, {}, 0.0
        for t, (i, o) in enumerate(zip(inputs, targets)):
            hs[t] = np.tanh(self.Wxh[:, [i]] + self.Whh @ hs[t - 1] + self.bh)
            e = np.exp(self.Why @ hs[t] + self.by)
            ps[t] = e / e.sum()
            loss -= np.log(ps[t][o, 0] + 1e-12)
        dWxh, dWhh, dWhy, dbh, dby = (np.zeros_like(w) for w in (self.Wxh, self.Whh, self.Why, self.bh, self.by))
        dnext = np.zeros_like(hprev)
        for t in reversed(range(len(inputs))):
            dy = ps[t].copy()
            dy[targets[t]] -= 1
            dWhy += dy @ hs[t].T
            dby += dy
            draw = (1 - hs[t] ** 2) * (self.Why.T @ dy + dnext)
            dbh += draw
            dWxh[:, [inputs[t]]] += draw
            dWhh += draw @ hs[t - 1].T
            dnext = self.Whh.T @ draw
        return loss, (dWxh, dWhh, dWhy, dbh, dby), hs[len(inputs) - 1]
