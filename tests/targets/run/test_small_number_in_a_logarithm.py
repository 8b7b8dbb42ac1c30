"""A loss with log(p + ε), whose gradient is written without the ε, is right but for the ε, and nothing else is said."""

import pytest

from bptt_viz.targets.api import check_file
from tests.targets.run.test_missing_is_not_clipped import SCRIPT, outcome

LOSS = """
import numpy as np

dtype = np.float32


def softmax_loss(x, y):
    \"\"\"x of shape (N, C), y of shape (N,): labels in 0 <= y < C.\"\"\"
    p = np.exp(x - x.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    N = x.shape[0]
    loss = -np.sum(np.log(p[np.arange(N), y] + EPSILON)) / N
    dx = p.copy()
    dx[np.arange(N), y] -= 1
    return loss, dx / N
"""


def with_epsilon(text):
    return text.replace("[target, 0])", "[target, 0] + 1e-10)")


@pytest.mark.parametrize("seed", [0, 1])
def test_what_is_clipped_besides_is_clipped(tmp_path, seed):
    assert with_epsilon(SCRIPT) != SCRIPT
    found = outcome(tmp_path, with_epsilon(SCRIPT), seed)
    assert found.outcome == "clipped"
    assert found.bound == 5
    assert "logarithm" in " ".join(found.notes)


def test_what_is_wrong_besides_is_wrong(tmp_path):
    found = outcome(tmp_path, with_epsilon(SCRIPT).replace("dbh += dz", "dbh + dz"))
    assert found.outcome == "wrong"


@pytest.mark.parametrize("epsilon", ["1e-7", "1e-8"])
def test_it_is_not_taken_for_single_precision(tmp_path, epsilon):
    file = tmp_path / "losses.py"
    file.write_text(LOSS.replace("EPSILON", epsilon))
    (found,) = check_file(file)
    assert found.outcome == "ok"
    assert "logarithm" in " ".join(found.notes)
