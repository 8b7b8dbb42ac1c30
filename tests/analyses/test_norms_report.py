"""The report as a whole: verdicts, faults named by their place, idle units, advice that helps."""

from dataclasses import replace
from math import isfinite, log

import numpy as np
import pytest

from bptt_viz.analyses import norms
from bptt_viz.analyses.norms import norm_report
from bptt_viz.arrays import norm
from bptt_viz.cells import discover_cells
from bptt_viz.models import Request, prepare
from bptt_viz.results.norms import Trend
from bptt_viz.tape import backward
from bptt_viz.topologies import NAMES

from .norm_runs import prepared, report


@pytest.mark.parametrize("cell", discover_cells())
@pytest.mark.parametrize("topology", NAMES)
@pytest.mark.parametrize("loss", ["all", "last"])
def test_every_cell_and_topology_has_a_report(cell, topology, loss):
    found = report(cell, topology=topology, steps=6, layers=2, batch=2, hidden=4, loss=loss)
    steps = 1 if topology == "one-to-one" else 6
    assert found.run.steps == steps
    assert {len(layer.weight) for layer in found.layers} == {steps}
    assert all(isfinite(size) for layer in found.layers for state in layer.states for size in state.total)


def check_vanishing():
    found = report(init="radius=0.5")
    total = found.layers[0].states[0].total
    assert min(total) > 0.5 * max(total), "the summed gradient looks healthy"
    assert found.verdict is Trend.VANISHING


def test_the_verdict_sees_through_the_sum():
    check_vanishing()


def test_a_verdict_on_the_summed_gradient_is_caught(monkeypatch):
    class Summed(norms.Ends):
        def of(self, run):  # noqa: ARG002
            return norms.seeded(self.rollout, "all")

    monkeypatch.setattr(norms, "Ends", Summed)
    with pytest.raises(AssertionError):
        check_vanishing()


@pytest.mark.parametrize("seed", range(4))
def test_more_gain_more_gradient(seed):
    gains = (0.5, 1, 1.5, 2)
    found = [report(init=f"radius={gain}", seed=seed, steps=60, hidden=48) for gain in gains]
    assert [one.chain.share for one in found] == sorted(one.chain.share for one in found)
    assert (found[0].verdict, found[-1].verdict) == (Trend.VANISHING, Trend.EXPLODING)


def test_the_last_loss_alone_is_local_at_the_last_step_only():
    found = report("lstm", loss="last", steps=8)
    h, c = found.layers[0].states
    assert h.total == h.last
    assert c.total == c.last
    assert h.local[:-1] == (0.0,) * 7
    assert h.local[-1] > 0
    joint = [float(np.hypot(*pair)) for pair in zip(h.last, c.last, strict=True)]
    assert found.chain.norms == pytest.approx(joint, rel=1e-14)
    assert found.chain.norms == found.layers[0].chain.norms


def test_both_losses_have_the_same_verdict():
    one, other = (report("gru", loss=loss) for loss in ("all", "last"))
    assert (one.verdict, one.chain, one.advice) == (other.verdict, other.chain, other.advice)


def test_the_chain_of_a_stack_joins_its_layers():
    found = report(layers=3, steps=10)
    joint = [norm(np.array(sizes)) for sizes in zip(*(layer.chain.norms for layer in found.layers), strict=True)]
    assert found.chain.norms == pytest.approx(joint)


def test_dw_is_the_outer_product_of_state_and_gradient():
    made = prepared(steps=6)
    rollout, layer = made.run(), norm_report(made).layers[0]
    states = rollout.layers[0].states
    cotangents = backward(rollout.tape, {rollout.loss: 1.0})
    for t in range(1, 7):
        raw = cotangents[states[t]["h"]] * (1 - states[t]["h"].value ** 2)
        assert layer.weight[t - 1] == pytest.approx(norm(states[t - 1]["h"].value) * norm(raw), rel=1e-12)
    assert layer.recurrent == ("W_hh",)


def test_all_recurrent_matrices_count():
    assert report("gru", settings={"reset": "before"}).layers[0].recurrent == ("W_hh", "W_hn")


def test_one_step_has_no_way_back():
    found = report(steps=1)
    assert found.verdict is Trend.UNDETERMINED
    assert found.chain.decay is None
    assert found.chain.ratios == (None,)
    assert found.layers[0].states[0].back == (0.0,)


def test_a_readout_of_zeros_leaves_nothing_to_judge():
    assert report(values={"W_hy": 0.0}).verdict is Trend.UNDETERMINED


def test_the_report_is_the_same_every_time():
    assert report("lstm", layers=2, batch=2) == report("lstm", layers=2, batch=2)


# Idle units


@pytest.mark.parametrize(("activation", "bias", "idle"), [("tanh", 9, 1), ("tanh", 0, 0), ("sigmoid", -9, 1)])
def test_saturated_units_are_counted(activation, bias, idle):
    layer = report(values={"W_xh": 0.0, "W_hh": 0.0, "b_h": bias}, activation=activation).layers[0]
    assert set(layer.idle) == {idle}
    assert layer.activations[0].kind == activation


