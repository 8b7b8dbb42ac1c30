"""The first number that is not finite is named with its step, layer, gate and operation, by every command."""

from math import isfinite

import numpy as np
import pytest

from bptt_viz.analyses.nonfinite import explain
from bptt_viz.analyses.norms import norm_report
from bptt_viz.app import run
from bptt_viz.models import Request, prepare
from bptt_viz.results.norms import Trend

from .norm_runs import prepared

CELL = """
from bptt_viz import Cell, ops

class Own(Cell):
    gates = ("f",)
    def parameters(self):
        D, H = self.input_size, self.hidden_size
        return {{"W_xh": (D, H), "W_hh": (H, H), "b_h": (H,)}}
    def step(self, p, x, s):
        a = ops.add(s.h @ p.W_hh + x @ p.W_xh, p.b_h, "a")
        return {{"h": {step}}}
"""


@pytest.fixture
def own(tmp_path, monkeypatch):
    """Return a function that prepares a cell whose state is computed from a by the given line."""
    monkeypatch.chdir(tmp_path)

    def made(step, **options):
        (tmp_path / "own.py").write_text(CELL.format(step=step), encoding="utf-8")
        return prepare(Request(cell="own.py:Own", steps=6, hidden=4, **options))

    return made


def test_states_that_overflow_are_named_at_their_first_step():
    made = prepared(activation="relu", init="identity=8", steps=400)
    found = norm_report(made)
    place = found.nonfinite
    assert found.verdict is Trend.NON_FINITE
    assert (place.phase, place.layer, place.role, place.name) == ("forward", 0, "cell", "matmul(h, W_hh)")
    assert place.sentence.startswith(f"Step {place.step} of 400, layer 0: matmul(h, W_hh) is the first value")
    with np.errstate(all="ignore"):
        h = made.run().layers[0].states
    assert [np.isfinite(states["h"].value).all() for states in h].index(False) == place.step


def test_a_layer_that_overflows_is_named():
    made = prepared(values={"W_xh_l1": 1e300, "b_h_l0": 1e10}, activation="relu", layers=2, steps=10)
    assert explain(made).layer == 1


@pytest.mark.parametrize(("bad", "said"), [(np.inf, "1 Inf"), (np.nan, "1 NaN")])
@pytest.mark.parametrize(("cell", "column", "gate"), [("lstm", 40, "f"), ("gru", 95, "n"), ("peephole", 127, "g")])
def test_weights_that_are_not_finite_are_named_with_their_gate(cell, column, gate, bad, said):
    made = prepared(cell, steps=5, hidden=32)
    made.values["W_hh"][0, column] = bad
    found = norm_report(made)
    place = found.nonfinite
    assert (place.role, place.name, place.step, place.layer, place.gates) == ("parameter", "W_hh", None, None, (gate,))
    assert place.sentence == f"W_hh itself is not finite (gate {gate}): {said} of {made.values['W_hh'].size:,} entries."
    assert found.layers[0].radius is None
    assert "parameters" in found.advice.sentence


def test_a_packed_pre_activation_that_overflows_is_named_with_its_gates():
    made = prepared("lstm", steps=5, hidden=4)
    made.values["b_h"][:] = 5.0
    made.values["W_hh"][:, 6] = 1e308
    place = explain(made)
    assert (place.step, place.primitive, place.gates, place.infinite, place.nan) == (2, "matmul", ("f",), 1, 0)


def test_a_gate_is_named_by_itself(own):
    place = explain(own("ops.tanh(a) * ops.log(a - a, 'f')"))
    assert (place.name, place.gates, place.step, place.infinite) == ("f", ("f",), 1, 4)


def test_a_gradient_that_overflows_behind_sound_values_is_named_by_its_step():
    values = {"W_xh": 0.0}
    made = prepared(values=values, activation="identity", init="identity=1e10", steps=40, hidden=3)
    found = norm_report(made)
    h = found.layers[0].states[0]
    assert found.nonfinite.phase == "backward"
    assert set(h.value) == {0.0}
    assert not isfinite(h.last[found.nonfinite.step - 1])
    assert isfinite(h.last[found.nonfinite.step])
    assert "gradient overflows" in found.advice.sentence


FAULTS = [
    ("ops.log(a - 1e3)", "forward", "log", 1, "log", "subtract(a, 1000) is -1e+03"),
    ("a / (a - a)", "forward", "divide", 1, "divisor", "subtract(a, a) is 0"),
    ("ops.exp(a * 1e4)", "forward", "exp", 1, "exp", "while multiply(a, 10000) is"),
    (
        "ops.sqrt(ops.relu(a - 9, 'b'))",
        "backward",
        "sqrt",
        6,
        "sqrt",
        "rule of sqrt(b) made it, where b is 0.",
    ),
]


@pytest.mark.parametrize(("step", "phase", "primitive", "at", "advice", "words"), FAULTS)
def test_the_operation_is_named_with_what_went_into_it(own, step, phase, primitive, at, advice, words):
    found = norm_report(own(step))
    place = found.nonfinite
    assert (place.phase, place.primitive, place.step, place.layer) == (phase, primitive, at, 0)
    assert words in place.sentence
    assert advice in found.advice.sentence
    assert found.advice.arguments == ()


def test_gradients_that_only_overflow_together_are_told_from_rules_that_overflow(own):
    made = own("a * 1.5e308 + a * 1.5e308")
    for value in made.values.values():
        value[:] = 0.0
    made.values["W_hy"][:, made.batch.targets[-1, 0]] = 1.0  # then ∂L_T/∂h_T is nearly −1 everywhere
    place = explain(made)
    assert (place.phase, place.name, place.step, place.primitive, place.infinite) == ("backward", "a", 6, "", 4)
    assert "what comes in is finite, but not its sum" in place.sentence


@pytest.mark.parametrize("command", ["norms", "spectrum", "clipping", "credit", "credit --saliency 3"])
@pytest.mark.parametrize(("step", "words"), [(FAULTS[0][0], "log(subtract(a, 1000))"), (FAULTS[3][0], "sqrt(b)")])
def test_every_command_names_the_first_bad_step_and_operation(own, capsys, command, step, words):
    own(step)
    name, *more = command.split()
    run([name, "own.py:Own", "--steps", "6", "--hidden", "4", *more])
    shown = capsys.readouterr()
    assert words in shown.out + shown.err
    assert "tep 1 of 6" in shown.out + shown.err or "step 6 of 6" in shown.out + shown.err
    assert "warning" not in shown.err
