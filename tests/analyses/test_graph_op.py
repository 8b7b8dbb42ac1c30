"""The picture at op level: the recorded operations of some steps, laid out so that everything can be read."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import RAN, crossed, joined, kinds, label_of, overlaps, points, recorded, seen
from bptt_viz import ops
from bptt_viz.analyses.graph import graph_view
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.cells import Cell, discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models import Batch, SequenceModel
from bptt_viz.results.graph import Level
from bptt_viz.topologies import NAMES, pattern


def labels(view, kind):
    """Return the texts of one kind, by what is written into the nodes that the edge joins."""
    return {
        (label_of(view, edge.source), label_of(view, edge.target)): label.text.replace("\n", " ")
        for edge in view.edges
        for label in edge.labels
        if label.kind == kind
    }


def test_operations_of_a_vanilla_step():
    view = seen(level="op", at="3")
    assert kinds(view) == {"input": 1, "state": 1, "weights": 5, "op": 7, "fork": 1, "end": 2, "loss": 1}
    assert joined(view) == sorted(
        [
            ("x_3", "×"),
            ("W_xh", "×"),
            ("end", "h_2"),
            ("h_2", "×"),
            ("W_hh", "×"),
            ("×", "+"),
            ("×", "+"),
            ("b_h", "+"),
            ("+", "tanh"),
            ("tanh", "fork"),
            ("fork", "end"),
            ("fork", "×"),
            ("W_hy", "×"),
            ("×", "+"),
            ("b_y", "+"),
            ("+", "−log softmax"),
            ("−log softmax", "L_3"),
        ]
    )


def test_values_in_green_and_gradients_in_red():
    view = seen(level="op", at="3")
    green, red = labels(view, "value"), labels(view, "gradient")
    assert green["+", "tanh"] == "h_raw"
    assert green["tanh", "fork"] == "h_3"
    assert green["+", "−log softmax"] == "y_3"
    assert red["+", "tanh"] == "dh_raw = (1 − h_3²) ⊙ dh_3"
    assert red["tanh", "fork"] == "dh_3 = dy_3 W_hyᵀ + ★"
    assert red["fork", "end"] == "★"
    assert red["fork", "×"] == "dy_3 W_hyᵀ"
    assert red["W_hy", "×"] == "h_3ᵀ dy_3"
    assert red["W_xh", "×"] == "x_3ᵀ dh_raw"
    assert red["b_h", "+"] == "dh_raw"
    assert red["+", "−log softmax"] == "dy_3 = dL_3 (softmax(y_3) − target)"
    assert red["−log softmax", "L_3"] == "dL_3 = 1"
    assert red["end", "h_2"] == "★ of step 2"
    assert {key.sample for key in view.legend} == {"h", "dh", "★"}


def test_the_last_step_gets_nothing_from_beyond():
    view = seen(level="op", at="4")
    assert labels(view, "gradient")["tanh", "fork"] == "dh_4 = dy_4 W_hyᵀ"
    assert not any("★" in key.sample for key in view.legend)


def test_the_first_step_begins_with_the_initial_state():
    view = seen(level="op", at="1")
    assert "h_0" in {node.label for node in view.nodes}
    assert not any(target == "h_0" for _, target in joined(view))


def test_gates_are_apart_and_packed_values_fork():
    view = seen("lstm", level="op", at="3")
    assert [node.label for node in view.nodes if node.kind == "op"].count("σ") == 3
    red, green = labels(view, "gradient"), labels(view, "value")
    branches = {
        label.text.replace("\n", " "): tuple(text.text for text in edge.labels)
        for edge in view.edges
        for label in edge.labels
        if edge.source.endswith("-add-fork") and label.kind == "value"
    }
    assert set(branches) == {"i_raw", "f_raw", "o_raw", "g_raw"}
    assert "di_raw = (1 − i) ⊙ i ⊙ di" in {label.text.replace("\n", " ") for e in view.edges for label in e.labels}
    assert green["+", "fork"] in {"a", "c_3"}
    assert red["c_2", "⊙"] == "dc_3 ⊙ f"


def test_steps_in_a_row_hand_their_states_on():
    view = seen("lstm", level="op", at="2:3")
    assert [node.kind for node in view.nodes].count("end") == 4  # two states come in, two go out
    across = {(edge.source, edge.target) for edge in view.edges if edge.source[:2] == "t2" and edge.target[:2] == "t3"}
    assert {target for _, target in across} == {"t3-l0-h", "t3-l0-c"}
    width = {t: [node.x for node in view.nodes if node.t == t and node.kind != "end"] for t in (2, 3)}
    assert max(width[2]) < min(width[3])
    same = {node.id[2:]: (node.x, node.y) for node in view.nodes if node.t == 2}
    shifts = {
        (round(node.x - same[node.id[2:]][0], 6), round(node.y - same[node.id[2:]][1], 6))
        for node in view.nodes
        if node.t == 3 and node.id[2:] in same
    }
    assert len(shifts) == 1, "one layout serves every step"


def test_equations_are_written_beside_a_single_step():
    view = seen("lstm", level="op", at="3")
    written = [label.text for label in view.labels]
    assert "a = [i_raw, f_raw, o_raw, g_raw] = x_3 W_xh + h_2 W_hh + b_h" in written
    assert "c_3 = f ⊙ c_2 + i ⊙ g" in written
    assert "h_3 = o ⊙ tanh(c_3)" in written
    assert not any(" = x_3" in label.text for label in seen("lstm", level="op", at="2:3").labels)


def test_the_step_shown_by_default_is_a_telling_one():
    assert seen(level="op").title.endswith("step 3 of 4")
    assert seen(level="op", topology="many-to-one").title.endswith("step 4 of 4")
    assert seen(level="op", topology="one-to-one").title.endswith("step 1 of 1")
    assert seen(level="op", topology="delayed").title.endswith("step 3 of 4")


@pytest.mark.parametrize(
    ("at", "title"),
    [("2", "step 2 of 4"), ("2:3", "steps 2 to 3 of 4"), (":", "steps 1 to 4 of 4"), ("3:", "steps 3 to 4 of 4"),
     (":2", "steps 1 to 2 of 4")],
)  # fmt: skip
def test_steps_are_chosen_as_numbers_or_ranges(at, title):
    assert seen(level="op", at=at).title.endswith(title)


@pytest.mark.parametrize("at", ["0", "5", "-1", "3:2", "2:9", "0:2", "x", "", "1:2:3", "2.5", "1e0"])
def test_other_steps_are_refused(at):
    with pytest.raises(UsageError, match="--at"):
        seen(level="op", at=at)


def test_tooltips_tell_equation_shape_and_norms():
    view = seen(level="op", at="3", gradients=True)
    (state,) = (node for node in view.nodes if node.label == "tanh")
    equation, shape, gradient, norm = state.tooltip.split("\n")
    assert equation == "h_3 = tanh(h_raw)"
    assert shape.startswith("shape 1 × 3, norm ")
    assert gradient == "gradient: dh_3 = dy_3 W_hyᵀ + ★"
    assert float(norm.removeprefix("gradient norm ")) > 0


@pytest.mark.parametrize("cell", discover_cells())
def test_every_message_has_an_edge_back(cell):
    rollout = recorded(cell)
    view = graph_view(rollout, Level.OP, RAN, "2", gradients=True)
    forward = {(edge.target, edge.source) for edge in view.edges if edge.kind == "value"}
    back = {(edge.source, edge.target): edge.norm for edge in view.edges if edge.kind == "gradient"}
    assert set(back) == forward
    used = rollout.layers[0].aliases[1]
    found = Gradients(rollout)
    for (_, target), norm in back.items():
        name = target.removeprefix("t2-l0-")
        if name in used:
            assert norm == pytest.approx(found.of(used[name])), name


@given(
    st.sampled_from(sorted(discover_cells())),
    st.sampled_from([name for name in NAMES if name != "one-to-one"]),
    st.integers(1, 2),
    st.sampled_from(["1", "2", "2:3", "3"]),
    st.booleans(),
    st.integers(1, 2),
)
def test_nothing_lies_on_anything_else(cell, topology, layers, at, gradients, batch):
    view = seen(cell, level="op", at=at, gradients=gradients, topology=topology, layers=layers, batch=batch, steps=3)
    assert not overlaps(view)
    assert not crossed(view)
    everything = np.concatenate([points(edge.course) for edge in view.edges])
    assert (everything > view.origin).all()
    assert (everything < np.add(view.origin, view.size)).all()
    assert len({node.id for node in view.nodes}) == len(view.nodes)
    assert len({edge.id for edge in view.edges}) == len(view.edges)


@dataclass(frozen=True)
class Passing(Cell):
    """One state is kept, one is the other, one is ignored by the next step."""

    states: ClassVar[tuple[str, ...]] = ("h", "kept", "same", "ignored")

    def parameters(self):
        return {"W": (self.input_size, self.hidden_size), "unused": (self.hidden_size,)}

    def step(self, p, x, s):
        h = x @ p.W + s.h + s.same
        return {"h": h, "kept": s.kept, "same": h, "ignored": ops.tanh(h)}


@dataclass(frozen=True)
class Deep(Cell):
    """Draws on all that lowering folds: numbers, constants, slices, joins, stops, values used twice."""

    def parameters(self):
        return {"V": (self.input_size, self.hidden_size), "W": (self.hidden_size, self.hidden_size)}

    def step(self, p, x, s):
        u = x @ p.V + s.h @ p.W
        for _ in range(3):
            u = ops.tanh(u @ p.W) * 0.5 + u * u - ops.stop_gradient(u) / 3.0
        both = ops.concatenate([u, s.h + np.full((1, self.hidden_size), 0.5)])
        return {"h": both[..., 1 : 1 + self.hidden_size] ** 2.0}


@pytest.mark.parametrize("level", Level)
@pytest.mark.parametrize("gradients", [False, True])
@pytest.mark.parametrize("cell", [Passing, Deep])
def test_cells_of_ones_own(cell, gradients, level):
    model = SequenceModel((cell(2, 2), cell(2, 2)), 2, pattern("many-to-many", 3))
    values = model.draw(np.random.default_rng(0), _xavier())
    batch = Batch("ab", np.zeros((3, 1), int), np.zeros((3, 1), int))
    rollout = model.run(values, batch.one_hot(), batch.targets, differentiate_inputs=True)
    for at in (None, "1", "2:3", ":") if level is Level.OP else (None,):
        view = graph_view(rollout, level, RAN, at, gradients)
        assert not overlaps(view)
        assert not crossed(view)


def _xavier():
    from bptt_viz.initialisation import Initialisation

    return Initialisation.parse("xavier")
