"""What lies in the folder where a line is run: a text, code, and files that the program itself has made before."""

import contextlib
import functools
import io
import tempfile
from pathlib import Path

from PIL import Image

from bptt_viz.app import run

ORACLES = Path(__file__).parents[1] / "oracles"
TEXT_FILE, CELL_FILE, BACKWARD_FILE = "소네트 [i] ∂.txt", "mgu ∂h.py", "capas ñ.py"
IMAGE_FILE, DESIGN_FILE, STORE_FILE = "bild ü.png", "plan ∂.toml", "done ∂.sqlite"
CHECKPOINT_FILE, BASELINE_FILE = "학습 [1].npz", "voor ë.json"
WEIGHT_FILES = [f"char_model.{ending}" for ending in ("npz", "onnx", "pt", "safetensors")]

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
DESIGN = """
command = "norms"
model = "rnn"
keep = ["verdict", "losses.0"]

[options]
steps = 4
hidden = 2

[grid]
seed = [0, 1]
"""
_WRITTEN = {TEXT_FILE: TEXT, CELL_FILE: CELL, BACKWARD_FILE: BACKWARD, DESIGN_FILE: DESIGN}
_MAKERS = {
    CHECKPOINT_FILE: ["train", TEXT_FILE, "--hidden", "3", "--steps", "4", "--updates", "2", "--save", CHECKPOINT_FILE],
    BASELINE_FILE: ["norms", "rnn", "--hidden", "3", "--steps", "5", "--json", "-o", BASELINE_FILE],
    STORE_FILE: ["sweep", "run", DESIGN_FILE, "--jobs", "1", "--store", STORE_FILE],
}


def lay_out(folder, line=()):
    """Put a text and code into a folder, and whatever else a line names."""
    for name, text in _WRITTEN.items():
        (folder / name).write_text(text, encoding="utf-8")
    for name in {IMAGE_FILE, *_MAKERS, *WEIGHT_FILES} & set(line):
        (folder / name).write_bytes(_made(name))


@functools.cache
def _made(name):
    """Return what a file holds that is no text; what it takes is done once."""
    if name in WEIGHT_FILES:
        return (ORACLES / name).read_bytes()
    if name == IMAGE_FILE:
        Image.new("RGB", (8, 6), "navy").save(image := io.BytesIO(), "PNG")
        return image.getvalue()
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        lay_out(Path(folder))
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as err:
            assert run(_MAKERS[name]) == 0, err.getvalue()
        return Path(name).read_bytes()
