import numpy as np
sig = lambda a: 1./(1.+np.exp(-a))
class MGU(object):
    """Minimal gated unit"""
    def __init__(self, input_size, hidden_size):
        k = input_size + hidden_size
        self.Wf = np.random.randn(hidden_size, k)/np.sqrt(k)
        self.Wh = np.random.randn(hidden_size, k)/np.sqrt(k)
        self.bf = np.zeros((hidden_size,1)); self.bh = np.zeros((hidden_size,1))
        self.zero_grad()
    def zero_grad(self):
        for n in 'Wf Wh bf bh'.split(): setattr(self, 'd'+n, np.zeros_like(getattr(self, n)))
        self.tape = []
    def step(self, x, h):
        f = sig(self.Wf @ np.vstack((x,h)) + self.bf)
        c = np.tanh(self.Wh @ np.vstack((x,f*h)) + self.bh)
        hn = (1-f)*h + f*c
        self.tape.append((x,h,f,c))
        return hn
    def step_back(self, dhn):
        x,h,f,c = self.tape.pop()
        df = dhn*(c-h); dc = dhn*f; dh = dhn*(1-f)
        dzc = dc*(1-c*c)
        self.dWh += dzc @ np.vstack((x,f*h)).T; self.dbh += dzc
        dv = self.Wh.T @ dzc
        dx = dv[:len(x)]; dfh = dv[len(x):]
        df = df + dfh*h; dh = dh + dfh*f
        dzf = df*f*(1-f)
        self.dWf += dzf @ np.vstack((x,h)).T; self.dbf += dzf
        dv = self.Wf.T @ dzf
        return dx + dv[:len(x)], dh + dv[len(x):]
