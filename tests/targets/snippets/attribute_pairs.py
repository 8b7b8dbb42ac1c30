import numpy as np

class Recurrent:
    """W and dW side by side."""

    def __init__(self, n_in, n_hidden):
        self.W = np.random.randn(n_in, n_hidden) * 0.1
        self.U = np.random.randn(n_hidden, n_hidden) * 0.1
        self.b = np.zeros(n_hidden)
        self.dW = self.dU = self.db = None

    def forward(self, x, h):
        self.x, self.h = x, h
        self.out = np.tanh(x @ self.W + h @ self.U + self.b)
        return self.out

    def backward(self, dout):
        da = dout * (1.0 - self.out ** 2)
        self.dW = self.x.T @ da
        self.dU = self.h.T @ da
        self.db = da.sum(axis=0)
        return da @ self.W.T, da @ self.U.T

class Gru:
    def __init__(self, size_in, size):
        k = 1.0 / np.sqrt(size)
        for g in ('z', 'r', 'n'):
            pass
        self.w_z, self.w_r, self.w_n = (np.random.uniform(-k, k, (size, size_in)) for _ in range(3))
        self.u_z, self.u_r, self.u_n = (np.random.uniform(-k, k, (size, size)) for _ in range(3))
        self.w_z_grad = np.zeros_like(self.w_z)
        self.w_r_grad = np.zeros_like(self.w_r)
        self.w_n_grad = np.zeros_like(self.w_n)
        self.u_z_grad = np.zeros_like(self.u_z)
        self.u_r_grad = np.zeros_like(self.u_r)
        self.u_n_grad = np.zeros_like(self.u_n)

    def __call__(self, x, h):
        s = lambda v: 1 / (1 + np.exp(-v))
        z = s(self.w_z @ x + self.u_z @ h)
        r = s(self.w_r @ x + self.u_r @ h)
        n = np.tanh(self.w_n @ x + self.u_n @ (r * h))
        self.saved = x, h, z, r, n
        return z * h + (1 - z) * n

    def backward(self, grad):
        x, h, z, r, n = self.saved
        dz = grad * (h - n) * z * (1 - z)
        dn = grad * (1 - z) * (1 - n ** 2)
        drh = self.u_n.T @ dn
        dr = drh * h * r * (1 - r)
        self.w_z_grad += np.outer(dz, x)
        self.w_r_grad += np.outer(dr, x)
        self.w_n_grad += np.outer(dn, x)
        self.u_z_grad += np.outer(dz, h)
        self.u_r_grad += np.outer(dr, h)
        self.u_n_grad += np.outer(dn, r * h)
        dx = self.w_z.T @ dz + self.w_r.T @ dr + self.w_n.T @ dn
        dh = grad * z + drh * r + self.u_z.T @ dz + self.u_r.T @ dr
        return dx, dh
