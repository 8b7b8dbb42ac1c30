"""A recurrent layer as people write it, with changes planted in it: all in one file, checked by one child process."""

import re

from bptt_viz.targets.run.files import File, check_file
from bptt_viz.targets.run.limits import Limits
from bptt_viz.targets.run.question import Question
from bptt_viz.targets.tables import from_table

LAYER = """
def step_forward(x, prev_h, Wx, Wh, b):
    next_h = np.tanh(x.dot(Wx) + prev_h.dot(Wh) + b)
    return next_h, (x, prev_h, Wx, Wh, next_h)


def step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - next_h**2)
    return dz.dot(Wx.T), dz.dot(Wh.T), x.T.dot(dz), prev_h.T.dot(dz), dz.sum(0)


def layer_forward(x, h0, Wx, Wh, b):
    N, T, D = x.shape
    h, cache, prev = np.zeros((N, T, h0.shape[1])), [], h0
    for t in range(T):
        prev, kept = step_forward(x[:, t], prev, Wx, Wh, b)
        h[:, t] = prev
        cache.append(kept)
    return h, cache


def layer_backward(dh, cache):
    N, T, H = dh.shape
    D = cache[0][0].shape[1]
    dx, dWx, dWh, db = np.zeros((N, T, D)), np.zeros((D, H)), np.zeros((H, H)), np.zeros(H)
    dprev = np.zeros((N, H))
    for t in reversed(range(T)):
        dx[:, t], dprev, dWx_t, dWh_t, db_t = step_backward(dh[:, t] + dprev, cache[t])
        dWx += dWx_t
        dWh += dWh_t
        db += db_t
    return dx, dprev, dWx, dWh, db
"""
STEP = {
    "forward": "step_forward(x, prev_h, Wx, Wh, b) -> next_h, cache",
    "backward": "step_backward(dnext_h, cache) -> dx, dprev_h, dWx, dWh, db",
    "shapes": "x: N D, prev_h: N H, Wx: D H, Wh: H H, b: H",
}
SEQUENCE = {
    "forward": "layer_forward(x, h0, Wx, Wh, b) -> h, cache",
    "backward": "layer_backward(dh, cache) -> dx, dh0, dWx, dWh, db",
    "shapes": "x: N T D, h0: N H, Wx: D H, Wh: H H, b: H",
}
RETURN = "return dx, dprev, dWx, dWh, db"


def planted(*edits):
    """Return the layer with some texts replaced, each of which must be there exactly once."""
    code = LAYER
    for old, new in edits:
        assert code.count(old) == 1, old
        code = code.replace(old, new)
    return code


def checked(variants, table=SEQUENCE, limits=Limits(20), head="", path="layers.py"):  # noqa: B008, it is frozen
    """Return the check of each variant by its name, all of them functions of one file.

    Args:
        variants: code by name.
        table: how it is declared.
        limits: of each.
        head: what stands above.
    """
    parts, targets = ["import numpy as np\n", head], []
    for name, code in variants.items():
        renamed = {found: f"{found}_{name}" for found in re.findall(r"^def (\w+)", code, re.MULTILINE)}
        pattern = re.compile(rf"\b({'|'.join(renamed)})\b")
        parts.append(pattern.sub(lambda found, renamed=renamed: renamed[found[0]], code))
        declared = {
            key: pattern.sub(lambda found, renamed=renamed: renamed[found[0]], text) for key, text in table.items()
        }
        targets.append(from_table(name, {"file": path, **declared}, name, line=1))
    found = check_file(File(path, targets, "\n".join(parts)), Question(), limits)
    return {check.target: check for check in found}
