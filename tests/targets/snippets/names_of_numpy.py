from numpy import outer, tanh
from numpy.random import randn, standard_normal


class Cell:
    def __init__(self, inputs, units=8):
        self.W = randn(units, inputs)
        self.U = standard_normal((units, units))

    def forward(self, x, h_prev):
        self.x, self.h_prev = x, h_prev
        self.h = tanh(self.W @ x + self.U @ h_prev)
        return self.h

    def backward(self, dh):
        dz = dh * (1 - self.h**2)
        self.dW, self.dU = outer(dz, self.x), outer(dz, self.h_prev)
        return self.W.T @ dz, self.U.T @ dz
