"""The picture at gate level: the drawings of LSTMs and GRUs that people know, from what was recorded."""

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyses.graphs import RAN, crossed, loose, overlaps, recorded, seen
from analyses.random_cells import random_cells
from bptt_viz.analyses.graph import graph_view, record
from bptt_viz.analyses.graph.gates.cell import cell_step
from bptt_viz.analyses.graph.gates.flow import Flow
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.arrays import norm
from bptt_viz.cells import discover_cells
from bptt_viz.models import Request, SequenceModel, prepare
from bptt_viz.results.graph import Level
from bptt_viz.tape import backward
from bptt_viz.topologies import NAMES, pattern

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def mgu(tmp_path_factory):
    """README's own cell, as its file."""
    (source,) = re.findall(r"```python\n(from bptt_viz import Cell.*?)```", README, re.DOTALL)
    path = tmp_path_factory.mktemp("own") / "mgu.py"
    path.write_text(source, encoding="utf-8")
    return f"{path}:MGU"


def step_of(cell, t=2, depth=0, **options):
    rollout = recorded(cell, **options)
    run = next(run for run in rollout.at(t) if run.depth == depth)
    return cell_step(rollout, run, t, [node for node in rollout.tape.nodes if node.scope.t == t])


def drawn(step):
    """Return a step's parts as people read them: what is written into each, and what goes in, with the way in."""
    parts = step.graph.parts
    called = {name: part.name or part.symbol or part.kind for name, part in parts.items()}

    def into(target):
        ties = [tie for tie in step.graph.ties if tie.target == target]
        return sorted(called.get(tie.source, tie.source) + {"value": ""}.get(tie.way, f" {tie.way}") for tie in ties)

    made = [(called[name], part.kind, part.symbol, into(name)) for name, part in parts.items()]
    return sorted(made), {name: into(f"out:{name}") for name in step.run.cell.states}


def highways(step):
    return {state: [step.graph.parts[part].symbol for part in way] for state, way in step.graph.highways.items()}


X_H = ["in:h", "x"]


def test_vanilla():
    parts, out = drawn(step_of("rnn"))
    assert parts == [("stack", "stack", "", X_H), ("tanh", "layer", "tanh", ["stack"])]
    assert out == {"h": ["tanh"]}
    assert highways(step_of("rnn")) == {}


LSTM = [
    ("+", "op", "+", ["⊙", "⊙"]),
    ("f", "layer", "σ", ["stack"]),
    ("g", "layer", "tanh", ["stack"]),
    ("i", "layer", "σ", ["stack"]),
    ("o", "layer", "σ", ["stack"]),
    ("stack", "stack", "", X_H),
    ("tanh", "op", "tanh", ["+"]),
    ("⊙", "op", "⊙", ["f", "in:c"]),
    ("⊙", "op", "⊙", ["g", "i"]),
    ("⊙", "op", "⊙", ["o", "tanh"]),
]


def test_lstm():
    parts, out = drawn(step_of("lstm"))
    assert parts == LSTM
    assert out == {"h": ["⊙"], "c": ["+"]}
    assert highways(step_of("lstm")) == {"c": ["⊙", "+"]}


@pytest.mark.parametrize("kind", ["diagonal", "full"])
def test_peepholes_are_marked(kind):
    parts, out = drawn(step_of("peephole", settings={"peephole": kind}))
    seen_by = {"f": ["in:c peephole", "stack"], "i": ["in:c peephole", "stack"], "o": ["+ peephole", "stack"]}
    assert parts == [(name, made, symbol, seen_by.get(name, into)) for name, made, symbol, into in LSTM]
    assert out == {"h": ["⊙"], "c": ["+"]}
    assert highways(step_of("peephole")) == {"c": ["⊙", "+"]}


def test_gru_with_the_reset_before_the_product():
    parts, out = drawn(step_of("gru", settings={"reset": "before"}))
    assert parts == [
        ("+", "op", "+", ["⊙", "⊙"]),
        ("1 −", "op", "1 −", ["z"]),
        ("n", "layer", "tanh", ["stack"]),
        ("r", "layer", "σ", ["stack"]),
        ("stack", "stack", "", X_H),
        ("stack", "stack", "", ["x", "⊙"]),
        ("z", "layer", "σ", ["stack"]),
        ("⊙", "op", "⊙", ["1 −", "n"]),
        ("⊙", "op", "⊙", ["in:h", "r"]),
        ("⊙", "op", "⊙", ["in:h", "z"]),
    ]
    assert out == {"h": ["+"]}
    assert highways(step_of("gru", settings={"reset": "before"})) == {"h": ["⊙", "+"]}


def test_gru_with_the_reset_after_the_product():
    parts, _ = drawn(step_of("gru"))
    assert ("layer", "layer", "", ["in:h"]) in parts
    assert ("⊙", "op", "⊙", ["layer", "r"]) in parts
    assert ("n", "layer", "tanh", ["x", "⊙ aside"]) in parts


