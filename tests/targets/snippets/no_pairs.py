import numpy as np
def step_forward(robot, n):
    robot.move(n)
def step_backward(robot, n):
    robot.move(-n)
def rnn_forward(x, h, W):
    return np.tanh(x @ W) * h, (x, h, W)
def lstm_bakward(dh, cache):
    x, h, W = cache
    return dh, dh, dh
def lstm_forward(x, h, W): return np.tanh(x @ W) * h, (x, h, W)
def conv_forward(x, w, b, conv_param):
    s, p = conv_param['stride'], conv_param['pad']
    out = x
    return out, (x, w, b)
def conv_backward(dout, cache):
    x, w, b = cache
    return dout, w, b
def enc_forward(text, sep):
    return sep.join(text.split())
def enc_backward(text, sep):
    return text.split(sep)
def todo_forward(x, W):
    pass
def todo_backward(dout, cache):
    pass
def forward(inp, prew_h, W_in, W_rec, bias, activation):
    h = activation(inp @ W_in + prew_h @ W_rec + bias)
    return h, [inp, prew_h, W_in, W_rec, h]
def backward(g, saved):
    i, p, a, b, h = saved
    d = g * (1 - h * h)
    return d @ a.T, d @ b.T, i.T @ d, p.T @ d, d.sum(0)
