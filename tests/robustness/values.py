"""What is valid for each option: told by its type, else by its name in the tables below.

A text option that stands in no table is left out of the valid runs, and gets nonsense in the invalid ones.
"""

from pathlib import Path

from hypothesis import strategies as st

TEXT_FILE, CELL_FILE = "소네트 [i] ∂.txt", "mgu ∂h.py"
TEXT = "the gradient of a loss\ngoes back through time, e̍ ∂ 🙂\n" * 20
CELL = """
from bptt_viz import Cell, ops

class MGU(Cell):
    gates = ("f",)

    def parameters(self):
        D, H = self.input_size, self.hidden_size
        return {"W_xf": (D, H), "W_hf": (H, H), "b_f": (H,), "W_xn": (D, H), "W_hn": (H, H), "b_n": (H,)}

    def step(self, p, x, s):
        f = ops.sigmoid(x @ p.W_xf + s.h @ p.W_hf + p.b_f, "f")
        n = ops.tanh(x @ p.W_xn + (f * s.h) @ p.W_hn + p.b_n, "n")
        return {"h": (1 - f) * s.h + f * n}
"""
BACKWARD = """
import numpy as np


def rnn_step_forward(x, prev_h, Wx, Wh, b):
    \"\"\"x of shape (N, D), prev_h of shape (N, H), Wx of shape (D, H), Wh of shape (H, H), b of shape (H,)\"\"\"
    next_h = np.tanh(x @ Wx + prev_h @ Wh + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - next_h**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz, dz.sum(axis=0)
"""
BACKWARD_FILE = "capas ñ.py"
SMALLEST = 0.01

# Sizes whose defaults cost time: always given, and small.
SIZES = {
    "hidden": (1, 6),
    "steps": (3, 12),
    "updates": (1, 20),
    "seeds": (1, 3),
    "fresh": (1, 50),
    "windows": (1, 6),
    "sample": (0, 20),
    "length": (1, 12),
}


def lay_out(folder):
    """Put the files that valid values name into a folder."""
    (folder / TEXT_FILE).write_text(TEXT, encoding="utf-8")
    (folder / CELL_FILE).write_text(CELL, encoding="utf-8")
    (folder / BACKWARD_FILE).write_text(BACKWARD, encoding="utf-8")
    return {path.name for path in folder.iterdir()}


_cells = st.sampled_from(["rnn", "lstm", "peephole", "gru", f"{CELL_FILE}:MGU"])
_models = st.one_of(_cells, st.sampled_from(["bidirectional", "char-lm", "multilayer", "seq2seq"]))
_activations = st.sampled_from(["tanh", "sigmoid", "relu", "identity"])
_numbers = st.sampled_from(["0", "0.01", "0.5", "1", "1.3", "2", "1e-6", "7"])
_positive = st.sampled_from(["0.01", "0.3", "1", "2.5", "1e3"])
_lengths = st.integers(1, 12).map(str)
_spans = st.one_of(
    st.integers(1, 3).map(str), st.tuples(st.integers(1, 2), st.integers(2, 3)).map(lambda ends: "{}:{}".format(*ends))
)


def _joined(each, by=","):
    return st.lists(each, min_size=1, max_size=3, unique=True).map(by.join)


def _ordered(low, high, by):
    """Return two numbers in order, written with something between them."""
    number = st.floats(low, high).map(lambda value: round(value, 2))
    return st.lists(number, min_size=2, max_size=2, unique=True).map(lambda ends: by.join(map(str, sorted(ends))))


