"""Pictures of computations of one's own: any tape, with time steps or without."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from laws.test_graphs import INSTRUCTIONS, programs, recorded, sample

from analyses.graphs import RAN, crossed, joined, label_of, overlaps
from bptt_viz import ops
from bptt_viz.analyses.graph import Detail, tape_view
from bptt_viz.analyses.graph.tape_sections import tape_sections
from bptt_viz.arrays import norm
from bptt_viz.errors import UsageError
from bptt_viz.tape import Tape, backward


def layer(rows=2):
    """Record a layer and a loss: L = Σ tanh(x W + b)²."""
    rng = np.random.default_rng(0)
    tape = Tape()
    x = tape.constant(rng.normal(size=(rows, 3)), "x")
    W, b = tape.leaf(rng.normal(size=(3, 2)), "W"), tape.leaf(np.zeros(2), "b")
    y = ops.tanh(x @ W + b, "y")
    return tape, {"x": x, "W": W, "b": b, "y": y}, ops.sum(y * y, name="L")


def chain(steps=4, inner=False):
    """Record a recurrence under times, and a loss of all its states behind them."""
    rng = np.random.default_rng(0)
    tape = Tape()
    V, W = tape.leaf(rng.normal(size=(2, 3)), "V"), tape.leaf(rng.normal(size=(3, 3)), "W")
    scaled = W * 0.5 if inner else W
    h, states = tape.leaf(np.zeros((1, 3)), "h_0"), []
    for t in range(1, steps + 1):
        with tape.at(t=t):
            x = tape.constant(rng.normal(size=(1, 2)), "x")
            h = ops.tanh(x @ V + h @ scaled, "h")
        states.append(h)
    return tape, {"V": V, "W": W, "states": states}, ops.sum(ops.concatenate(states) ** 2.0, name="L")


def test_a_tape_without_times_is_one_panel():
    _tape, _, loss = layer()
    view = tape_view([loss], RAN, gradients=True)
    assert joined(view) == sorted(
        [("x", "×"), ("W", "×"), ("×", "+"), ("b", "+"), ("+", "tanh"), ("tanh", "fork"), ("fork", "⊙"), ("fork", "⊙"),
         ("⊙", "Σ"), ("Σ", "L")]
    )  # fmt: skip
    assert view.title == "L · 5 operations"
    kinds = {node.label: node.kind for node in view.nodes if node.kind not in {"op", "fork"}}
    assert kinds == {"x": "input", "W": "weights", "b": "weights", "L": "loss"}
    assert "L = Σ(y ⊙ y)" in [label.text for label in view.labels]
    assert {node.t for node in view.nodes} == {None}


def test_nothing_is_said_to_flow_back_to_constants():
    _tape, _, loss = layer()
    view = tape_view([loss], RAN, gradients=True)
    (edge,) = (edge for edge in view.edges if label_of(view, edge.source) == "x")
    assert [label.kind for label in edge.labels] == []
    assert not any(label_of(view, edge.target) == "x" for edge in view.edges if edge.kind == "gradient")


def test_gradients_are_those_of_a_backward_pass():
    tape, named, loss = layer()
    cotangents = backward(tape, {loss: np.ones(())})
    view = tape_view([loss], RAN, gradients=True)
    found = {label_of(view, edge.target): edge.norm for edge in view.edges if edge.kind == "gradient"}
    for name in ("W", "b"):
        assert found[name] == pytest.approx(norm(cotangents[named[name]]))


def test_times_become_panels_with_one_box_a_value():
    _tape, _, loss = chain()
    view = tape_view([loss], RAN, gradients=True)
    for t in (2, 3, 4):
        labels = [node.label for node in view.nodes if node.t == t and node.label]
        assert {f"x_{t}", f"h_{t - 1}", "V", "W"} <= set(labels)
    across = {(edge.source[:2], edge.target[:2]) for edge in view.edges if edge.kind == "value"}
    assert {("t1", "t2"), ("t2", "t3"), ("t3", "t4"), ("t4", "be")} <= across
    entering = sorted(label.text for edge in view.edges for label in edge.texts if label.text.startswith("★ of"))
    assert entering == ["★ of step 1", "★ of step 2", "★ of step 3"]
    assert not overlaps(view)
    assert not crossed(view)


def test_shares_of_a_weight_sum_over_the_panels():
    tape, named, loss = chain()
    cotangents = backward(tape, {loss: np.ones(())})
    view = tape_view([loss], RAN, gradients=True, detail=Detail(values=True))
    shares = []
    for edge in view.edges:
        if edge.kind == "gradient" and label_of(view, edge.target) == "V":
            shares.append(edge.norm)
    assert len(shares) == 4
    x, states = [node for node in tape.nodes if node.name == "x"], named["states"]
    wanted = []
    for k, state in enumerate(states):
        inner = cotangents[state] * (1 - state.value**2)
        wanted.append(norm(x[k].value.T @ inner))
    assert shares == pytest.approx(wanted)


def test_what_is_computed_outside_time_has_panels_of_its_own():
    _tape, _, loss = chain(inner=True)
    sections = tape_sections([loss])
    assert [section.prefix for section in sections] == ["before-", "", "", "", "", "behind-"]
    view = tape_view([loss], RAN)
    assert not overlaps(view)
    assert any("of what comes before" in label.text for edge in view.edges for label in edge.texts)


def test_long_recurrences_share_their_panels():
    tape, _, loss = chain(60)
    view = tape_view([loss], RAN)
    assert len({node.t for node in view.nodes}) == 61
    assert len(tape.nodes) > 300
    assert len({edge.path for edge in view.edges}) < 300


def test_arrays_need_a_seed_only_if_gradients_are_asked_for():
    tape, named, _ = layer()
    y = named["y"]
    view = tape_view([y], RAN)
    assert any(label.text == "dy = seed" for edge in view.edges for label in edge.labels)
    with pytest.raises(UsageError, match="seeds"):
        tape_view([y], RAN, gradients=True)
    seed = np.arange(4.0).reshape(2, 2)
    drawn = tape_view([y], RAN, gradients=True, seeds={y: seed})
    first = next(edge for edge in drawn.edges if edge.kind == "gradient" and label_of(drawn, edge.source) == "y")
    assert first.norm == pytest.approx(norm(seed))
    assert first.norm == pytest.approx(norm(backward(tape, {y: seed})[y]))


def test_several_results_share_what_they_have_in_common():
    _tape, named, loss = layer()
    view = tape_view([loss, named["y"]], RAN)
    boxes = [node.label for node in view.nodes if node.kind in {"loss", "output"}]
    assert sorted(boxes) == ["L", "y"]
    assert view.title.startswith("L, y · 5 operations")


def test_what_cannot_be_drawn_is_refused():
    tape, named, loss = layer()
    with pytest.raises(UsageError, match="nothing to draw"):
        tape_view([], RAN)
    with pytest.raises(UsageError, match="another tape"):
        tape_view([loss, layer()[2]], RAN)
    with pytest.raises(UsageError, match="given, not computed"):
        tape_view([named["W"]], RAN)
    assert len(tape.nodes) < 20


@given(programs(INSTRUCTIONS), st.booleans(), st.booleans())
def test_any_program_is_drawn_with_nothing_on_anything_else(program, gradients, values):
    tape, _, node = recorded(program, sample())
    seed = np.ones(node.shape)
    view = tape_view([node], RAN, gradients=gradients, detail=Detail(values=values), seeds={node: seed})
    assert not overlaps(view)
    assert len({one.id for one in (*view.nodes, *view.edges)}) == len(view.nodes) + len(view.edges)
    if gradients:
        cotangents = backward(tape, {node: seed})
        leaves = {leaf.name: norm(cotangents[leaf]) for leaf in tape.nodes if leaf.primitive.name == "leaf"}
        names = {one.id: one.label for one in view.nodes if one.kind == "weights"}
        trunks = {edge.target: edge.norm for edge in view.edges if edge.kind == "gradient" and edge.target in names}
        for name, found in trunks.items():
            assert found == pytest.approx(leaves[names[name]])


def test_a_value_that_comes_in_by_alias_and_as_it_is_has_a_box_for_each():
    tape = Tape()
    with tape.at(t=1):
        h = ops.tanh(tape.leaf(np.ones((1, 2)), "x"), "h")
    with tape.at(t=2):
        loss = ops.sum(ops.alias(h, "carried") * h, name="L")
    view = tape_view([loss], RAN, gradients=True)
    assert sorted(node.label for node in view.nodes if node.kind == "state") == ["carried", "h"]
    assert len({one.id for one in (*view.nodes, *view.edges)}) == len(view.nodes) + len(view.edges)
    back = {label_of(view, edge.target): edge.norm for edge in view.edges if edge.kind == "gradient"}
    assert back["carried"] == pytest.approx(norm(h.value))
    assert back["h"] == pytest.approx(norm(h.value))
