import json
import math
import numpy as np

POSITION = [0, 0]


def step_forward(robot, distance=1):
    """Move the robot one step; returns its new position and the log entry."""
    robot.x += distance
    return robot.x, ("forward", distance)


def step_backward(robot, log):
    robot.x -= log[1]
    return robot.x


def page_forward(history, index):
    return history[min(index + 1, len(history) - 1)], index + 1


def page_backward(history, index):
    return history[max(index - 1, 0)], index - 1


def linear_activation_forward(A_prev, W, b, activation):
    """
    A_prev -- what the layer below gives, a column an example
    activation -- which bend: "sigmoid" or "relu"
    """
    Z = W.dot(A_prev) + b
    if activation == "sigmoid":
        A = 1 / (1 + np.exp(-Z))
    elif activation == "relu":
        A = np.maximum(0, Z)
    else:
        raise ValueError("unknown activation " + activation)
    return A, (A_prev, W, b, Z)


def linear_activation_backward(dA, cache, activation):
    A_prev, W, b, Z = cache
    if activation == "sigmoid":
        s = 1 / (1 + np.exp(-Z))
        dZ = dA * s * (1 - s)
    else:
        dZ = dA * (Z > 0)
    m = A_prev.shape[1]
    return np.dot(W.T, dZ), np.dot(dZ, A_prev.T) / m, dZ.sum(axis=1, keepdims=True) / m


def fft_forward(signal):
    return np.fft.fft(signal)


def fft_backward(spectrum):
    return np.fft.ifft(spectrum)


def load_forward(path):
    with open(path) as f:
        return json.load(f), path


def load_backward(data, path):
    with open(path, "w") as f:
        json.dump(data, f)


def hmm_forward(obs, pi, A, B):
    """alpha recursion"""
    alpha = np.zeros((len(obs), len(pi)))
    alpha[0] = pi * B[:, obs[0]]
    for t in range(1, len(obs)):
        alpha[t] = alpha[t - 1].dot(A) * B[:, obs[t]]
    return alpha


def hmm_backward(obs, A, B):
    """beta recursion"""
    beta = np.ones((len(obs), A.shape[0]))
    for t in range(len(obs) - 2, -1, -1):
        beta[t] = A.dot(B[:, obs[t + 1]] * beta[t + 1])
    return beta


def dropout_forward(x, p):
    mask = np.random.rand(*x.shape) < p
    return x * mask / p, (mask, p)


def dropout_backward(dout, cache):
    mask, p = cache
    return dout * mask / p


def forward(x, w):
    return math.tanh(x * w)


def backward_compatible(version):
    return version >= (3, 6)