def test_a_cell_of_ones_own(mgu):
    parts, out = drawn(step_of(mgu))
    assert ("f", "layer", "σ", ["stack"]) in parts
    assert ("n", "layer", "tanh", ["stack"]) in parts
    assert ("stack", "stack", "", ["x", "⊙"]) in parts
    assert out == {"h": ["+"]}
    assert highways(step_of(mgu)) == {"h": ["⊙", "+"]}


def test_layers_name_their_weights():
    step = step_of("peephole")
    named = {
        part.name: [step.operations[index].node.name for index in part.weights] for part in step.graph.parts.values()
    }
    assert named["i"] == ["W_xh", "W_hh", "b_h", "W_ci"]
    assert named["g"] == ["W_xh", "W_hh", "b_h"]


@pytest.mark.parametrize(
    ("cell", "options"), [("lstm", {}), ("gru", {"settings": {"reset": "before"}}), ("peephole", {})]
)
def test_gates_stand_in_the_order_in_which_people_draw_them(cell, options):
    view = seen(cell, "gate", steps=1, **options)
    place = {node.gate: (node.x, node.y) for node in view.nodes if node.kind == "gate"}
    order = "rzn" if cell == "gru" else "figo"
    assert sorted(place, key=place.get) == list(order)
    assert len({y for _, y in place.values()}) == 1


def line_of(view, *names):
    """Return the heights of nodes."""
    return {node.y for node in view.nodes if node.label in names}


def test_the_cell_state_runs_straight_through_on_top():
    view = seen("lstm", "gate", steps=2)
    (height,) = line_of(view, "c_0", "c_1", "c_2")
    on_line = [node.label for node in view.nodes if node.y == height and node.kind == "op"]
    assert on_line == ["⊙", "+"] * 2
    ways = [edge for edge in view.edges if edge.kind == "highway"]
    assert len(ways) == 4 * 2
    assert all(y == pytest.approx(height) for edge in ways for _, y in edge.path)
    assert all(node.y < height for node in view.nodes if node.kind in {"gate", "weights", "stack"})
    assert max(line_of(view, "h_0", "h_1")) < height


def test_the_highway_differs_from_the_h_path():
    view = seen("lstm", "gate", gradients=True)
    kinds = {edge.kind for edge in view.edges}
    assert kinds == {"value", "highway", "gradient"}
    assert [key.text for key in view.legend if key.kind == "highway"] == ["c goes straight on through ⊙ and +"]
    assert "peephole" in {edge.kind for edge in seen("peephole", "gate").edges}
    assert {edge.kind for edge in seen("rnn", "gate").edges} == {"value"}


def test_every_weight_box_touches_its_activation():
    view = seen("lstm", "gate", steps=1)
    place = {node.id: node for node in view.nodes}
    gates = [node for node in view.nodes if node.kind == "gate"]
    assert len(gates) == 4
    for gate in gates:
        weights = place[f"{gate.id}-W"]
        assert weights.kind == "weights"
        assert weights.gate == gate.gate
        assert weights.x == gate.x
        assert weights.y + weights.height / 2 == pytest.approx(gate.y - gate.height / 2)


CELLS = [*discover_cells(), "gru before"]


def _arrivals(step, flow, port):
    return [flow.over(tie) for tie in step.graph.ties if tie.source == port and tie.target in step.graph.parts]


@given(st.sampled_from(CELLS), st.integers(1, 3), st.integers(1, 3), st.integers(1, 2))
def test_what_comes_back_over_all_wires_is_the_cotangent(cell, t, batch, layers):
    name, _, form = cell.partition(" ")
    rollout = recorded(name, batch=batch, layers=layers, settings={"reset": form} if form else {})
    gradients = Gradients(rollout)
    for run in rollout.layers:
        step = cell_step(rollout, run, t, [node for node in rollout.tape.nodes if node.scope.t == t])
        flow = Flow(step.graph, step.operations, step.nodes, gradients.across)
        for state, node in run.carry(t).items():
            total = np.add.reduce(_arrivals(step, flow, f"in:{state}"))
            assert norm(total) == pytest.approx(gradients.of(node), rel=1e-12)
        x = rollout.inputs[t] if run.depth == 0 else rollout.layers[run.depth - 1].state(t)["h"]
        whole = gradients.of(x) if run.depth == 0 else norm(gradients.upward(x, t, run.depth))
        assert norm(np.add.reduce(_arrivals(step, flow, "x"))) == pytest.approx(whole, rel=1e-12)


