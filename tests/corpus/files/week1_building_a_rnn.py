#!/usr/bin/env python
# coding: utf-8

# # Week 1: RNN and LSTM cells by hand
#
# my solutions, saved as .py (File > Download as > Python)

# In[1]:

import numpy as np


def softmax(z):
    z = np.exp(z - z.max(axis=0, keepdims=True))
    return z / z.sum(axis=0, keepdims=True)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# In[2]:

def rnn_cell_forward(xt, a_prev, parameters):
    """
    xt -- letters or whatever comes in now, shape (n_x, m)
    a_prev -- activations left by the cell on the left, shape (n_a, m)
    parameters -- dictionary with
        Wax -- shape (n_a, n_x)
        Waa -- shape (n_a, n_a)
        Wya -- shape (n_y, n_a)
        ba -- shape (n_a, 1)
        by -- shape (n_y, 1)
    """
    ### my code
    p = parameters
    pre = p["ba"] + p["Waa"] @ a_prev + p["Wax"] @ xt
    a_next = np.tanh(pre)
    yt_pred = softmax(p["by"] + p["Wya"] @ a_next)
    ### end of my code
    return a_next, yt_pred, (a_next, a_prev, xt, parameters)


# In[3]:

def rnn_forward(x, a0, parameters):
    """
    x -- shape (n_x, m, T_x), the last axis is time
    a0 -- shape (n_a, m)
    """
    (_, m, T_x), (n_y, n_a) = x.shape, parameters["Wya"].shape
    a, y_pred = np.empty((n_a, m, T_x)), np.empty((n_y, m, T_x))
    steps = []
    for t in range(T_x):
        before = a[:, :, t - 1] if t else a0
        a[:, :, t], y_pred[:, :, t], step = rnn_cell_forward(x[:, :, t], before, parameters)
        steps.append(step)
    return a, y_pred, (steps, x)


# In[4]:

def lstm_cell_forward(xt, a_prev, c_prev, parameters):
    """
    xt -- shape (n_x, m); a_prev -- shape (n_a, m); c_prev -- what the memory holds, shape (n_a, m)
    parameters -- dictionary with
        Wf, Wi, Wc, Wo -- forget, update, candidate, output, each of shape (n_a, n_a + n_x)
        bf, bi, bc, bo -- each of shape (n_a, 1)
        Wy -- shape (n_y, n_a)
        by -- shape (n_y, 1)
    """
    both = np.vstack([a_prev, xt])
    pre = {k: parameters["W" + k] @ both + parameters["b" + k] for k in "fico"}
    ft, it, ot = sigmoid(pre["f"]), sigmoid(pre["i"]), sigmoid(pre["o"])
    cct = np.tanh(pre["c"])
    c_next = it * cct + ft * c_prev
    a_next = np.tanh(c_next) * ot
    yt_pred = softmax(parameters["Wy"] @ a_next + parameters["by"])
    cache = (a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters)
    return a_next, c_next, yt_pred, cache


# In[5]:

def lstm_forward(x, a0, parameters):
    """x -- shape (n_x, m, T_x), a0 -- shape (n_a, m). the memory is empty at first. Returns a, y, c, caches"""
    steps, a, c, y = [], [], [], []
    left_a, left_c = a0, np.zeros_like(a0)
    for t in range(x.shape[2]):
        left_a, left_c, guess, step = lstm_cell_forward(x[:, :, t], left_a, left_c, parameters)
        a.append(left_a)
        c.append(left_c)
        y.append(guess)
        steps.append(step)
    return np.stack(a, axis=2), np.stack(y, axis=2), np.stack(c, axis=2), (steps, x)


# ## backwards (nobody has to hand this in)

# In[6]:

def rnn_cell_backward(da_next, cache):
    """
    da_next -- shape (n_a, m)

    gives a dictionary: dxt, da_prev, dWax, dWaa, dba, each as large as the thing without the d
    """
    a_next, a_prev, xt, parameters = cache
    dz = (1 - a_next ** 2) * da_next
    gradients = {"dba": dz.sum(axis=1, keepdims=True)}
    gradients["dWaa"], gradients["da_prev"] = dz @ a_prev.T, parameters["Waa"].T @ dz
    gradients["dWax"], gradients["dxt"] = dz @ xt.T, parameters["Wax"].T @ dz
    return gradients


# In[7]:

def rnn_backward(da, caches):
    """
    da -- what the a of every step gets from its y, shape (n_a, m, T_x)
    """
    steps, x = caches
    gradients = dict(dx=np.empty_like(x), dWax=0, dWaa=0, dba=0)
    from_right = np.zeros(da.shape[:2])
    for t in range(len(steps) - 1, -1, -1):
        found = rnn_cell_backward(da[:, :, t] + from_right, steps[t])
        from_right = found["da_prev"]
        gradients["dx"][:, :, t] = found["dxt"]
        for k in ("dWax", "dWaa", "dba"):
            gradients[k] = gradients[k] + found[k]
    gradients["da0"] = from_right
    return gradients


# In[8]:

def lstm_cell_backward(da_next, dc_next, cache):
    """
    da_next -- shape (n_a, m)
    dc_next -- shape (n_a, m)
    """
    a_next, c_next, a_prev, c_prev, ft, it, cct, ot, xt, parameters = cache
    n_a = len(a_prev)
    tc = np.tanh(c_next)
    # c_next goes into a_next and into the next cell
    dc = dc_next + da_next * ot * (1 - tc ** 2)
    d = {}
    d["o"] = da_next * tc * ot * (1 - ot)
    d["f"] = dc * c_prev * ft * (1 - ft)
    d["i"] = dc * cct * it * (1 - it)
    d["c"] = dc * it * (1 - cct ** 2)

    both = np.vstack([a_prev, xt])
    dboth = 0
    gradients = {"dc_prev": dc * ft}
    for k in d:
        gradients["dW" + k] = d[k] @ both.T
        gradients["db" + k] = d[k].sum(axis=1, keepdims=True)
        dboth = dboth + parameters["W" + k].T @ d[k]
    gradients["da_prev"], gradients["dxt"] = dboth[:n_a], dboth[n_a:]
    return gradients


# In[9]:

def lstm_backward(da, caches):
    steps, x = caches
    dx = np.zeros(x.shape)
    right_a, right_c = np.zeros(da[:, :, 0].shape), np.zeros(da[:, :, 0].shape)
    sums = {"d" + k + gate: 0 for k in "Wb" for gate in "fico"}
    t = len(steps)
    while t:
        t -= 1
        found = lstm_cell_backward(da[:, :, t] + right_a, right_c, steps[t])
        right_a, right_c = found["da_prev"], found["dc_prev"]
        dx[:, :, t] = found["dxt"]
        sums = {k: sums[k] + found[k] for k in sums}
    return {**sums, "dx": dx, "da0": right_a}


# In[10]:

g = np.random.default_rng(0)
some = {"Wax": g.normal(size=(5, 4)), "Waa": g.normal(size=(5, 5)), "Wya": g.normal(size=(3, 5)), "ba": g.normal(size=(5, 1)), "by": g.normal(size=(3, 1))}
_, _, kept = rnn_cell_forward(g.normal(size=(4, 8)), g.normal(size=(5, 8)), some)
for name, value in rnn_cell_backward(g.normal(size=(5, 8)), kept).items():
    print(name, value.shape, value.ravel()[:3])
