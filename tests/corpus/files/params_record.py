import numpy as xp  # or cupy
from dataclasses import dataclass

@dataclass
class LSTMParams:
    W: "xp.ndarray"   # (D+H, 4H)
    b: "xp.ndarray"   # (4H,)

def _sig(v): return 0.5 * (1 + xp.tanh(0.5 * v))

def lstm_forward(params: LSTMParams, xs, h, c):
    """xs is [T, B, D], h and c are [B, H]"""
    T = len(xs); H = h.shape[-1]
    hist = []
    ys = []
    for t in range(T):
        inp = xp.concatenate([xs[t], h], axis=1)
        g = inp @ params.W + params.b
        i, f, o, u = _sig(g[:, :H]), _sig(g[:, H:2*H] + 1.), _sig(g[:, 2*H:3*H]), xp.tanh(g[:, 3*H:])
        c_prev = c
        c = f * c + i * u
        tc = xp.tanh(c)
        h = o * tc
        hist.append((inp, i, f, o, u, c_prev, tc))
        ys.append(h)
    return xp.stack(ys), h, c, hist

def lstm_backward(params: LSTMParams, hist, dys, dh, dc):
    T = len(hist); H = dh.shape[-1]
    dW = xp.zeros_like(params.W); db = xp.zeros_like(params.b)
    dxs = [None] * T
    for t in range(T - 1, -1, -1):
        inp, i, f, o, u, c_prev, tc = hist[t]
        dh = dh + dys[t]
        dc = dc + dh * o * (1 - tc ** 2)
        dg = xp.concatenate([dc * u * i * (1 - i), dc * c_prev * f * (1 - f), dh * tc * o * (1 - o), dc * i * (1 - u * u)], axis=1)
        dW += inp.T @ dg
        db += dg.sum(axis=0)
        dinp = dg @ params.W.T
        D = inp.shape[1] - H
        dxs[t] = dinp[:, :D]
        dh = dinp[:, D:]
        dc = dc * f
    return LSTMParams(dW, db), xp.stack(dxs), dh, dc
