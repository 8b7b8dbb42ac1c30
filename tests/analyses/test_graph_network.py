"""Pictures at step level of models that are no plain stacks: every box and wire is what was recorded."""

import numpy as np
import pytest

from analyses.graphs import RAN, kinds, overlaps, seen
from bptt_viz.analyses.graph import graph_view, record
from bptt_viz.analyses.graph.choice import Choice
from bptt_viz.analyses.graph.network.boxes import Network
from bptt_viz.analyses.graph.truncation import Truncation
from bptt_viz.arrays import norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.results.graph import Level
from bptt_viz.tape import backward


def seen_pairs(**options):
    """Return a picture of a model on strings of three symbols."""
    return seen("seq2seq", text=None, steps=3, **options)


def wires(view, kind="value"):
    """Return who is joined with whom, by id, through forks."""
    ways = {}
    for edge in view.edges:
        if edge.kind == kind:
            ways.setdefault(edge.source, []).append(edge.target)
    forks = {node.id for node in view.nodes if node.kind == "fork"}

    def ends(name):
        return {end for target in ways.get(name, ()) for end in (ends(target) if target in forks else {target})}

    return {(source, end) for source in ways if source not in forks for end in ends(source)}


def test_a_bidirectional_network_runs_both_ways():
    view = seen("bidirectional")
    found = wires(view)
    for t in range(1, 5):
        assert {(f"t{t}-x", f"t{t}-l0-f"), (f"t{t}-x", f"t{t}-l1-f")} <= found
        assert {(f"t{t - 1}-l0-s", f"t{t}-l0-f"), (f"t{t}-l0-f", f"t{t}-l0-s")} <= found
        assert {(f"t{t + 1}-l1-s", f"t{t}-l1-f"), (f"t{t}-l1-f", f"t{t}-l1-s")} <= found
        assert {(f"t{t}-l0-s", f"t{t}-join-l1"), (f"t{t}-l1-s", f"t{t}-join-l1")} <= found
        assert (f"t{t}-join-l1", f"t{t}-y") in found
    assert len(found) == 4 * 10 + 4  # and the losses to their sum


def test_a_layer_that_runs_backward_is_drawn_from_right_to_left():
    places = {node.id: node.x for node in seen("bidirectional").nodes}
    assert all(places[f"t{t}-l0-f"] < places[f"t{t}-l0-s"] < places[f"t{t + 1}-l0-f"] for t in range(1, 4))
    assert all(places[f"t{t}-l1-s"] < places[f"t{t}-l1-f"] < places[f"t{t + 1}-l1-s"] for t in range(1, 5))


def test_a_skip_connection_goes_around_a_layer():
    found = wires(seen("multilayer", layers=3, settings={"skip": "true"}))
    for t in range(1, 5):
        assert {(f"t{t}-l0-s", f"t{t}-l1-f"), (f"t{t}-l0-s", f"t{t}-skip-l1"), (f"t{t}-l1-s", f"t{t}-skip-l1")} <= found
        assert {(f"t{t}-skip-l1", f"t{t}-l2-f"), (f"t{t}-skip-l1", f"t{t}-skip-l2")} <= found
        assert (f"t{t}-skip-l2", f"t{t}-y") in found


@pytest.mark.parametrize("score", ["dot", "general", "additive"])
def test_attention_looks_at_all_encoder_states_and_asks_by_the_last_decoder_state(score):
    view = seen_pairs(settings={"attention": score})
    found = wires(view)
    (memory,) = (node.id for node in view.nodes if node.label == "M")
    assert {(f"t{t}-l0-s", memory) for t in range(1, 4)} <= found
    assert not any((f"t{t}-l0-s", memory) in found for t in range(4, 8))
    for t in range(4, 8):
        assert {(memory, f"t{t}-attention-l0"), (f"t{t - 1}-l0-s", f"t{t}-attention-l0")} <= found
        assert {(f"t{t}-attention-l0", f"t{t}-beside-l0"), (f"t{t}-x", f"t{t}-beside-l0")} <= found
        assert (f"t{t}-beside-l0", f"t{t}-l0-f") in found
    weights = {source for source, _ in wires(view, "weights")}
    assert weights == {"l0-W1", "l0-W2"} | (set() if score == "dot" else {"attention-l0-W"})


