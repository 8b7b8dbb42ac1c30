"""Visual question answering agrees with PyTorch in float64: scores, loss and every gradient."""

from functools import partial

import pytest

from bptt_viz.models import Feed, Sizes
from bptt_viz.topologies import Borders

from . import stored_models, torch_layout
from .recording import relative_error
from .stored_models import KINDS, TOLERANCE, joined

CASES = stored_models.cases("answer")
stored = partial(stored_models.stored, "answer")
# What we call PyTorch's weights, (out, in) there.
OURS = {
    "general": {"W_a": "asks.weight"},
    "additive": {"W_q": "asks.weight", "W_m": "shows.weight", "v_a": "weighs.weight"},
    "none": {},
}
LAYERS = {"W_u": "join.weight", "b_u": "join.bias", "W_hy": "out.weight", "b_y": "out.bias"}

each_case = pytest.mark.parametrize("case", CASES)


def expected(case, prefix=""):
    """Return parameters, initial states and inputs, or the gradients of all of them, under this package's names."""
    vectors, (score, kind) = stored(case), case.split("_")
    cell = {f"{prefix}{key.removeprefix(f'{prefix}rnn.')}": vectors[key] for key in vectors if f"{prefix}rnn." in key}
    reads = torch_layout.gradients if prefix else torch_layout.parameters
    found = reads(KINDS[kind], cell, 0)
    found |= {ours: vectors[f"{prefix}{theirs}"].T for ours, theirs in (LAYERS | OURS[score]).items()}
    start = {name: vectors[f"{prefix}{name}"][0] for name in ("h_0", "c_0") if name in vectors}
    return found, start, {name: vectors[f"{prefix}{name}"] for name in ("x", "v")}


def recorded(case, borders=None, **settings):
    values, start, inputs = expected(case)
    score, kind = case.split("_")
    T, _, D = inputs["x"].shape
    H, V, F = start["h_0"].shape[-1], stored(case)["scores"].shape[-1], inputs["v"].shape[-1]
    model = stored_models.model("vqa", Sizes(D, H, V, 1, T, F), {"cell": kind, "attention": score, **settings})
    feed = Feed(inputs, {"targets": stored(case)["targets"][None]})
    return model.record(values, feed, start, borders, differentiate_inputs=True)


def gradient_errors(case, borders=None):
    return stored_models.gradient_errors(recorded(case, borders), joined(expected(case, "grad_")))


@each_case
def test_scores_and_loss_are_those_of_pytorch(case):
    rollout, vectors = recorded(case), stored(case)
    (scores,) = rollout.outputs.values()
    assert relative_error(scores.value, vectors["scores"]) <= TOLERANCE
    assert relative_error(rollout.loss.value, vectors["loss"]) <= TOLERANCE


@each_case
def test_every_gradient_is_that_of_pytorch(case):
    errors = gradient_errors(case)
    assert max(errors.values()) <= TOLERANCE, errors


@each_case
def test_a_cut_gradient_does_not_pass(case):
    assert max(gradient_errors(case, Borders([3])).values()) > 0.01


def test_every_way_to_look_is_there():
    assert {case.split("_")[0] for case in CASES} == set(OURS)
