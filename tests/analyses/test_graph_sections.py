"""Steps of one structure are put into words and laid out once; each keeps its own numbers and its own time."""

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import RAN, overlaps, recorded, seen
from bptt_viz import ops
from bptt_viz.analyses.graph import graph_view, record
from bptt_viz.analyses.graph.numbers import entries, ranges, size
from bptt_viz.analyses.graph.rollout_sections import rollout_sections
from bptt_viz.analyses.graph.steps import steps_of
from bptt_viz.analyses.trace import trace
from bptt_viz.arrays import norm
from bptt_viz.cells import Cell, discover_cells
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Batch, Request, SequenceModel, prepare
from bptt_viz.models.lookup import discover_models
from bptt_viz.results.graph import Level
from bptt_viz.topologies import pattern

TEXT = "hello hello hello"


def schemes(rollout):
    """Return the steps by the scheme that they share, in order."""
    alike = {}
    for step in steps_of(rollout_sections(rollout, range(1, rollout.steps + 1)), None):
        alike.setdefault(id(step.scheme), []).append(step.t)
    return list(alike.values())


def test_steps_differ_at_the_ends_and_where_their_numbers_grow_longer(tmp_path):
    (tmp_path / "text").write_text(TEXT)
    rollout = recorded("lstm", text=str(tmp_path / "text"), steps=14)
    assert schemes(rollout) == [[1], [2, 3, 4, 5, 6, 7, 8, 9], [10], [11, 12, 13], [14]]


def told(view, t):
    """Return what a picture says about one step, by id."""
    nodes = {node.id: (node.label, node.tooltip) for node in view.nodes if node.t == t and node.kind != "end"}
    edges = {}
    for edge in view.edges:
        ends = {edge.source.partition("-")[0], edge.target.partition("-")[0]}
        if ends == {f"t{t}"} and not edge.id.endswith(("-in", "-out")) and "-in--" not in edge.id:
            edges[edge.id] = (edge.tooltip, edge.norm, [label.text for label in edge.labels])
    return nodes, edges


@pytest.mark.parametrize("cell", discover_cells())
def test_a_step_reads_alone_as_it_does_among_others(cell, tmp_path):
    (tmp_path / "text").write_text(TEXT)
    rollout = recorded(cell, text=str(tmp_path / "text"), steps=12, layers=2)
    together = graph_view(rollout, Level.OP, RAN, ":", gradients=True)
    for t in (1, 2, 9, 10, 11, 12):
        nodes, edges = told(graph_view(rollout, Level.OP, RAN, str(t), gradients=True), t)
        nodes_among, edges_among = told(together, t)
        assert nodes_among == nodes
        assert {name: edges[name] for name in edges_among} == edges_among


def test_no_stand_in_is_left():
    view = seen("gru", level="op", at=":", gradients=True)
    everything = [node.label + node.tooltip for node in view.nodes]
    everything += [edge.tooltip + label.text for edge in view.edges for label in edge.labels]
    assert not set("".join(everything)) & set("᥇᥈")


@dataclass(frozen=True)
class Changing(Cell):
    """Does something else at every other step, though all steps have as many nodes."""

    seen: list = field(default_factory=list)

    def parameters(self):
        return {"W": (self.hidden_size, self.hidden_size), "V": (self.input_size, self.hidden_size)}

    def step(self, p, x, s):
        self.seen.append(x)
        odd = len(self.seen) % 2
        inner = ops.tanh(x @ p.V + s.h @ p.W, "odd" if odd else "even")
        return {"h": inner * (0.5 if odd else 0.25)}


def test_steps_that_differ_in_a_number_or_a_name_do_not_share_words():
    model = SequenceModel((Changing(2, 2),), 2, pattern("many-to-many", 6))
    values = model.draw(np.random.default_rng(0), Initialisation.parse("xavier"))
    batch = Batch("ab", np.zeros((6, 1), int), np.zeros((6, 1), int))
    rollout = model.run(values, batch.one_hot(), batch.targets)
    assert schemes(rollout) == [[1], [2, 4], [3, 5], [6]]
    view = graph_view(rollout, Level.OP, RAN, ":")
    written = {node.t: node.label for node in view.nodes if "⊙" in node.label}
    assert ["0.5" in written[t] for t in range(1, 7)] == [True, False] * 3