def test_encoder_and_decoder_have_weights_of_their_own():
    found = wires(seen_pairs(settings={"attention": "dot"}), "weights")
    assert found == {("l0-W1" if t < 4 else "l0-W2", f"t{t}-l0-f") for t in range(1, 8)}


def test_tied_dropout_stands_between_a_state_and_the_next_cell():
    found = wires(seen("char-lm", settings={"dropout": "0.5", "mask": "tied", "reads": "embedding"}))
    for t in range(1, 5):
        through = f"t{t}-dropout-through-time-l0"
        assert {(f"t{t - 1}-l0-s", through), (through, f"t{t}-l0-f")} <= found
        assert (f"t{t - 1}-l0-s", f"t{t}-l0-f") not in found
        assert {(f"t{t}-x", f"t{t}-dropout-l0"), (f"t{t}-dropout-l0", f"t{t}-l0-f")} <= found


def test_an_lstms_cell_state_still_goes_straight_past_the_dropout():
    found = wires(seen("multilayer", layers=1, settings={"dropout": "0.5", "mask": "tied", "cell": "lstm"}))
    assert {("t1-l0-s", "t2-l0-f"), ("t1-l0-s", "t2-dropout-through-time-l0")} <= found


BOXES = [
    ("bidirectional", {}, {"layers": 2}),
    ("bidirectional", {"cell": "lstm", "skip": "true"}, {"layers": 2}),
    ("multilayer", {"skip": "true", "cell": "gru"}, {"layers": 3}),
    ("char-lm", {"reads": "embedding", "dropout": "0.3", "mask": "tied"}, {"layers": 2}),
    ("char-lm", {"reads": "embedding", "softmax": "two-level"}, {}),
]


@pytest.mark.parametrize("gradients", [False, True])
@pytest.mark.parametrize(("name", "settings", "options"), BOXES)
def test_nothing_lies_on_anything_else(name, settings, options, gradients):
    view = seen(name, gradients=gradients, settings=settings, **options)
    assert not overlaps(view)


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("score", ["dot", "additive"])
def test_nothing_lies_on_anything_else_with_attention(score, layers):
    assert not overlaps(seen_pairs(layers=layers, gradients=True, settings={"attention": score, "cell": "lstm"}))


@pytest.mark.parametrize(("name", "settings"), [("bidirectional", {}), ("multilayer", {"skip": "true"})])
def test_what_comes_back_over_all_wires_of_a_state_is_its_gradient(name, settings):
    rollout = record(prepare(Request(cell=name, hidden=3, text="hello", settings=settings)))
    network = Network(rollout)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    for box in network.boxes.values():
        if box.place != "state":
            continue
        (node,) = box.nodes
        users = [user for (source, _), found in network.uses.items() if source == box.id for user in found]
        whole = np.zeros(node.shape)
        for user in users:
            sent = user.primitive.vjp(cotangents[user], user)
            whole += sum(
                np.asarray(m) if isinstance(m, np.ndarray) else m.combine([m])
                for m, parent in zip(sent, user.parents, strict=True)
                if parent is node and m is not None
            )
        assert norm(whole - cotangents[node]) <= 1e-13 * max(1.0, norm(whole))


def test_nothing_comes_back_over_a_cut():
    truncation = Truncation("chunked", (2,))
    rollout = record(prepare(Request(cell="bidirectional", hidden=3, text="hello")), truncation)
    view = graph_view(rollout, Level.STEP, RAN, gradients=True, choice=Choice(truncation=truncation))
    back = {(edge.source, edge.target) for edge in view.edges if edge.kind == "gradient"}
    assert {("t2-l0-f", "t1-l0-s"), ("t1-l1-f", "t2-l1-s")} <= back
    assert not {("t3-l0-f", "t2-l0-s"), ("t2-l1-f", "t3-l1-s")} & back


def test_all_kinds_of_boxes_are_there():
    found = kinds(seen("bidirectional"))
    counted = {name: found[name] for name in ("cell", "state", "input", "output", "weights", "loss", "op")}
    assert counted == {"cell": 8, "state": 10, "input": 4, "output": 4, "weights": 2, "loss": 5, "op": 4}


def test_options_of_stacks_are_refused():
    rollout = record(prepare(Request(cell="bidirectional", hidden=3, text="hello")))
    with pytest.raises(UsageError, match="no plain stack of layers"):
        graph_view(rollout, Level.STEP, RAN, choice=Choice(ends=1))
