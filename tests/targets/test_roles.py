"""What the names of a declaration stand for."""

import pytest

from bptt_viz.errors import UsageError
from bptt_viz.targets.roles import Roles, roles
from bptt_viz.targets.tables import from_table

STEP = {
    "file": "lstm.py",
    "forward": "step(x, prev_h, prev_c, Wx, Wh, b) -> next_h, next_c, cache",
    "backward": "step_backward(dnext_h, dnext_c, cache) -> dx, dprev_h, dprev_c, dWx, dWh, db",
    "shapes": "x: N D, prev_h: N H, prev_c: N H, Wx: D 4H, Wh: H 4H, b: 4H",
}


def sorted_out(**table):
    return roles(from_table("it", {"file": "a.py"} | table, "[it]"), "[it]")


def test_a_pair():
    assert sorted_out(**STEP) == Roles(
        ("x", "prev_h", "prev_c", "Wx", "Wh", "b"),
        ("next_h", "next_c"),
        {"dnext_h": "next_h", "dnext_c": "next_c"},
        ("cache",),
        {f"d{name}": name for name in ("x", "prev_h", "prev_c", "Wx", "Wh", "b")},
    )


def test_dicts_in_and_out():
    found = sorted_out(
        forward="cell(xt, a_prev, parameters{Wax, Waa, ba}) -> a_next, _, cache",
        backward="cell_back(da_next, cache) -> gradients{dxt, da_prevt:a_prev, dWax, dWaa, ba}",
        shapes="xt: n_x m, a_prev: n_a m, Wax: n_a n_x, Waa: n_a n_a, ba: n_a 1",
    )
    assert found.inputs == ("xt", "a_prev", "Wax", "Waa", "ba")
    assert found.gradients == {"dxt": "xt", "a_prev": "a_prev", "dWax": "Wax", "dWaa": "Waa", "ba": "ba"}


def test_a_loss_that_returns_its_gradients():
    found = sorted_out(
        forward="lossFun(inputs, targets, hprev; Wxh, Whh) -> loss, dWxh, dWhh, h_last",
        shapes="inputs: T int V, targets: T int V, hprev: H 1, Wxh: H V, Whh: H H",
    )
    assert found.outputs == ("loss",)
    assert found.gradients == {"dWxh": "Wxh", "dWhh": "Whh"}
    assert found.inputs == ("inputs", "targets", "hprev", "Wxh", "Whh")


def test_gradients_left_in_an_object():
    found = sorted_out(
        forward="self.forward(x, h) -> y",
        backward="self.backward(dy) -> dx",
        object="Layer(D, H)",
        parameters="W, U",
        gradients="d{}",
        shapes="x: N D, h: N H, W: D H, U: H H",
    )
    assert found.gradients == {"dx": "x", "dW": "W", "dU": "U"}


def test_a_backward_pass_without_a_cotangent_starts_from_a_loss():
    found = sorted_out(
        forward="self.loss(x, y) -> E",
        backward="self.bptt(x, y) -> [dU, dW]",
        object="Net(V, H)",
        parameters="U, W",
        shapes="x: T int V, y: T int V, U: H V, W: H H",
    )
    assert (found.outputs, found.upstreams) == (("E",), {})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"shapes": "x: N D"}, "shapes: nothing says what prev_h of step("),
        ({"shapes": STEP["shapes"] + ", y: N"}, "shapes: y goes in nowhere; choose from x, prev_h, prev_c, Wx, Wh, b"),
        ({"gates": "Wz: i f"}, "gates: Wz goes in nowhere"),
        ({"backward": "step_backward(dout, cache) -> dx"}, "a cotangent is named after its output: dnext_h, dnext_c"),
        ({"backward": "step_backward(dnext_h, cache) -> dx, dz"}, "backward: dz is the gradient of no input"),
        ({"backward": "step_backward(dnext_h, cache)"}, "backward: no gradient is returned; write -> dx, dprev_h"),
        ({"forward": "step(x, prev_h, prev_c, Wx, Wh, b)"}, "forward: nothing is returned that could be"),
    ],
)
def test_a_name_that_stands_for_nothing_is_refused(change, message):
    with pytest.raises(UsageError) as refused:
        sorted_out(**STEP | change)
    assert message in str(refused.value)
