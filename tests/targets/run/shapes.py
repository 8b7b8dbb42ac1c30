"""The shapes in which people write backward passes, as docs/declare.md shows them, each with a mistake to plant."""

import tomllib

from commands.transcripts import shown_files

FILES = shown_files("docs/declare.md")
# What to replace by what.
MISTAKES = {
    "pairs.py": ("dz @ Wh.T", "dz @ Wh"),
    "dicts.py": ('cache["h"].T @ dz', 'cache["h"].T @ dout'),
    "coursera.py": ("dz.sum(1, keepdims=True)", "dz[:, :1]"),
    "char_rnn.py": ("dh = Whh.T @ dz", "dh = Whh @ dz"),
    "model.py": ('"b": dz.sum(0)', '"b": d.sum(0)'),
    "layers.py": ("h_prev.T @ dz", "h.T @ dz"),
    "linear.py": ("grad.sum(axis=0)", "grad.mean(axis=0)"),
    "step_rnn.py": ("(dh + self.dh)", "dh"),
    "tutorial.py": ("dU[:, x[t]] += dz", "dU[:, x[t]] = dz"),
    "forecast.py": ("np.outer(before, dz)", "np.outer(h, dz)"),
    "network.py": ("self.lr * dz.sum(0)", "self.lr * dz[0]"),
}


def source(name, planted=False):
    """Return a shape's code, right or with its mistake."""
    old, new = MISTAKES[name]
    assert FILES[name].count(old) == 1, old
    return FILES[name].replace(old, new) if planted else FILES[name]


def declaration(name):
    """Return the name and the table of a shape's declaration."""
    ((target, table),) = tomllib.loads(FILES[name.replace(".py", ".bptt.toml")]).items()
    return target, table
