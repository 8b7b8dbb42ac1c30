"""Long runs: which steps are folded, what a fold says, and that what flows in and out of it is right."""

import math
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import RAN, crossed, joined, kinds, loose, overlaps, recorded
from bptt_viz.analyses.graph import Choice, graph_view
from bptt_viz.analyses.graph.timeline import Column, folded
from bptt_viz.arrays import norm
from bptt_viz.errors import UsageError
from bptt_viz.render.graph import graph_bytes
from bptt_viz.results.graph import Level
from bptt_viz.tape import backward
from bptt_viz.topologies import NAMES


def spans(columns):
    return [(column.first, column.last) for column in columns]


def test_the_ends_and_what_is_named_keep_columns():
    assert spans(folded(50, 2)) == [(1, 1), (2, 2), (3, 48), (49, 49), (50, 50)]
    assert spans(folded(9, 1, [4, 5])) == [(1, 1), (2, 3), (4, 4), (5, 5), (6, 8), (9, 9)]
    assert spans(folded(3, 2)) == [(1, 1), (2, 2), (3, 3)]


def test_broken_steps_keep_columns_at_both_ends_of_a_run_of_them():
    assert spans(folded(30, 1, broken=[[10, 20]])) == [(1, 1), (2, 9), (10, 10), (11, 19), (20, 20), (21, 29), (30, 30)]
    assert spans(folded(30, 1, broken=[range(10, 21)]))[2:5] == [(10, 10), (11, 19), (20, 20)]


@given(st.integers(1, 40), st.integers(1, 5), st.sets(st.integers(1, 40)), st.sets(st.integers(1, 40)))
def test_columns_cover_all_steps_once(steps, ends, named, broken):
    named, broken = ({t for t in found if t <= steps} for found in (named, broken))
    columns = folded(steps, ends, named, [broken])
    assert [t for column in columns for t in column.steps] == list(range(1, steps + 1))
    single = {column.first for column in columns if not column.is_fold}
    assert single >= named | {1, steps}


def test_no_fold_mixes_layers_with_different_weights():
    assert spans(folded(20, 2, starts=[1, 9])) == [(1, 1), (2, 2), (3, 8), (9, 18), (19, 19), (20, 20)]


def test_names_of_a_fold():
    assert Column(4, 4).named("x") == "x_4"
    assert Column(4, 49).named("h", "^(1)") == "h_4^(1) … h_49^(1)"


def drawn(cell="rnn", level="step", gradients=False, choice=None, **options):
    rollout = recorded(cell, **{"text": "sonnets", "steps": 20} | options)
    return rollout, graph_view(rollout, Level(level), RAN, gradients=gradients, choice=choice or Choice(ends=2))


def the_fold(view):
    (node,) = (node for node in view.nodes if node.kind == "fold")
    return node


def test_a_fold_joins_the_states_on_both_sides_and_gathers_inputs_and_losses():
    _, view = drawn()
    assert kinds(view) == {"state": 6, "cell": 4, "fold": 1, "input": 5, "output": 5, "loss": 6, "weights": 1}
    label = the_fold(view).label
    pairs = joined(view)
    for pair in (("h_2", label), (label, "h_18"), ("h_18", "f_W"), ("x_3 … x_18", label), (label, "y_3 … y_18")):
        assert pair in pairs
    assert ("L_3 … L_18", "L") in pairs
    assert ("W", label) in joined(view, "weights")


def test_a_fold_says_that_it_is_the_same_weights_so_many_times():
    _, view = drawn()
    fold = the_fold(view)
    assert fold.label == "… 16 more steps\nsame W, 16 times"
    assert "steps 3 to 18: the same W, 16 times" in fold.tooltip
    assert (fold.fold.first, fold.fold.last, fold.fold.norms) == (3, 18, ())
    assert "16 folded" in view.title


@pytest.mark.parametrize("level", ["step", "gate"])
def test_a_fold_carries_the_spread_of_the_gradients(level):
    rollout, view = drawn("lstm", level, gradients=True)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    for found, state in zip(the_fold(view).fold.norms, ("h", "c"), strict=True):
        norms = [norm(cotangents[rollout.layers[0].state(t)[state]]) for t in range(3, 19)]
        assert found.name == f"d{state}"
        assert (found.low, found.median, found.high) == pytest.approx((min(norms), np.median(norms), max(norms)))
        assert found.broken == 0
    assert re.search(r"‖dc‖ [\d.]+\n[\d.]+ to [\d.]+$", the_fold(view).label)


