"""A gradient that is never added up is missing, though everything else is clipped."""

from bptt_viz.targets.api import check_file

SCRIPT = """
import numpy as np

H, V = 6, 7
Wxh = np.random.normal(0, 0.1, (H, V))
Whh = np.random.normal(0, 0.1, (H, H))
Why = np.random.normal(0, 0.1, (V, H))
bh, by = np.zeros((H, 1)), np.zeros((V, 1))


def lossFun(inputs, targets, hprev):
    states, misses, loss = [hprev], [], 0
    for symbol, target in zip(inputs, targets):
        states.append(np.tanh(Wxh[:, [symbol]] + Whh @ states[-1] + bh))
        share = np.exp(Why @ states[-1] + by)
        share /= share.sum()
        loss -= np.log(share[target, 0])
        share[target, 0] -= 1
        misses.append(share)
    dWxh, dWhh, dWhy, dbh, dby = [np.zeros_like(w) for w in (Wxh, Whh, Why, bh, by)]
    back = np.zeros_like(hprev)
    for t in range(len(misses) - 1, -1, -1):
        dWhy += misses[t] @ states[t + 1].T
        dby += misses[t]
        dz = (1 - states[t + 1] ** 2) * (Why.T @ misses[t] + back)
        dbh += dz
        dWxh[:, [inputs[t]]] += dz
        dWhh += dz @ states[t].T
        back = Whh.T @ dz
    for each in (dWxh, dWhh, dWhy, dbh, dby):
        each.clip(-5, 5, out=each)
    return loss, dWxh, dWhh, dWhy, dbh, dby, states[-1]
"""


def outcome(folder, text, seed=0):
    file = folder / "script.py"
    file.write_text(text)
    (found,) = check_file(file, seed=seed)
    return found


def test_what_is_clipped_alone_is_right_beneath(tmp_path):
    assert outcome(tmp_path, SCRIPT).outcome == "clipped"


def test_what_is_never_added_up_is_wrong(tmp_path):
    found = outcome(tmp_path, SCRIPT.replace("dbh += dz", "dbh + dz"))
    assert found.outcome == "wrong"
    assert "missing" in found.diagnosis