def test_half_of_the_units():
    made = prepared(values={"W_xh": 0.0, "W_hh": 0.0}, activation="relu", hidden=10)
    made.values["b_h"][:] = [1.0] * 5 + [-1.0] * 5
    layer = norm_report(made).layers[0]
    assert set(layer.idle) == {0.5}
    assert layer.activations[0].slope == pytest.approx(np.sqrt(0.5))
    assert layer.activations[0].mean == pytest.approx(0.5)


def test_dead_units_stop_everything():
    found = report(values={"b_h": -100.0}, activation="relu")
    assert set(found.layers[0].idle) == {1.0}
    assert found.chain.norms[:-1] == (0.0,) * 24
    assert (found.verdict, found.chain.decay) == (Trend.VANISHING, None)


@pytest.mark.parametrize(("cell", "count"), [("lstm", 5), ("peephole", 5)])
def test_gates_are_counted_one_by_one_and_together(cell, count):
    found = report(cell, {"W_xh": 0.0, "W_hh": 0.0}, settings={"forget_bias": "10"}).layers[0]
    shares = {activation.name: set(activation.idle) for activation in found.activations}
    assert len(shares) == count
    assert shares["f"] == {1.0}
    assert {name for name, share in shares.items() if share == {0.0}} == {"i", "o", "g", "tanh(c)"}
    assert set(found.idle) == {1 / count}
    assert {activation.name: activation.kind for activation in found.activations}["g"] == "tanh"


def test_without_an_activation_no_unit_is_idle():
    layer = report(activation="identity").layers[0]
    assert layer.activations == ()
    assert set(layer.idle) == {0.0}


# What was run


def test_a_file_is_named_without_its_folder(tmp_path):
    path = tmp_path / "poem.txt"
    path.write_text("가나다라마바사\nabc", encoding="utf-8")
    found = report(text=str(path), steps=5)
    assert found.run.text == "poem.txt"
    assert found.inputs == tuple("가나다라마")
    assert found.targets == tuple("나다라마바")


def test_characters_stand_where_the_topology_has_them():
    found = report(topology="delayed", text="hello", steps=4)
    assert found.inputs == ("h", "e", None, None)
    assert found.targets == (None, None, "l", "o")
    assert [loss is None for loss in found.losses] == [target is None for target in found.targets]


# Advice


BAD = [
    {"init": "radius=0.5"},
    {"init": "radius=0.5", "text": "hello"},
    {"init": "radius=1", "steps": 100},
    {"init": "orthogonal", "steps": 100},
    {"init": "radius=2"},
    {"init": "normal=1"},
    {"activation": "sigmoid"},
    {"activation": "relu"},
    {"activation": "relu", "init": "radius=3"},
    {"activation": "relu", "init": "identity=8", "steps": 400},
    {"activation": "identity", "init": "orthogonal=0.5"},
    {"activation": "identity", "init": "orthogonal=2"},
    {"cell": "lstm", "settings": {"forget_bias": "-1"}},
    {"cell": "lstm", "steps": 100},
    {"cell": "lstm", "init": "radius=5"},
    {"cell": "peephole", "settings": {"forget_bias": "0"}},
    {"cell": "gru"},
    {"cell": "gru", "init": "normal=1"},
]


def followed(request, advice):
    """Return the request changed as the advice's arguments say."""
    arguments = list(advice.arguments)
    if arguments and not arguments[0].startswith("-"):
        request = replace(request, cell=arguments.pop(0), activation=None, settings={})
    for option, value in zip(arguments[::2], arguments[1::2], strict=True):
        if option == "--set":
            name, _, setting = value.partition("=")
            request = replace(request, settings={**request.settings, name: setting})
        else:
            request = replace(request, **{option[2:]: int(value) if option == "--steps" else value})
    return request


def badness(found):
    share = found.chain.share
    return abs(log(share)) if 0 < share < np.inf else np.inf


@pytest.mark.parametrize("options", BAD, ids=str)
@pytest.mark.parametrize("seed", [0, 1])
def test_who_follows_the_advice_is_better_off(options, seed):
    request = Request(seed=seed, **options)
    before = norm_report(prepare(request))
    assert before.verdict in {Trend.VANISHING, Trend.EXPLODING, Trend.NON_FINITE}
    after = norm_report(prepare(followed(request, before.advice)))
    assert badness(after) < badness(before)
    assert after.verdict is not Trend.NON_FINITE


def test_advice_on_a_healthy_run_is_to_look_farther():
    request = Request(cell="lstm", text="hello", settings={"forget_bias": "3"})
    advice = norm_report(prepare(request)).advice
    assert followed(request, advice).steps > 4
    assert norm_report(prepare(followed(request, advice))).run.steps > 4