def test_what_flows_over_a_folds_edges():
    rollout, view = drawn("lstm", gradients=True)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    run, fold = rollout.layers[0], the_fold(view).id
    norms = {(edge.source, edge.target): edge.norm for edge in view.edges if edge.kind == "gradient"}
    assert norms[fold, "t2-l0-s1"] == pytest.approx(norm(cotangents[run.carry(3)["c"]]))
    assert norms["t18-l0-s1", fold] == pytest.approx(norm(cotangents[run.carry(19)["c"]]))
    shares = [sum(cotangents[run.used(t)[name]] for t in range(3, 19)) for name in run.parameters]
    assert norms[fold, "l0-W"] == pytest.approx(math.hypot(*map(norm, shares)))
    inputs = [norm(cotangents[rollout.inputs[t]]) for t in range(3, 19)]
    assert norms[fold, "t3-18-x"] == pytest.approx(np.median(inputs))


def test_broken_gradients_are_told_and_not_folded_away():
    with np.errstate(all="ignore"):
        rollout = recorded("rnn", text="sonnets", steps=30, init="radius=1e40", activation="identity", hidden=3)
        view = graph_view(rollout, Level.STEP, RAN, gradients=True, choice=Choice(ends=1))
    broken = [t for t in range(1, 31) if not np.isfinite(rollout.layers[0].state(t)["h"].value).all()]
    assert 1 < broken[0] < 30
    assert f"h_{broken[0]}" in {node.label for node in view.nodes}
    (last,) = (node for node in view.nodes if node.kind == "fold" and node.fold.last == 29)
    assert f"{len(last.fold.norms) and last.fold.norms[0].broken}× NaN or ∞" in last.label


def test_short_runs_are_drawn_whole_and_long_ones_fit_a_page():
    rollout = recorded("rnn", text="sonnets", steps=8)
    assert "fold" not in kinds(graph_view(rollout, Level.STEP, RAN))
    for level, cell in (("step", "rnn"), ("step", "lstm"), ("gate", "lstm"), ("gate", "gru")):
        rollout = recorded(cell, text="sonnets", steps=60)
        view = graph_view(rollout, Level(level), RAN, gradients=True)
        assert kinds(view)["fold"] == 1
        assert view.size[0] < 1650
        assert len(graph_bytes(view, "svg")) <= 60_000
        whole = graph_view(rollout, Level(level), RAN, choice=Choice(ends=0))
        assert "fold" not in kinds(whole)


def test_focus_keeps_steps():
    _, view = drawn(choice=Choice(focus=("9:10",)), steps=60)
    assert {"h_9", "h_10", "x_9", "x_10"} <= {node.label for node in view.nodes}
    assert kinds(view)["fold"] == 2
    with pytest.raises(UsageError, match="--focus 61"):
        drawn(choice=Choice(focus=("61",)), steps=60)


def test_compact_cells_are_their_states():
    _, view = drawn("lstm", layers=3, steps=7, choice=Choice(is_compact=True))
    assert kinds(view) == {"state": 3 * 8, "input": 7, "output": 7, "loss": 8, "weights": 3}
    place = {node.label: (node.x, node.y) for node in view.nodes}
    for t in range(1, 8):
        column = [f"x_{t}", *(f"h_{t}^({layer})\nc_{t}^({layer})" for layer in range(3)), f"y_{t}", f"L_{t}"]
        assert len({place[label][0] for label in column}) == 1
        assert [place[label][1] for label in column] == sorted(place[label][1] for label in column)


@pytest.mark.parametrize(
    ("hidden", "gone"),
    [(("loss",), {"loss"}), (("output",), {"output", "loss"}), (("input", "weights"), {"input", "weights"})],
)
@pytest.mark.parametrize("level", ["step", "gate"])
def test_parts_can_be_hidden(level, hidden, gone):
    _, view = drawn("lstm", level, True, Choice(hidden=hidden))
    shown = {node.kind for node in view.nodes}
    in_gates = {"weights"} if level == "gate" else set()
    assert shown & {"loss", "output", "input", "weights"} == {"loss", "output", "input", "weights"} - gone | in_gates
    assert not loose(view)


@given(
    st.sampled_from(["rnn", "lstm", "gru", "peephole"]),
    st.sampled_from(["step", "gate", "compact"]),
    st.sampled_from([name for name in NAMES if name != "one-to-one"]),
    st.integers(1, 3),
    st.integers(4, 16),
    st.integers(1, 3),
    st.booleans(),
    st.sets(st.sampled_from(["input", "output", "loss", "weights"])),
)
def test_nothing_lies_on_anything_else(cell, level, topology, layers, steps, ends, gradients, hidden):
    rollout = recorded(cell, text="sonnets", topology=topology, layers=layers, steps=steps)
    choice = Choice(ends, (str(steps // 2),), level == "compact", tuple(sorted(hidden)))
    view = graph_view(rollout, Level.GATE if level == "gate" else Level.STEP, RAN, gradients=gradients, choice=choice)
    assert not overlaps(view)
    assert not crossed(view)
    assert not loose(view)
