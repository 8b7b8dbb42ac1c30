# -*- coding: utf-8 -*-
import numpy as np


def 순전파_forward(x_t, h_이전, W, U, b):
    """
    x_t: 입력, 크기（n_x, m）
    h_이전: 이전 은닉 상태, 크기（n_h, m）
    W: 가중치, 차원 [n_h, n_x]
    U: 가중치, 차원 [n_h, n_h]
    b: 편향 (n_h, 1)
    """
    h = np.tanh(W @ x_t + U @ h_이전 + b)
    return h, (x_t, h_이전, W, U, h)


def 순전파_backward(dh, cache):
    x_t, h_이전, W, U, h = cache
    dz = dh * (1 - h * h)
    return W.T @ dz, U.T @ dz, dz @ x_t.T, dz @ h_이전.T, dz.sum(axis=1, keepdims=True)