def test_what_a_gate_sends_back_is_the_share_of_its_own_weights():
    rollout = recorded("lstm")
    gradients, cotangents = Gradients(rollout), backward(rollout.tape, {rollout.loss: np.ones(())})
    step = cell_step(rollout, rollout.layers[0], 3, [node for node in rollout.tape.nodes if node.scope.t == 3])
    flow = Flow(step.graph, step.operations, step.nodes, gradients.across)
    W = {name: rollout.parameters[name].value for name in ("W_xh", "W_hh")}
    for place, name in enumerate("ifog"):
        gate = step.graph.parts[name]
        node = step.operations[gate.key[0]].node
        slope = 1 - node.value**2 if name == "g" else node.value * (1 - node.value)
        raw = cotangents[node] * slope
        block = slice(3 * place, 3 * place + 3)
        (tie,) = (tie for tie in step.graph.ties if tie.target == name)
        expected = [raw @ W[weights][:, block].T for weights in ("W_xh", "W_hh")]
        np.testing.assert_allclose(flow.over(tie), np.concatenate([part.ravel() for part in expected]), rtol=1e-12)


def test_norms_on_the_highway_are_those_of_the_cell_state():
    rollout = recorded("lstm")
    view = graph_view(rollout, Level.GATE, RAN, gradients=True)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    norms = {(edge.source, edge.target): edge.norm for edge in view.edges if edge.kind == "gradient"}
    run = rollout.layers[0]
    f = next(node for node in rollout.tape.nodes if node.name == "f" and node.scope.t == 3)
    (into,) = (size for (source, target), size in norms.items() if target == "t2-l0-s1" and source.startswith("t3"))
    assert into == pytest.approx(norm(cotangents[run.state(3)["c"]] * f.value))
    from_next = next(size for (source, _), size in norms.items() if source == "t3-l0-s1")
    assert from_next == pytest.approx(norm(cotangents[run.carry(4)["c"]]))


@given(
    st.sampled_from(CELLS),
    st.sampled_from([name for name in NAMES if name != "one-to-one"]),
    st.integers(1, 3),
    st.integers(2, 3),
    st.booleans(),
)
def test_nothing_lies_on_anything_else(cell, topology, layers, steps, gradients):
    name, _, form = cell.partition(" ")
    options = {"topology": topology, "layers": layers, "steps": steps, "settings": {"reset": form} if form else {}}
    view = seen(name, "gate", gradients=gradients, **options)
    assert not overlaps(view)
    assert not crossed(view)
    assert not loose(view)


def on_each_other(view):
    """Return pairs of forward wires of different values that run over each other, other than across."""
    roots = {}
    for edge in view.edges:
        roots[edge.target] = roots.get(edge.source, edge.source) if "fork" in edge.target else edge.target
    pieces = []
    for edge in view.edges:
        if edge.kind != "gradient" and edge.source and edge.target != "L":
            root = roots[edge.source] if "fork" in edge.source else edge.source
            ends = edge.path[::3]
            pieces += [(root, edge.id, np.array(piece)) for piece in pairwise(ends)]
    found = []
    for k, (root, name, piece) in enumerate(pieces):
        for other_root, other_name, other in pieces[k + 1 :]:
            both = np.array([piece, other])
            for axis in (0, 1):
                level = both[:, :, 1 - axis]
                low, high = both[:, :, axis].min(axis=1), both[:, :, axis].max(axis=1)
                if root != other_root and np.ptp(level) < 1 and min(high) - max(low) > 1:
                    found.append((name, other_name))
    return found


@settings(max_examples=40)
@given(random_cells(), st.booleans(), st.integers(1, 2))
def test_cells_with_random_equations(cell, gradients, layers):
    made = tuple(cell(3 if depth == 0 else 2, 2) for depth in range(layers))
    model = SequenceModel(made, 3, pattern("many-to-many", 2))
    rng = np.random.default_rng(0)
    values = {name: rng.standard_normal(parameter.shape) for name, parameter in model.parameters().items()}
    rollout = model.run(values, rng.standard_normal((2, 1, 3)), np.zeros((2, 1), int), differentiate_inputs=True)
    view = graph_view(rollout, Level.GATE, RAN, gradients=gradients)
    assert not overlaps(view)
    assert not crossed(view)
    assert not on_each_other(view)
    assert not loose(view)


def test_a_wire_that_covers_another_is_seen():
    view = seen("lstm", "gate", steps=1)
    assert not on_each_other(view)
    wires = [edge for edge in view.edges if edge.kind == "value"]
    covering = replace(wires[0], id="covering", source="another", path=wires[0].path)
    assert on_each_other(replace(view, edges=(*view.edges, covering)))


def test_an_encoders_and_a_decoders_gates_name_their_weights():
    view = graph_view(record(prepare(Request("seq2seq", hidden=2, steps=1))), Level.GATE, RAN)
    assert [node.label for node in view.nodes if node.kind == "weights"] == ["W_1", "W_2", "W_2"]
