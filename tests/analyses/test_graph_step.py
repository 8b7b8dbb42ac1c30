"""The picture at step level: the lecture's boxes and arrows for every pattern, depth and kind of state."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import RAN, crossed, joined, kinds, overlaps, points, recorded, seen
from bptt_viz.analyses.graph import Choice, graph_view, record
from bptt_viz.arrays import norm
from bptt_viz.cells import discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.results.graph import Level
from bptt_viz.tape import backward
from bptt_viz.topologies import NAMES

PATTERNS = {
    "one-to-one": ({1}, {1}, 1),
    "one-to-many": ({1}, {1, 2, 3, 4}, 4),
    "many-to-one": ({1, 2, 3, 4}, {4}, 4),
    "many-to-many": ({1, 2, 3, 4}, {1, 2, 3, 4}, 4),
    "delayed": ({1, 2}, {3, 4}, 4),
}


@pytest.mark.parametrize("topology", NAMES)
def test_boxes_and_arrows_of_each_pattern(topology):
    inputs, outputs, steps = PATTERNS[topology]
    view = seen(topology=topology)
    assert kinds(view) == {
        "state": steps + 1,
        "cell": steps,
        "input": len(inputs),
        "output": len(outputs),
        "loss": len(outputs) + 1,
        "weights": 1,
    }
    chain = [pair for t in range(1, steps + 1) for pair in ((f"h_{t - 1}", "f_W"), ("f_W", f"h_{t}"))]
    below = [(f"x_{t}", "f_W") for t in inputs]
    above = [pair for t in outputs for pair in ((f"h_{t}", f"y_{t}"), (f"y_{t}", f"L_{t}"), (f"L_{t}", "L"))]
    assert joined(view) == sorted(chain + below + above)
    assert joined(view, "weights") == [("W", "f_W")] * steps
    assert not joined(view, "gradient")


def test_time_runs_to_the_right_and_outputs_stand_above():
    view = seen()
    place = {node.label: (node.x, node.y) for node in view.nodes if node.kind != "cell"}
    cells = [node for node in view.nodes if node.kind == "cell"]
    for t, cell in enumerate(cells, start=1):
        assert place[f"h_{t - 1}"][0] < cell.x < place[f"h_{t}"][0]
        assert place[f"h_{t}"][1] == cell.y
        assert place[f"x_{t}"] < (cell.x + 1e-9, cell.y)
        assert place[f"y_{t}"][0] == place[f"h_{t}"][0]
        assert place[f"y_{t}"][1] > place[f"h_{t}"][1]
        assert place[f"L_{t}"] > place[f"y_{t}"]
        assert place["L"][1] > place[f"L_{t}"][1]


def test_layers_go_up_and_read_the_state_below():
    view = seen(layers=3, steps=4)
    assert kinds(view) | {"weights": 3, "cell": 12, "state": 15} == kinds(view)
    assert joined(view).count(("h_2^(0)", "f_W")) == 2
    assert [node.label for node in view.nodes if node.kind == "weights"] == ["W^(0)", "W^(1)", "W^(2)"]
    heights = [next(node.y for node in view.nodes if node.label == f"h_1^({layer})") for layer in range(3)]
    assert heights == sorted(heights)
    assert {label.text for label in view.labels} >= {"time", "depth"}
    assert [edge.kind for edge in view.edges].count("axis") == 2


def test_further_states_have_a_line_of_their_own():
    view = seen("lstm")
    memory = [node for node in view.nodes if node.kind == "memory"]
    assert [node.label for node in memory] == [f"c_{t}" for t in range(5)]
    assert len({node.y for node in memory}) == 1
    assert ("c_2", "f_W") in joined(view)
    assert ("f_W", "c_3") in joined(view)


@pytest.mark.parametrize("cell", discover_cells())
def test_tips_touch_the_shapes_that_they_point_to(cell):
    view = seen(cell, layers=2, gradients=True)
    place = {node.id: node for node in view.nodes}
    for edge in view.edges:
        if edge.kind != "axis" and not edge.target.endswith("-W"):
            target, (x, y) = place[edge.target], edge.path[-1]
            right, up = abs(x - target.x) - target.width / 2, abs(y - target.y) - target.height / 2
            assert max(right, up) == pytest.approx(0, abs=1e-6), edge.id


@given(
    st.sampled_from(sorted(discover_cells())),
    st.sampled_from([name for name in NAMES if name != "one-to-one"]),
    st.integers(1, 3),
    st.integers(2, 4),
    st.booleans(),
)
def test_nothing_lies_on_anything_else(cell, topology, layers, steps, gradients):
    view = seen(cell, topology=topology, layers=layers, steps=steps, gradients=gradients)
    assert not overlaps(view)
    assert not crossed(view)
    everything = np.concatenate([points(edge.course) for edge in view.edges])
    assert (everything > view.origin).all()
    assert (everything < np.add(view.origin, view.size)).all()
    assert len({node.id for node in view.nodes}) == len(view.nodes)
    assert len({edge.id for edge in view.edges}) == len(view.edges)


def test_norms_on_the_edges_are_those_of_the_cotangents():
    rollout = recorded("lstm", layers=2)
    view = graph_view(rollout, Level.STEP, RAN, gradients=True)
    norm = {(edge.source, edge.target): edge.norm for edge in view.edges if edge.kind == "gradient"}
    from bptt_viz.analyses.graph.gradients import Gradients

    found = Gradients(rollout)
    upper, lower = rollout.layers[1], rollout.layers[0]
    assert norm["t3-l1-f", "t2-l1-s0"] == pytest.approx(found.of(upper.carries[2]["h"]))
    assert norm["t3-l1-f", "t2-l1-s1"] == pytest.approx(found.of(upper.carries[2]["c"]))
    assert norm["t3-l1-s0", "t3-l1-f"] == pytest.approx(found.of(upper.states[3]["h"]))
    assert norm["t3-y", "t3-l1-s0"] > 0
    assert norm["t3-L", "t3-y"] == pytest.approx(found.of(rollout.outputs[3]))
    assert norm["L", "t3-L"] == pytest.approx(1)
    assert norm["t3-l0-f", "t3-x"] == pytest.approx(found.of(rollout.inputs[3]))
    shares = [found.of(node) for node in lower.aliases[1].values()]
    assert norm["t2-l0-f", "l0-W"] == pytest.approx(math.hypot(*shares))
    # The last step's state gets everything from above, nothing from the future.
    whole, above = norm["t4-l0-s0", "t4-l0-f"], norm["t4-l1-f", "t4-l0-s0"]
    assert above == pytest.approx(whole)


def test_the_scale_holds_all_norms_and_the_legend_says_so():
    view = seen(gradients=True)
    norms = [edge.norm for edge in view.edges if edge.kind == "gradient"]
    assert view.scale.low <= math.log10(min(norms)) + 1e-9
    assert view.scale.high >= math.log10(max(norms)) - 1e-9
    assert view.scale.high - view.scale.low >= 1
    assert [key.sample for key in view.legend] == ["norm of what flows back"]
    assert len(view.bar.ticks) > 1
    assert seen().bar is None


def test_zeros_and_numbers_that_are_none_are_explained():
    texts = [key.text for key in seen(topology="delayed", gradients=True).legend]
    assert "exactly 0" not in texts
    with np.errstate(all="ignore"):
        broken = seen(init="radius=1e200", activation="identity", gradients=True)
    assert broken.legend[-1].text == "NaN or infinite"


def test_steps_cannot_be_chosen():
    with pytest.raises(UsageError, match="--level op"):
        seen(at="2")


def test_a_decoder_goes_on_from_the_encoder_with_weights_of_its_own():
    rollout = record(prepare(Request("seq2seq", hidden=3, steps=3, settings={"fed": "zero"})))
    view = graph_view(rollout, Level.STEP, RAN, gradients=True)
    assert kinds(view) == {"state": 8, "cell": 7, "input": 3, "output": 4, "loss": 5, "weights": 2}
    assert joined(view, "weights") == [("W_1", "f_W1")] * 3 + [("W_2", "f_W2")] * 4
    assert ("h_3", "f_W2") in joined(view)
    assert not any("f_W2" in pair and pair[0].startswith("x") for pair in joined(view))
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    norms = {(edge.source, edge.target): edge.norm for edge in view.edges if edge.kind == "gradient"}
    encoder, decoder = rollout.layers
    assert norms["t4-l0-f", "t3-l0-s0"] == pytest.approx(norm(cotangents[decoder.carry(4)["h"]]))
    for k, run in enumerate((encoder, decoder), start=1):
        parts = [norm(cotangents[node]) for node in run.parameters.values()]
        sums = [edge.norm for edge in view.edges if edge.target == f"l0-W{k}" and edge.id.endswith("-sum")]
        assert sums == [pytest.approx(math.hypot(*parts))]


@given(st.sampled_from(["rnn", "lstm"]), st.integers(1, 2), st.integers(1, 6), st.booleans(), st.booleans())
def test_decoders_lie_on_nothing_else(cell, layers, steps, gradients, compact):
    request = Request("seq2seq", hidden=3, steps=steps, layers=layers, settings={"cell": cell})
    view = graph_view(record(prepare(request)), Level.STEP, RAN, gradients=gradients, choice=Choice(is_compact=compact))
    assert not overlaps(view)
    assert not crossed(view)


@pytest.mark.parametrize(
    ("model", "settings", "said"),
    [
        ("bidirectional", {}, "join"),
        ("multilayer", {"skip": "true"}, "skip"),
        ("seq2seq", {"attention": "dot"}, "attention"),
    ],
)
def test_what_is_no_stack_is_refused_rather_than_drawn_wrong(model, settings, said):
    rollout = record(prepare(Request(model, hidden=3, steps=3, settings=settings)))
    with pytest.raises(UsageError, match=said):
        graph_view(rollout, Level.GATE, RAN)
    assert graph_view(rollout, Level.OP, RAN).nodes
