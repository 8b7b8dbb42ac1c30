"""Backward passes that start from `y − target`: the loss is computed elsewhere, within them, or nowhere."""

from pathlib import Path

import pytest

from bptt_viz.targets.api import check_file

SNIPPETS = Path(__file__).parents[1] / "snippets"
FILES = ("loss_apart.py", "loss_implied.py", "loss_without_targets.py", "columns_of_time.py")
APART, IMPLIED, LATER, COLUMNS = ((SNIPPETS / name).read_text() for name in FILES)


def outcomes(tmp_path, text):
    file = tmp_path / "code.py"
    file.write_text(text)
    return {each.target.rpartition("::")[2]: each for each in check_file(file)}


def planted(text, old, new):
    assert text.count(old) >= 1, old
    return text.replace(old, new)


@pytest.mark.parametrize("text", [APART, IMPLIED, LATER])
def test_right_ones_pass(tmp_path, text):
    assert {each.outcome for each in outcomes(tmp_path, text).values()} == {"ok"}


MISTAKES = [
    (APART, "CharModel", ("dWh += dz @ states[t - 1].T", "dWh += dz @ states[t].T"), {"Wh"}),
    (
        APART,
        "CharModel",
        ("back = self.Wh.T @ dz\n        return", "back = self.Wh @ dz\n        return"),
        {"Wx", "Wh", "b"},
    ),
    (APART, "Regressor", ("dW += dz @ states[t].T", "dW += dz @ states[t + 1].T"), {"W"}),
    (IMPLIED, "tagger", ("(hs[t - 1] if t > 0 else 0 * hs[t])", "hs[t - 1]"), {"W"}),
    (IMPLIED, "Forecast", ("d.sum(0), 0, 0", "d[0], 0, 0"), {"by"}),
    (IMPLIED, "Pulse", ("dW += dz @ self.hs[t].T", "dW += dz @ self.hs[t + 1].T"), {"W"}),
    (LATER, "LastState", ("dh = dz @ U.T", "dh = dz @ U"), {"W", "U"}),
    (COLUMNS, "reader", ('back = found["da_prev"]', 'back = 0.5 * found["da_prev"]'), {"Wx", "Wa", "a0"}),
]


@pytest.mark.parametrize(("text", "name", "mistake", "wrong"), MISTAKES)
def test_a_mistake_is_found_and_named(tmp_path, text, name, mistake, wrong):
    found = outcomes(tmp_path, planted(text, *mistake))[name]
    assert found.outcome == "wrong"
    assert {made.name for case in found.cases for made in case.comparisons if not made.passed} == wrong


def test_which_loss_is_meant_is_said(tmp_path):
    found = outcomes(tmp_path, IMPLIED)
    assert "−Σ targets log probs" in " ".join(found["tagger"].notes)
    assert "½Σ(out − y_true)²" in " ".join(found["Forecast"].notes)
    assert "2/N times" in " ".join(found["Forecast"].notes)


def test_a_gradient_of_no_loss_is_not_called_wrong(tmp_path):
    found = outcomes(
        tmp_path, planted(IMPLIED, "dy = probs[t] - targets[:, [t]]", "dy = probs[t] ** 3 - targets[:, [t]]")
    )
    assert found["tagger"].outcome == "not-recognised"
    assert "starts from targets" in found["tagger"].diagnosis


def test_a_factor_of_a_loss_that_is_computed_is_told(tmp_path):
    found = outcomes(tmp_path, planted(APART, "loss += 0.5 * np.sum(difference**2)", "loss += np.sum(difference**2)"))
    assert found["Regressor"].outcome == "scaled"
    assert found["Regressor"].factor == pytest.approx(0.5)


CLIP = """        for each in (dU, dW, dV):
            np.clip(each, -2, 2, out=each)
        self.U -="""


@pytest.mark.parametrize(("loss", "outcome"), [("0.5 * ", "clipped"), ("", "scaled")])
def test_a_bound_is_seen_beside_a_factor(tmp_path, loss, outcome):
    text = planted(APART, "loss += 0.5 * np.sum", f"loss += {loss}np.sum")
    found = outcomes(tmp_path, planted(text, "        self.U -=", CLIP))["Regressor"]
    assert found.outcome == outcome
    assert "±2" in found.diagnosis + " ".join(found.notes)


def test_a_bound_does_not_hide_a_mistake_beside_a_factor(tmp_path):
    text = planted(APART, "loss += 0.5 * np.sum", "loss += np.sum")
    text = planted(text, "dW += dz @ states[t].T", "dW += dz @ states[t + 1].T")
    found = outcomes(tmp_path, planted(text, "        self.U -=", CLIP))["Regressor"]
    assert found.outcome == "wrong"
