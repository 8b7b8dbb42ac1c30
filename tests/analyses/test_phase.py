"""The map of rates against networks run one by one, exact borders, and mean-field theory."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.analyses.curves import curves
from bptt_viz.analyses.meanfield import critical_gain
from bptt_viz.analyses.phase import crossing, phase
from bptt_viz.errors import UsageError
from bptt_viz.results.curves import CurvesSetting
from bptt_viz.results.phase import PhaseSetting

SMALL = PhaseSetting(hidden=12, seeds=3, steps=15, columns=5, rows=3)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_a_place_against_biases_is_what_curves_measures_there(activation):
    found = phase(replace(SMALL, activation=activation))
    for row, bias in enumerate(found.heights):
        setting = CurvesSetting(("rnn",), (activation,), tuple(found.gains), 3, hidden=12, steps=15, bias=float(bias))
        expected = [curve.rate for curve in curves(setting).panels[0].curves]
        np.testing.assert_allclose(found.rates[row], expected, rtol=1e-12)


def test_a_place_against_lengths_is_what_curves_measures_there():
    found = phase(replace(SMALL, against="length", steps=30))
    assert found.heights.tolist() == [3, 9, 30]
    for row, length in enumerate(found.heights):
        setting = CurvesSetting(("rnn",), ("tanh",), tuple(found.gains), 3, hidden=12, steps=int(length))
        expected = [curve.rate for curve in curves(setting).panels[0].curves]
        np.testing.assert_allclose(found.rates[row], expected, rtol=1e-12)


@pytest.mark.parametrize(("cell", "gate"), [("lstm", "f"), ("peephole", "f"), ("gru", "z")])
def test_a_gates_bias_is_set_and_keeps_the_gradient(cell, gate):
    found = phase(replace(SMALL, cell=cell, gains=(0.01, 0.5), biases=(-4.0, 8.0)))
    assert found.axis == f"bias of gate {gate}"
    kept = 1 / (1 + np.exp(-found.heights))
    assert (np.diff(found.rates[:, 0]) > 0).all()
    # There is hardly a way but along the kept state; what enters it at T depends little on the gate.
    assert found.rates[-1, 0] / found.rates[1, 0] == pytest.approx(kept[-1] / kept[1], rel=0.03)
    assert all(gain is None for border in found.borders for gain in border.foretold)


def test_the_border_of_linear_orthogonal_networks_is_at_one():
    found = phase(replace(SMALL, activation="identity", matrix="orthogonal", gains=(0.5, 1.5), columns=4))
    (border,) = found.borders
    np.testing.assert_allclose(np.exp(np.log(found.rates)), np.broadcast_to(found.gains, (3, 4)), rtol=1e-12)
    assert border.foretold == pytest.approx([1.0] * 3)
    # Between grid points the logarithm is interpolated.
    low, high = found.gains[1], found.gains[2]
    place = low - np.log(low) * (high - low) / (np.log(high) - np.log(low))
    assert border.measured == pytest.approx([place] * 3, rel=1e-9)


def test_the_wedge_of_lengths_of_linear_orthogonal_networks():
    setting = replace(
        SMALL, against="length", activation="identity", matrix="orthogonal", gains=(0.5, 2.0), columns=301
    )
    found = phase(setting)
    tenth, tenfold = found.borders
    for row, length in enumerate(found.heights):
        for border, share in ((tenth, 0.1), (tenfold, 10.0)):
            expected = share ** (1 / length)
            for gain in (border.measured[row], border.foretold[row]):
                assert (gain is None) == (not 0.5 <= expected <= 2.0)
                assert gain is None or gain == pytest.approx(expected, abs=1e-4)


def test_wide_networks_turn_where_theory_says():
    setting = PhaseSetting(matrix="orthogonal", hidden=150, gains=(1.0, 2.2), biases=(0.5, 1.0), columns=13, rows=2)
    (border,) = phase(setting).borders
    assert border.measured == pytest.approx(border.foretold, rel=0.05)
    assert border.foretold[1] == pytest.approx(critical_gain("tanh", 2 / (150 + 46) + 1.0), rel=0.01)


@given(st.floats(0.6, 2.9), st.floats(0.1, 10))
def test_a_straight_line_crosses_where_it_does(place, slope):
    gains = np.linspace(0.5, 3, 26)
    assert crossing(gains, slope * (gains - place)) == pytest.approx(place, rel=1e-9)


def test_lines_that_do_not_rise_through_zero_have_no_crossing():
    gains = np.array([1.0, 2.0, 3.0])
    assert crossing(gains, np.array([1.0, 2.0, 3.0])) is None
    assert crossing(gains, np.array([1.0, -2.0, -3.0])) is None
    assert crossing(gains, np.array([-1.0, np.nan, 1.0])) == 2.0
    assert crossing(gains, np.full(3, np.nan)) is None


def test_findings():
    assert phase(replace(SMALL, gains=(0.1, 0.2))).finding == (
        "Tanh has no border between vanishing and exploding at gains from 0.1 to 0.2"
    )
    assert re.match(r"Tanh turns from vanishing to exploding at gain \d", phase(replace(SMALL, steps=40)).finding)
    wedge = phase(replace(SMALL, against="length", activation="identity", matrix="orthogonal"))
    assert wedge.finding.startswith("Linear keeps between a tenth and ten times of its gradient over 7 steps at gains")
    narrow = phase(replace(SMALL, against="length", gains=(0.1, 0.2)))
    assert narrow.finding.endswith("over 15 steps at no gain within the map")


def test_the_same_seed_gives_the_same_map_and_progress_ends_at_one():
    seen: list[float] = []
    first, again, other = phase(SMALL, seen.append), phase(SMALL), phase(replace(SMALL, seed=1))
    np.testing.assert_array_equal(first.rates, again.rates)
    assert not np.array_equal(first.rates, other.rates)
    assert seen == pytest.approx([1 / 3, 2 / 3, 1.0])


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"against": "width"}, "--against must be one of bias, length"),
        ({"activation": "softplus"}, "--activation must be one of"),
        ({"matrix": "sparse"}, "--matrix must be one of"),
        ({"cell": "transformer"}, "unknown cell 'transformer'"),
        ({"gains": (2.0, 1.0)}, "--gains wants LOW,HIGH"),
        ({"gains": (-1.0, 1.0)}, "--gains wants LOW,HIGH"),
        ({"biases": (-1.0, 1.0)}, "--biases wants LOW,HIGH with 0"),
        ({"biases": (0.0, np.inf)}, "--biases wants LOW,HIGH"),
        ({"columns": 1}, "--columns must be at least 2"),
        ({"rows": 1}, "--rows must be at least 2"),
        ({"steps": 1}, "--steps must be at least 2"),
        ({"seeds": 0}, "--seeds must be at least 1"),
        ({"input_scale": -1.0}, "--input-scale"),
        ({"text": "hello", "steps": 30}, "needs at least 31"),
    ],
)
def test_nonsense_is_refused(changes, said):
    with pytest.raises(UsageError, match=re.escape(said)):
        phase(replace(SMALL, **changes))


def test_a_cell_without_a_gate_that_keeps_has_no_map_against_biases(tmp_path):
    path = tmp_path / "own.py"
    path.write_text(
        "from bptt_viz import Cell, ops\n"
        "class Own(Cell):\n"
        "    def parameters(self):\n"
        "        return {'W_xh': (self.input_size, self.hidden_size), 'W_hh': (self.hidden_size, self.hidden_size)}\n"
        "    def step(self, p, x, s):\n"
        "        return {'h': ops.tanh(x @ p.W_xh + s.h @ p.W_hh)}\n"
    )
    setting = replace(SMALL, cell=f"{path}:Own")
    with pytest.raises(UsageError, match="needs the rnn, or a cell with a gate f or z"):
        phase(setting)
    against_length = phase(replace(setting, against="length"))
    assert against_length.finding.startswith("own.py:Own keeps")
    assert str(tmp_path) not in repr(against_length)
