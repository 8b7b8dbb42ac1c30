import numpy as np

def dropout_forward(x, p, mask):
    return x * mask / p, (mask, p)

def dropout_backward(dout, cache):
    mask, p = cache
    return dout * mask / p

class Net:
    def __init__(self, n_in, n_hid):
        self.w = np.random.randn(n_in, n_hid)
    def forward(self, xs):
        self.xs = xs
        self.ys = np.tanh(xs @ self.w)
        return self.ys
    def loss(self, targets):
        return 0.5 * ((self.ys - targets) ** 2).sum()
    def backward(self, targets):
        d = (self.ys - targets) * (1 - self.ys ** 2)
        self.dw = self.xs.T @ d

def step_forward(robot, distance=1):
    robot.x += distance
    return robot.x, ("forward", distance)

def step_backward(robot, log):
    robot.x -= log[1]
    return robot.x