@given(st.lists(st.lists(st.floats(-1e200, 1e200), min_size=2, max_size=2), min_size=1, max_size=5))
def test_ranges_are_those_of_each_array(rows):
    arrays = [np.array(row) for row in rows]
    for array, found in zip(arrays, ranges(arrays), strict=True):
        assert (found.low, found.high) == (array.min(), array.max())
        assert found.norm == pytest.approx(norm(array))


def test_ranges_of_arrays_that_are_no_numbers_or_one_object():
    broken = [np.array([np.nan, 1.0]), np.array([np.inf, 1.0]), np.zeros(2)]
    nan, infinite, zero = ranges(broken)
    assert np.isnan(nan.norm)
    assert infinite.norm == np.inf
    assert zero == (0.0, 0.0, 0.0)
    one = np.arange(3.0)
    assert len(set(ranges([one, one, one]))) == 1
    assert list(ranges([])) == []


@pytest.mark.parametrize(
    ("array", "wanted"),
    [
        ([[0.3, -0.1, 0.9]], "[.30 −.10 .90]"),
        ([[1.0, 2.2], [-3.0, 41.26]], "[1.00 2.20;\n−3.00 41.3]"),
        (0.0051, ".0051"),
        ([[0.0, 1e-7, 123456.0]], "[0 1e−7 1.2e5]"),
        ([[np.nan, -np.inf]], "[nan −inf]"),
        (np.arange(6.0)[None], "1 × 6, 0 … 5.00"),
        (np.zeros((5, 2)), "5 × 2, 0 … 0"),
        (np.zeros((0, 2)), "0 × 2, 0 … 0"),
    ],
)
def test_small_arrays_are_written_out_and_large_ones_outlined(array, wanted):
    assert entries(np.array(array)) == wanted


@pytest.mark.parametrize("attention", ["none", "dot", "additive"])
def test_what_crosses_steps_is_handed_to_where_it_is_used(attention):
    rollout = recorded("seq2seq", text=None, hidden=3, settings={"attention": attention})
    view = graph_view(rollout, Level.OP, RAN, ":", gradients=True)
    assert not overlaps(view)
    across = {}
    for edge in view.edges:
        (source, *_), (target, *name) = edge.source.split("-"), edge.target.split("-")
        if edge.kind == "value" and source != target and "in" not in edge.source.split("-"):
            across.setdefault(f"{source}-{target}", []).append("-".join(name))
    steps = rollout.steps
    assert set(across) == {f"t{t}-t{t + 1}" for t in range(1, steps)}
    for names in across.values():
        assert len(set(names)) == len(names), "each box gets one wire"
    entering = {label.text for edge in view.edges for label in edge.texts if label.text.startswith("☆")}
    assert bool(entering) == (attention != "none")


@pytest.mark.parametrize("model", ["bidirectional", "seq2seq"])
def test_a_state_is_not_handed_to_a_panel_that_gets_another(model):
    """The backward layer's state goes to the panel before, so no wire leads it to the next."""
    rollout = recorded(model, text=None if model == "seq2seq" else "hello", hidden=3)
    view = graph_view(rollout, Level.OP, RAN, ":", gradients=True)
    labels = {node.id: node.label for node in view.nodes}
    for edge in view.edges:
        t, target = edge.source[1:].partition("-")[0], labels.get(edge.target, "")
        if edge.kind == "value" and edge.target.startswith(f"t{int(t) + 1}-") and "_" in target:
            assert target.partition("_")[2].partition("^")[0].rstrip("′") == t


@pytest.mark.parametrize("model", discover_models())
def test_every_model_is_drawn_and_traced(model):
    rollout = record(prepare(Request(cell=model, hidden=3, steps=4)))
    view = graph_view(rollout, Level.OP, RAN, ":", gradients=True)
    assert not overlaps(view)
    for t in range(1, rollout.steps + 1):
        assert trace(rollout, t).rows


@pytest.mark.parametrize("factor", [1.0, 1e-200, 1e200, 0.0, np.nan, np.inf])
def test_the_quick_norm_is_the_norm(factor):
    for array in (np.array([[3.0, -4.0]]), np.array(2.0), np.array([3.0 + 4.0j])):
        with np.errstate(all="ignore"):
            assert size(array * factor) == pytest.approx(norm(array * factor), nan_ok=True)
