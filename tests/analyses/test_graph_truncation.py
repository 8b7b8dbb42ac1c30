"""Truncated backpropagation drawn: where it is cut, which errors reach which cells, and the norms of just that."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import RAN, crossed, joined, kinds, loose, overlaps
from bptt_viz.analyses.graph import Choice, Truncation, graph_view, record
from bptt_viz.analyses.truncation import Stretch
from bptt_viz.arrays import norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.results.graph import Level
from bptt_viz.tape import backward
from bptt_viz.topologies import NAMES
from bptt_viz.training.flat import Flat
from bptt_viz.training.truncation import windows


def ready(cell="rnn", **options):
    return prepare(Request(cell, **{"hidden": 3, "steps": 6} | options))


def drawn(prepared, text, style="chunked", level=Level.STEP, gradients=True, **choice):
    truncation = Truncation.parse(text, style)
    chosen = Choice(truncation=truncation, **choice)
    return graph_view(record(prepared, truncation), level, RAN, gradients=gradients, choice=chosen)


def norms(view):
    return {(edge.source, edge.target): edge.norm for edge in view.edges if edge.kind == "gradient"}


@pytest.mark.parametrize(
    ("text", "style", "said"),
    [("0", "chunked", "such as 5"), ("x", "true", "such as 5"), ("3+3", "true", "one number"), ("", "chunked", "5")],
)
def test_lengths_that_are_none(text, style, said):
    with pytest.raises(UsageError, match=said):
        Truncation.parse(text, style)


def test_pieces_must_add_up():
    with pytest.raises(UsageError, match="makes 13 steps, but there are 6"):
        drawn(ready(), "7+6")


def test_pieces():
    assert Truncation.parse("7+6+6", "chunked").chunks(19) == [range(1, 8), range(8, 14), range(14, 20)]
    assert Truncation.parse("4", "chunked").chunks(10) == [range(1, 5), range(5, 9), range(9, 11)]
    assert Truncation.parse("4", "true").chunks(10) == [range(1, 11)]


def test_the_state_goes_on_where_the_gradient_is_cut():
    view = drawn(ready("lstm"), "2")
    for t in (1, 2, 3, 4, 5, 6):
        for name in ("h", "c"):
            assert (f"{name}_{t - 1}", "f_W") in joined(view)
    back = norms(view)
    for t in range(2, 7):
        crosses = {(f"t{t}-l0-f", f"t{t - 1}-l0-s{k}") in back for k in (0, 1)}
        assert crosses == {t not in (3, 5)}
    assert len([edge for edge in view.edges if edge.kind == "cut"]) == 2
    assert not any(key.text == "exactly 0" for key in view.legend)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_no_backward_arrow_crosses_a_cut_at_gate_level(cell):
    prepared = ready(cell, steps=4)
    back = norms(drawn(prepared, "2", level=Level.GATE))
    crossing = {target for _, target in back if "-s" in target and not target.startswith("t4")}
    from_next = {target for source, target in back if target in crossing and source[1] == str(int(target[1]) + 1)}
    states = range(len(prepared.model.cells[0].states))
    assert from_next == {f"t{t}-l0-s{k}" for t in (0, 1, 3) for k in states}


def test_at_gate_level_true_truncation_lets_pass_what_reaches_on():
    prepared = ready("lstm", steps=4)
    step, gate = (norms(drawn(prepared, "2", "true", level)) for level in (Level.STEP, Level.GATE))
    (along_c,) = (size for (source, target), size in gate.items() if target == "t2-l0-s1" and source.startswith("t3"))
    (along_h,) = (size for (source, target), size in gate.items() if target == "t2-l0-s0" and source.startswith("t3"))
    assert math.hypot(along_c, along_h) == pytest.approx(step["t3-y", "t2-l0-f"])


def test_each_piece_has_a_loss_of_its_own():
    view = drawn(ready(), "4")
    sums = [pair for pair in joined(view) if pair[1].startswith("L_1…") or pair[1].startswith("L_5…")]
    assert sums == [(f"L_{t}", "L_1…4" if t < 5 else "L_5…6") for t in range(1, 7)]
    assert {label.text for label in view.labels} >= {"steps 1 to 4", "steps 5 to 6"}
    assert [edge.kind for edge in view.edges].count("pass") == 2


def test_norms_are_those_of_the_pieces_alone():
    prepared = ready("lstm")
    stretch = Stretch(prepared.model, Flat(prepared.values), prepared.batch.one_hot(), prepared.batch.targets)
    whole = stretch.run(windows("chunked", 6, 3))
    view = drawn(prepared, "3")
    (total,) = (edge.norm for edge in view.edges if edge.id.endswith("l0-W--back-sum"))
    own = [norm(part) for name, part in whole.parts.items() if name not in {"W_hy", "b_y"}]
    assert total == pytest.approx(math.hypot(*own))


@pytest.mark.parametrize("n", [1, 2, 3, 6, 9])
def test_under_true_truncation_weights_get_the_sum_of_all_windows(n):
    prepared = ready("lstm", layers=2)
    view = drawn(prepared, str(n), "true")
    stretch = Stretch(prepared.model, Flat(prepared.values), prepared.batch.one_hot(), prepared.batch.targets)
    whole = stretch.run(windows("true", 6, n))
    for layer in (0, 1):
        own = [norm(part) for name, part in whole.parts.items() if name.endswith(f"_l{layer}")]
        (total,) = (edge.norm for edge in view.edges if edge.id.endswith(f"l{layer}-W--back-sum"))
        assert total == pytest.approx(math.hypot(*own), rel=1e-12)


@pytest.mark.parametrize(("n", "count"), [(1, 6), (3, 15), (6, 21), (8, 21)])
@pytest.mark.parametrize("gradients", [False, True])
def test_each_error_has_an_arrow_to_its_own_cell_and_to_those_that_it_reaches(n, count, gradients):
    view = drawn(ready(), str(n), "true", gradients=gradients)
    fans = [edge for edge in view.edges if edge.source.endswith("-y") and edge.target.endswith("-l0-f")]
    reached = {(int(edge.source[1:-2]), int(edge.target[1:-5])) for edge in fans}
    assert reached == {(t, j) for t in range(1, 7) for j in range(max(1, t - n + 1), t + 1)}
    assert len(fans) == count
    assert {edge.kind for edge in fans} == {"gradient" if gradients else "pass"}


def test_norms_of_a_fan_are_those_of_one_error_at_a_cell():
    prepared = ready("lstm")
    found = norms(drawn(prepared, "3", "true"))
    rollout = prepared.run()
    for t in range(1, 7):
        cotangents = backward(rollout.tape, {rollout.losses[t]: np.ones(())})
        run = rollout.layers[0]
        for j in range(max(1, t - 2), t):
            arrived = [norm(cotangents[run.carry(j + 1)[name]]) for name in ("h", "c")]
            assert found[f"t{t}-y", f"t{j}-l0-f"] == pytest.approx(math.hypot(*arrived))
        assert found[f"t{t}-y", f"t{t}-l0-f"] == pytest.approx(norm(cotangents[run.state(t)["h"]]))


def test_errors_can_be_chosen():
    prepared = ready(steps=19)
    view = drawn(prepared, "7+6+6", losses="14:", is_compact=True)
    assert [pair for pair in joined(view) if pair[1].startswith("L_14…")] == [
        (f"L_{t}", "L_14…19") for t in range(14, 20)
    ]
    assert kinds(view)["loss"] == 20
    touched = {edge.source for edge in view.edges if edge.kind == "gradient"}
    assert not any(name.startswith(f"t{t}-") for name in touched for t in range(1, 14))
    (frame,) = view.frames
    inside = {node.label for node in view.nodes if abs(node.x - frame.x) < frame.width / 2}
    assert {f"h_{t}" for t in range(14, 20)} <= inside
    assert not {"h_13", "x_13"} & inside
    assert [edge.id for edge in view.edges if edge.kind == "pass"] == ["piece-14-back"]
    with pytest.raises(UsageError, match="no loss"):
        drawn(ready(topology="many-to-one"), "3", losses="1:2")


def test_the_gradient_of_one_loss_shrinks_along_the_states():
    prepared = ready(steps=8, init="radius=0.3")
    view = graph_view(record(prepared), Level.STEP, RAN, gradients=True, choice=Choice(losses="8"))
    back = norms(view)
    along = [back[f"t{t}-l0-f", f"t{t - 1}-l0-s0"] for t in range(8, 0, -1)]
    assert all(later > earlier for later, earlier in pairwise(along))
    assert ("t7-L", "t7-y") not in back


@given(
    st.sampled_from(["rnn", "lstm", "gru"]),
    st.sampled_from(["step", "compact", "gate"]),
    st.sampled_from([name for name in NAMES if name != "one-to-one"]),
    st.integers(1, 2),
    st.integers(2, 12),
    st.integers(1, 12),
    st.sampled_from(["chunked", "true"]),
    st.sampled_from([None, 1, 2]),
    st.booleans(),
    st.sets(st.sampled_from(["input", "output", "loss", "weights"])),
)
def test_nothing_lies_on_anything_else(cell, level, topology, layers, steps, n, style, ends, gradients, hidden):
    prepared = ready(cell, topology=topology, layers=layers, steps=steps)
    choice = {"ends": ends, "is_compact": level == "compact", "hidden": tuple(sorted(hidden))}
    where = Level.GATE if level == "gate" else Level.STEP
    view = drawn(prepared, str(n), style, where, gradients, **choice)
    assert not overlaps(view)
    assert not crossed(view)
    assert not loose(view)
