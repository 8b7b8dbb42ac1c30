"""‖dW_t‖: exact where it is known by hand, complete where it is summed, counted where it is not finite."""

import numpy as np
import pytest

from bptt_viz.analyses.norms import norm_report
from bptt_viz.arrays import norm
from bptt_viz.cells import discover_cells
from bptt_viz.tape import backward

from .norm_runs import prepared, report


def by_name(parameters):
    return {(one.name, one.gate): one for one in parameters}


@pytest.mark.parametrize("loss", ["all", "last"])
def test_dw_t_of_every_parameter_of_a_vanilla_cell(loss):
    made = prepared(steps=6)
    rollout = made.run()
    found = by_name(norm_report(made, loss).layers[0].parameters)
    states, node = rollout.layers[0].states, rollout.loss if loss == "all" else rollout.losses[6]
    cotangents = backward(rollout.tape, {node: 1.0})
    for t in range(1, 7):
        raw = norm(cotangents[states[t]["h"]] * (1 - states[t]["h"].value ** 2))
        before = norm(states[t - 1]["h"].value)
        assert found["W_hh", None].norms[t - 1] == pytest.approx(before * raw, rel=1e-12)
        assert found["W_xh", None].norms[t - 1] == pytest.approx(raw, rel=1e-12)  # x is one-hot
        assert found["b_h", None].norms[t - 1] == pytest.approx(raw, rel=1e-12)


@pytest.mark.parametrize("cell", discover_cells())
def test_the_gates_make_up_their_parameter(cell):
    for layer in report(cell, layers=2, steps=4, hidden=5).layers:
        found = by_name(layer.parameters)
        for (name, gate), whole in found.items():
            parts = [one.norms for (other, g), one in found.items() if other == name and g is not None]
            if gate is None and parts:
                assert np.linalg.norm(parts, axis=0) == pytest.approx(whole.norms, rel=1e-12)


@pytest.mark.parametrize(
    ("cell", "gates"),
    [("rnn", []), ("lstm", ["i", "f", "o", "g"]), ("gru", ["r", "z", "n"]), ("peephole", list("ifog"))],
)
def test_packed_gates_are_taken_apart(cell, gates):
    found = by_name(report(cell, steps=3).layers[0].parameters)
    assert [gate for name, gate in found if name == "W_hh"] == [None, *gates]


def test_a_closed_input_gate_learns_nothing_through_g():
    made = prepared("lstm", steps=5)
    made.values["b_h"][:32] = -1e4
    found = by_name(norm_report(made).layers[0].parameters)
    assert set(found["W_xh", "g"].norms) == {0.0}
    assert found["W_xh", "o"].largest == 0.0  # tanh(c) stays 0


def test_the_readout_learns_where_there_is_an_output():
    found = by_name(report(topology="delayed", text="hello", steps=4).readout)
    assert [size > 0 for size in found["W_hy", None].norms] == [False, False, True, True]
    assert [size > 0 for size in found["b_y", None].norms] == [False, False, True, True]


def test_ends_and_faults_are_counted():
    found = report(activation="relu", init="identity=8", steps=400, hidden=4)
    readout = by_name(found.readout)["W_hy", None]
    bad = [t for t, size in enumerate(readout.norms, start=1) if not np.isfinite(size)]
    assert (readout.first, readout.last) == (bad[0], bad[-1])
    assert readout.nan + readout.infinite == len(bad) > 0
    finite = [size for size in readout.norms if np.isfinite(size)]
    assert (readout.smallest, readout.largest) == (min(finite), max(finite))
    recurrent = by_name(found.layers[0].parameters)["W_hh", None]
    assert recurrent.smallest is recurrent.largest is None or recurrent.nan < 400


def test_sound_norms_have_no_fault():
    one = report(steps=4).layers[0].parameters[0]
    assert (one.nan, one.infinite, one.first, one.last) == (0, 0, None, None)
