"""The backward pass of a step, operation by operation: what arrives, the rule, what is sent."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import recorded
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.trace import trace
from bptt_viz.cells import discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.topologies import NAMES


def traced(cell="rnn", step=3, **options):
    return trace(recorded(cell, **options), step)


def row(found, value):
    (one,) = (row for row in found.rows if row.value == value)
    return one


def test_a_vanilla_step_as_in_the_lecture():
    found = traced()
    assert [(row.symbol, row.value, row.rule) for row in found.rows if row.symbol] == [
        ("−log softmax", "L_3", "subtracts the target"),
        ("+", "y_3", "distributes"),
        ("×", "h_3 W_hy", "swaps"),
        ("tanh", "h_3", "scales"),
        ("+", "h_raw", "distributes"),
        ("×", "h_2 W_hh", "swaps"),
        ("×", "x_3 W_xh", "swaps"),
    ]
    assert found.title == "VanillaRNN · many-to-many · H = 3 · step 3 of 4"
    tanh = row(found, "h_3")
    assert tanh.formula == "tanh(h_raw)"
    assert tanh.cotangent == "dh_3 = dy_3 W_hyᵀ + ★"
    assert [(share.source, share.text) for share in tanh.arrivals] == [("h_3 W_hy", "dy_3 W_hyᵀ"), ("step 4", "★")]
    (sent,) = tanh.sends
    assert (sent.target, sent.derivative, sent.text) == ("h_raw", "1 − h_3²", "(1 − h_3²) ⊙ dh_3")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("L_3", {"y_3": "softmax(y_3) − target"}),
        ("y_3", {"h_3 W_hy": "1", "b_y": "1"}),
        ("h_3 W_hy", {"h_3": "· W_hyᵀ", "W_hy": "h_3ᵀ ·"}),
        ("h_3", {"o": "tanh(c_3)", "tanh(c_3)": "o"}),
        ("f ⊙ c_2", {"f": "c_2", "c_2": "f"}),
        ("g", {"g_raw": "1 − g²"}),
        ("o", {"o_raw": "(1 − o) ⊙ o"}),
    ],
)
def test_local_derivatives(value, wanted):
    assert {sent.target: sent.derivative for sent in row(traced("lstm"), value).sends} == wanted


def test_numbers_are_those_of_the_backward_pass():
    rollout = recorded("lstm")
    found, gradients = trace(rollout, 3), Gradients(rollout)
    states = rollout.layers[0].state(3)
    for name in ("h", "c"):
        cotangent = gradients.whole(states[name])
        numbers = row(found, f"{name}_3").numbers
        assert numbers.shape == (1, 3)
        assert numbers.norm == pytest.approx(np.linalg.norm(cotangent))
        assert (numbers.low, numbers.high) == (cotangent.min(), cotangent.max())
        shares = row(found, f"{name}_3").arrivals
        assert shares[-1].numbers.norm == pytest.approx(gradients.of(rollout.layers[0].carry(4)[name]))
    used = rollout.layers[0].used(3)
    assert row(found, "W_hh").numbers.norm == pytest.approx(gradients.of(used["W_hh"]))


def test_gates_join_their_parts():
    packed = row(traced("lstm"), "a")
    assert packed.joins
    assert [share.source for share in packed.arrivals] == ["i", "f", "o", "g"]
    assert sum(share.numbers.norm**2 for share in packed.arrivals) == pytest.approx(packed.numbers.norm**2)
    gates = {row.gate: row.value for row in traced("lstm").rows if row.gate}
    assert gates == {gate: gate for gate in ("i", "f", "o", "g")}


def test_the_last_step_gets_nothing_from_beyond_and_a_step_without_loss_begins_with_a_star():
    assert [share.text for share in row(traced(step=4), "h_4").arrivals] == ["dy_4 W_hyᵀ"]
    found = traced(step=2, topology="many-to-one")
    assert found.rows[0].value == "h_2"
    assert [share.text for share in found.rows[0].arrivals] == ["★"]


def test_the_step_by_default_has_a_step_behind_it():
    assert traced(step=None).t == 3
    assert traced(step=None, topology="many-to-one").t == 4


@pytest.mark.parametrize("step", [0, 5, -1])
def test_other_steps_are_refused(step):
    with pytest.raises(UsageError, match="--step"):
        traced(step=step)


@given(
    st.sampled_from(sorted(discover_cells())),
    st.sampled_from(NAMES),
    st.integers(1, 2),
    st.integers(1, 3),
    st.integers(1, 3),
)
def test_every_share_is_sent_by_somebody(cell, topology, layers, batch, step):
    step = 1 if topology == "one-to-one" else step
    found = trace(recorded(cell, topology=topology, layers=layers, batch=batch, steps=3, text="sonnets"), step)
    sent = [(one.target, one.numbers.norm) for row in found.rows for one in row.sends if one.numbers]
    arrived = [
        share.numbers.norm
        for row in found.rows
        for share in row.arrivals
        if not share.source.startswith(("step", "the sum"))
    ]
    assert sorted(norm for _, norm in sent) == pytest.approx(sorted(arrived))
    for row in found.rows:
        total = sum(share.numbers.norm for share in row.arrivals)
        assert row.numbers.norm <= total * (1 + 1e-9)
        assert bool(row.symbol) == bool(row.sends)
