"""PyTorch targets as people write them, right and with planted bugs."""

import torch
from torch import nn
from torch.autograd import Function


def lstm_step(bug=""):
    """Return an LSTM step with a hand-written backward pass, wrong in one place if a bug is named."""

    class LSTMStep(Function):
        gates = dict.fromkeys(("W", "U", "b"), "i f g o")

        @staticmethod
        def forward(ctx, x, h, c, W, U, b):
            i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, -1)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            new = f * c + i * g
            ctx.save_for_backward(x, h, c, W, U, i, f, g, o, new.tanh())
            return o * new.tanh(), new

        @staticmethod
        def backward(ctx, dh, dc):
            x, h, c, W, U, i, f, g, o, squashed = ctx.saved_tensors
            if bug == "in place":
                dh.mul_(2)
            if bug == "crash":
                raise ValueError("no gradient today")
            do = dh * squashed
            dc = dc + dh * o * (1 if bug == "tanh" else 1 - squashed**2)
            df = dc * c * (f if "forget" in bug else f * (1 - f))
            dg = dc * i * (1 - g.tanh() ** 2 if bug == "gist" else 1 - g**2)
            dz = torch.cat([dc * g * i * (1 - i), df, dg, do * o * (1 - o)], -1)
            db = dz[0] if bug == "batch" else dz.sum(0)
            dU = None if bug == "none" else dz.T @ (h.tanh() if bug == "state" else h)
            dx = (dz @ W).clamp(-0.5, 0.5) if bug == "clip" else None if bug == "no dx" else dz @ W
            return dx, dz @ U * (1.01 if bug == "percent" else 1), dc * f, dz.T @ x, dU, db

    if bug.startswith("clip "):
        plain = LSTMStep.backward

        def backward(ctx, dh, dc):
            made = plain(ctx, dh, dc)
            if bug == "clip all":
                return tuple(each.clamp(-0.25, 0.25) for each in made)
            return tuple(each * min(1.0, 0.5 / max(float(each.norm()), 1e-300)) for each in made)

        LSTMStep.backward = staticmethod(backward)

    return LSTMStep


class Layer(nn.Module):
    """An LSTM layer, step by step."""

    gates = dict.fromkeys(("W", "U", "b"), "i f g o")

    def __init__(self, input_size, hidden_size, bug=""):
        super().__init__()
        self.step, self.hidden, self.bug = lstm_step(bug), hidden_size, bug
        self.W = nn.Parameter(torch.randn(4 * hidden_size, input_size) / 2)
        self.U = nn.Parameter(torch.randn(4 * hidden_size, hidden_size) / 2)
        self.b = nn.Parameter(torch.zeros(4 * hidden_size))

    def forward(self, x, state=None):
        h, c = state or 2 * (torch.zeros(x.shape[1], self.hidden),)
        states = []
        for t, x_t in enumerate(x):
            if self.bug == "detach" and t == 2:
                h = h.detach()
            if self.bug == "cut" and t % 2 == 0:
                h, c = h.detach(), c.detach()
            if self.bug.startswith("float"):
                h = h.float() + 0.0
            h, c = self.step.apply(x_t, h, c, self.W, self.U, self.b)
            states.append(h)
        if self.bug in _HOOKS:
            scale = _HOOKS[self.bug]
            states = [Hooked.apply(h, scale, x) for h in states]
            h, c = Hooked.apply(h, scale, x), Hooked.apply(c, scale, x)
        return torch.stack(states), (h, c)


class Hooked(Function):
    """Changes the gradient on its way back, and nothing on the way there."""

    @staticmethod
    def forward(ctx, y, scale, x):
        ctx.scale, ctx.sizes = scale, x.shape
        return y.clone()

    @staticmethod
    def backward(ctx, g):
        return g * ctx.scale(*ctx.sizes[:2]), None, None


_HOOKS = {"double": lambda T, N: 2.0, "mean": lambda T, N: 1 / N, "steps": lambda T, N: float(T)}


def layer(bug=""):
    """Return a layer that is the same every time."""
    torch.manual_seed(0)
    return Layer(4, 6, bug)


class CharModel(nn.Module):
    """Tokens in, scores out, as in many tutorials."""

    def __init__(self, vocab_size, hidden_size):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.rnn = nn.GRU(hidden_size, hidden_size, batch_first=True)
        self.readout = nn.Linear(hidden_size, vocab_size)

    def forward(self, x, hidden=None):
        states, hidden = self.rnn(self.embedding(x), hidden)
        return self.readout(states), hidden


class Looped(nn.Module):
    """A loop over a cell that returns its last state alone; what may go wrong on the way is chosen by name."""

    def __init__(self, input_size, hidden_size, how=""):
        super().__init__()
        self.cell, self.hidden, self.how = nn.LSTMCell(input_size, hidden_size), hidden_size, how
        self.kept = None

    def forward(self, x):
        size = (x.shape[1], self.hidden)
        h = torch.zeros(size, dtype=torch.float32) if self.how == "float32 state" else torch.zeros(size)
        if self.how == "legacy":
            h = torch.FloatTensor(*size).zero_()
        c = torch.zeros_like(h)
        for x_t in x:
            h, c = self.cell(x_t, (h, c))
        if self.how == "float32 output":
            return h.float()
        if self.how == "fresh":
            return nn.Linear(self.hidden, 2)(h)
        if self.how == "noise":
            return h + torch.randn_like(h)
        if self.how == "keeps":
            self.kept = h if self.kept is None else self.kept + h
            return self.kept
        return h.detach() if self.how == "detached" else h
