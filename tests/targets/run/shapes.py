"""The same recurrent network in each shape in which people write one, with its declaration."""

from textwrap import dedent

HEAD = "import numpy as np\n"

SHAPES = {
    "S1": (
        """
        def layer_forward(x, h0, Wx, Wh, b):
            hs, cache, h = [], [], h0
            for t in range(x.shape[1]):
                before, h = h, np.tanh(x[:, t] @ Wx + h @ Wh + b)
                cache.append((x[:, t], before, h))
                hs.append(h)
            return np.stack(hs, 1), (cache, Wx, Wh)

        def layer_backward(dout, cache):
            steps, Wx, Wh = cache
            dWx, dWh, db, dh, dxs = 0 * Wx, 0 * Wh, 0 * Wh[0], 0, []
            for t in reversed(range(len(steps))):
                x, before, h = steps[t]
                dz = (dout[:, t] + dh) * (1 - h ** 2)
                dWx, dWh, db = dWx + x.T @ dz, dWh + before.T @ dz, db + dz.sum(0)
                dxs.insert(0, dz @ Wx.T)
                dh = dz @ Wh.T
            return np.stack(dxs, 1), dh, dWx, dWh, db
        """,
        ("dz @ Wh.T", "dz @ Wh"),
        {
            "forward": "layer_forward(x, h0, Wx, Wh, b) -> h, cache",
            "backward": "layer_backward(dh, cache) -> dx, dh0, dWx, dWh, db",
            "shapes": "x: N T D, h0: N H, Wx: D H, Wh: H H, b: H",
        },
    ),
    "S1b": (
        """
        def cell_forward(x, h, W, U):
            out = np.tanh(x @ W + h @ U)
            return {"out": out, "cache": {"x": x, "h": h, "out": out}}

        def cell_backward(dout, cache, W, U):
            dz = dout * (1 - cache["out"] ** 2)
            return {"x": dz @ W.T, "h": dz @ U.T, "W": cache["x"].T @ dz, "U": cache["h"].T @ dz}
        """,
        ('cache["h"].T @ dz', 'cache["h"].T @ dout'),
        {
            "forward": "cell_forward(x, h, W, U) -> {out, cache}",
            "backward": "cell_backward(dout, cache, W, U) -> {x:dx, h:dh, W:dW, U:dU}",
            "shapes": "x: N D, h: N H, W: D H, U: H H",
        },
    ),
    "S2": (
        """
        def rnn_cell_forward(xt, a_prev, parameters):
            a = np.tanh(parameters["Wax"] @ xt + parameters["Waa"] @ a_prev + parameters["ba"])
            return a, (a, a_prev, xt, parameters)

        def rnn_cell_backward(da_next, cache):
            a, a_prev, xt, parameters = cache
            dz = (1 - a ** 2) * da_next
            return {"dxt": parameters["Wax"].T @ dz, "da_prev": parameters["Waa"].T @ dz, "dWax": dz @ xt.T,
                    "dWaa": dz @ a_prev.T, "dba": dz.sum(1, keepdims=True)}
        """,
        ("dz.sum(1, keepdims=True)", "dz[:, :1]"),
        {
            "forward": "rnn_cell_forward(xt, a_prev, parameters{Wax, Waa, ba}) -> a_next, cache",
            "backward": "rnn_cell_backward(da_next, cache) -> {dxt, da_prev, dWax, dWaa, dba}",
            "shapes": "xt: D N, a_prev: H N, Wax: H D, Waa: H H, ba: H 1",
        },
    ),
    "S3": (
        """
        text = open("a file that is not there").read()
        vocab_size = len(set(text))
        Wxh, Whh, Why = (np.random.randn(3, 3) for _ in range(3))

        def lossFun(inputs, targets, hprev):
            xs, hs, ps, loss = {}, {-1: hprev}, {}, 0
            for t in range(len(inputs)):
                xs[t] = np.zeros((vocab_size, 1))
                xs[t][inputs[t]] = 1
                hs[t] = np.tanh(Wxh @ xs[t] + Whh @ hs[t - 1])
                y = np.exp(Why @ hs[t])
                ps[t] = y / y.sum()
                loss -= np.log(ps[t][targets[t], 0])
            dWxh, dWhh, dWhy, dh = 0 * Wxh, 0 * Whh, 0 * Why, 0
            for t in reversed(range(len(inputs))):
                dy = ps[t].copy()
                dy[targets[t]] -= 1
                dWhy += dy @ hs[t].T
                dz = (Why.T @ dy + dh) * (1 - hs[t] ** 2)
                dWxh += dz @ xs[t].T
                dWhh += dz @ hs[t - 1].T
                dh = Whh.T @ dz
            return loss, dWxh, dWhh, dWhy, hs[len(inputs) - 1]

        while True:
            lossFun(text[:25], text[1:26], 0)
        """,
        ("dh = Whh.T @ dz", "dh = Whh @ dz"),
        {
            "forward": "lossFun(inputs, targets, hprev; Wxh, Whh, Why) -> loss, dWxh, dWhh, dWhy, _",
            "shapes": "inputs: T int V, targets: T int V, hprev: H 1, Wxh: H V, Whh: H H, Why: V H",
            "globals": "vocab_size=V",
        },
    ),
    "S4": (
        """
        class Model:
            def __init__(self, n_in, n_hidden):
                self.params = {"W": np.random.randn(n_in, n_hidden), "b": np.zeros(n_hidden)}

            def loss(self, X, y):
                h = np.tanh(X @ self.params["W"] + self.params["b"])
                d = h - y
                dz = d * (1 - h ** 2)
                return 0.5 * np.sum(d ** 2), {"W": X.T @ dz, "b": dz.sum(0)}
        """,
        ('"b": dz.sum(0)', '"b": d.sum(0)'),
        {
            "object": "Model(D, H)",
            "forward": "self.loss(X, y) -> loss, {W:dW, b:db}",
            "parameters": "params{W, b}",
            "shapes": "X: N D, y: N H, W: D H, b: H",
        },
    ),
    "S5": (
        """
        class RNN:
            def __init__(self, Wx, Wh, b):
                self.params = [Wx, Wh, b]
                self.grads = [np.zeros_like(Wx), np.zeros_like(Wh), np.zeros_like(b)]

            def forward(self, x, h_prev):
                Wx, Wh, b = self.params
                h = np.tanh(x @ Wx + h_prev @ Wh + b)
                self.cache = x, h_prev, h
                return h

            def backward(self, dh):
                Wx, Wh, b = self.params
                x, h_prev, h = self.cache
                dz = dh * (1 - h ** 2)
                for grad, value in zip(self.grads, (x.T @ dz, h_prev.T @ dz, dz.sum(axis=0))):
                    grad[...] = value
                return dz @ Wx.T, dz @ Wh.T
        """,
        ("h_prev.T @ dz", "h.T @ dz"),
        {
            "object": "RNN(Wx, Wh, b)",
            "forward": "self.forward(x, h_prev) -> h",
            "backward": "self.backward(dh) -> dx, dh_prev",
            "parameters": "params[Wx, Wh, b]",
            "gradients": "grads",
            "shapes": "x: N D, h_prev: N H, Wx: D H, Wh: H H, b: H",
        },
    ),
    "S6": (
        """
        class Linear:
            def __init__(self, n_in, n_out):
                self.W, self.b = np.random.randn(n_in, n_out), np.zeros(n_out)
                self.W_grad, self.b_grad = 0 * self.W, 0 * self.b

            def forward(self, x):
                self.x = x
                return x @ self.W + self.b

            def backward(self, grad):
                self.W_grad += self.x.T @ grad
                self.b_grad += grad.sum(axis=0)
                return grad @ self.W.T
        """,
        ("grad.sum(axis=0)", "grad.mean(axis=0)"),
        {
            "object": "Linear(D, M)",
            "forward": "self.forward(x) -> y",
            "backward": "self.backward(dy) -> dx",
            "parameters": "W, b",
            "gradients": "{}_grad",
            "shapes": "x: N D, W: D M, b: M",
        },
    ),
    "S7": (
        """
        class StepRNN:
            def __init__(self, n_in, n_hidden):
                self.parameters = {"W": np.random.randn(n_hidden, n_in), "U": np.random.randn(n_hidden, n_hidden)}
                self.gradients = {key: 0 * value for key, value in self.parameters.items()}
                self.h, self.dh, self.stack = np.zeros((n_hidden, 1)), 0, []

            def step(self, x):
                before, self.h = self.h, np.tanh(self.parameters["W"] @ x + self.parameters["U"] @ self.h)
                self.stack.append((x, before, self.h))
                return self.h

            def back(self, dh):
                x, before, h = self.stack.pop()
                dz = (dh + self.dh) * (1 - h ** 2)
                self.gradients["W"] += dz @ x.T
                self.gradients["U"] += dz @ before.T
                self.dh = self.parameters["U"].T @ dz
                return self.parameters["W"].T @ dz
        """,
        ("(dh + self.dh)", "dh"),
        {
            "object": "StepRNN(D, H)",
            "forward": "self.step(x) -> h",
            "backward": "self.back(dh) -> dx",
            "parameters": "parameters{W, U}",
            "gradients": "gradients",
            "steps": "T",
            "shapes": "x: T D 1, W: H D, U: H H",
        },
    ),
    "S8": (
        """
        class RNNNumpy:
            def __init__(self, word_dim, hidden_dim):
                self.U, self.V = np.random.randn(hidden_dim, word_dim), np.random.randn(word_dim, hidden_dim)
                self.W = np.random.randn(hidden_dim, hidden_dim)

            def forward_propagation(self, x):
                s = np.zeros((len(x) + 1, self.W.shape[0]))
                o = np.zeros((len(x), self.V.shape[0]))
                for t in range(len(x)):
                    s[t] = np.tanh(self.U[:, x[t]] + self.W @ s[t - 1])
                    o[t] = np.exp(self.V @ s[t])
                    o[t] /= o[t].sum()
                return o, s

            def calculate_loss(self, x, y):
                o, _ = self.forward_propagation(x)
                return -np.sum(np.log(o[np.arange(len(y)), y]))

            def bptt(self, x, y):
                o, s = self.forward_propagation(x)
                dU, dV, dW, back = 0 * self.U, 0 * self.V, 0 * self.W, 0
                o[np.arange(len(y)), y] -= 1
                for t in reversed(range(len(y))):
                    dV += np.outer(o[t], s[t])
                    dz = (self.V.T @ o[t] + back) * (1 - s[t] ** 2)
                    dW += np.outer(dz, s[t - 1])
                    dU[:, x[t]] += dz
                    back = self.W.T @ dz
                return [dU, dV, dW]
        """,
        ("dU[:, x[t]] += dz", "dU[:, x[t]] = dz"),
        {
            "object": "RNNNumpy(K, H)",
            "forward": "self.calculate_loss(x, y) -> loss",
            "backward": "self.bptt(x, y) -> [dU, dV, dW]",
            "parameters": "U, V, W",
            "shapes": "x: T int K, y: T int K, U: H K, V: K H, W: H H",
        },
    ),
    "S9": (
        """
        class Network:
            def __init__(self, n_in, n_out, lr):
                self.W, self.b, self.lr = np.random.randn(n_in, n_out), np.zeros(n_out), lr

            def forward(self, x):
                self.x, self.y = x, np.tanh(x @ self.W + self.b)

            def loss(self, target):
                return 0.5 * np.sum((self.y - target) ** 2)

            def backward(self, target):
                dz = (self.y - target) * (1 - self.y ** 2)
                self.W -= self.lr * (self.x.T @ dz)
                self.b -= self.lr * dz.sum(0)
        """,
        ("self.lr * dz.sum(0)", "self.lr * dz[0]"),
        {
            "object": "Network(D, M, lr=0.1)",
            "first": "self.forward(x)",
            "forward": "self.loss(target) -> loss",
            "backward": "self.backward(target)",
            "parameters": "W, b",
            "update": "lr",
            "shapes": "x: N D, target: N M, W: D M, b: M",
        },
    ),
}


def source(name, planted=False):
    """Return a shape's code, right or with its mistake."""
    code, (old, new), _ = SHAPES[name]
    assert code.count(old) == 1, old
    return HEAD + dedent(code.replace(old, new) if planted else code)