_BY_NAME = {
    "model": _models,
    "targets": st.one_of(_models, st.just(BACKWARD_FILE)),
    "cell": _cells,
    "text": st.sampled_from(["hello", "sonnets", "azalea", TEXT_FILE]),
    "dtype": st.sampled_from(["float64", "float32"]),
    "activation": _activations,
    "init": st.sampled_from(
        ["normal", "normal=0.3", "xavier", "orthogonal=1.2", "identity", "radius=1.5", "singular=0.5", "sparse=2"]
    ),
    "topology": st.sampled_from(["one-to-one", "one-to-many", "many-to-one", "many-to-many", "delayed"]),
    "settings": st.sampled_from(["forget_bias=3", "reset=before", "skip=true", "dropout=0.5", "attention=dot"]),
    "method": st.sampled_from(["complex", "central", "central6", "ridders"]),
    "shapes": _joined(st.sampled_from(["1x1", "5x3", "2x1", "3x2"])),
    "state": st.sampled_from(["h", "joint", "c"]),
    "scale": _ordered(0.01, 9, ":"),
    "at": _spans,
    "focus": _spans,
    "loss": _spans,
    "hide": st.sampled_from(["input", "output", "loss", "weights"]),
    "span": _joined(_lengths),
    "lengths": _joined(_lengths),
    "seed": st.integers(0, 9).map(str),
    "matrix": st.sampled_from(["normal", "orthogonal", "identity"]),
    "radius": _joined(_positive),
    "gains": _ordered(0.1, 3, ","),
    "grid": st.sampled_from(["2,2", "5,3", "3,4"]),
    "biases": _ordered(0, 3, ","),
    "kind": st.sampled_from(["cells", "models", "topologies", "initialisations", "primitives", "texts"]),
    "checkpoint": st.just("hello"),
    "prompt": st.sampled_from(["", "h", "hel", "loh"]),
    "temperature": _positive,
    "top": st.integers(1, 4).map(str),
    "w": _ordered(3, 7, ","),
    "b": _ordered(-4, -1, ","),
    "point": _ordered(-2, 5, ","),
    "optimiser": st.sampled_from(["adagrad", "sgd", "rmsprop", "adam"]),
    "number": st.sampled_from(["decay=0.9", "beta1=0.8", "momentum=0.9"]),
    "other": st.sampled_from(["normal", "normal=0.1", "xavier"]),
    "mask": st.sampled_from(["steps", "tied"]),
    "dropout": st.sampled_from(["0", "0.3", "0.9"]),
    "jobs": st.just("1"),
    "shard": st.sampled_from(["1/1", "2/2"]),
    "time_limit": st.just("30"),
    "memory_limit": st.just("2048"),
    "threads": st.just("1"),
    "layers": st.integers(1, 3).map(str),
    "batch": st.integers(1, 3).map(str),
    "save": st.sampled_from(["saved.npz", "saved ∂.safetensors"]),
}
_BY_COMMAND = {
    ("attend", "model"): st.just("attention-captioner"),
    ("attend", "settings"): st.sampled_from(["attention=hard", "attention=soft"]),
    **{("bias", name): st.sampled_from(["0", "0.3", "0.9", "1"]) for name in ("bias", "women", "evident", "neutral")},
    ("task", "name"): st.sampled_from(["order", "order3", "adding", "copy", "brackets", "hello"]),
    ("reproduce", "name"): st.just("lecture-response"),
    ("reproduce", "preset"): st.just("quick"),
    ("train", "preset"): st.sampled_from(["plain", "min-char-rnn"]),
    ("task", "length"): st.integers(10, 14).map(str),
    ("curves", "cell"): _joined(_cells),
    ("curves", "activation"): _joined(_activations),
    ("response", "activation"): _joined(_activations),
    ("response", "weight"): _joined(_numbers),
    ("response", "bias"): _joined(_numbers),
    ("response", "matrix"): _joined(st.sampled_from(["random", "symmetric", "orthogonal"])),
    ("surface", "grid"): st.integers(2, 30).map(str),
    ("phase", "steps"): st.integers(4, 30).map(str),
    ("graph", "truncate"): st.sampled_from(["1", "2", "5", "2+1", "7+6+6"]),
    ("credit", "saliency"): st.integers(1, 3).map(str),
    ("check", "fail_on"): _joined(st.sampled_from(["wrong", "crashed", "scaled", "none"])),
    ("norms", "fail_on"): _joined(st.sampled_from(["vanishing", "exploding", "nonfinite"])),
    ("sweep", "action"): st.just("run"),
    ("sweep", "files"): st.just("example"),
}

# What changes the meaning of the whole line, needs a file made by another command, or costs minutes.
LEFT_OUT = {
    ("check", "self_test"),
    ("check", "explain"),
    ("norms", "baseline"),
    ("sweep", "output"),  # for other actions than a run
    ("sweep", "scheduler"),
    ("sweep", "store"),
    ("sweep", "x"),
    ("sweep", "y"),
    ("sweep", "value"),
    ("train", "resume"),
}


def small(command, parameter):
    """Return a strategy for a size that is always given, or None."""
    if parameter.name not in SIZES or parameter.kind is not int:
        return None
    if (command, parameter.name) in _BY_COMMAND:
        return _BY_COMMAND[command, parameter.name]
    low, high = SIZES[parameter.name]
    return st.integers(max(low, int(parameter.low or 0)), high).map(str)


def valid(command, parameter):
    """Return a strategy for one valid value of an argument or option, or None if nothing is known of it."""
    if (command, parameter.name) in LEFT_OUT:
        return None
    if (command, parameter.name) in _BY_COMMAND:
        return _BY_COMMAND[command, parameter.name]
    if parameter.is_choice:
        return st.sampled_from([choice.value for choice in parameter.kind])
    if parameter.name in _BY_NAME:
        return _BY_NAME[parameter.name]
    if parameter.kind is int:
        low = int(parameter.low or 0)
        return st.integers(low, low + 5).map(str)
    if parameter.kind is float:
        return _positive
    return None


def outputs(parameter):
    """Return the file names that the help of -o promises, one an ending."""
    return [f"out ñ{ending}" for ending in parameter.endings]


def is_file(parameter):
    return issubclass(parameter.kind, Path)
