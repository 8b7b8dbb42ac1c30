"""
Check a backward pass that was written by hand
==============================================

``check`` does what ``bptt-viz check FILE`` does, and returns what it found.
"""

# sphinx_gallery_thumbnail_path = "pictures/lstm-step.svg"

# %%
# A tanh layer whose backward pass forgets the slope of tanh:

from pathlib import Path
from tempfile import TemporaryDirectory

import bptt_viz as bv

source = '''
import numpy as np


def layer_forward(x, W):
    """x of shape (N, D), W of shape (D, H)"""
    y = np.tanh(x @ W)
    return y, (x, W, y)


def layer_backward(dy, cache):
    x, W, y = cache
    return dy @ W.T, x.T @ dy
'''

# %%
# The file is run in a process of its own:

with TemporaryDirectory() as folder:
    path = Path(folder) / "layer.py"
    path.write_text(source)
    found = bv.check(path)

for each in found.targets:
    print(each.target.rpartition("::")[2], each.outcome, each.diagnosis)
