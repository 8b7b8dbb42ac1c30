"""Visual question answering agrees with PyTorch in float64: scores, loss and every gradient."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bptt_viz.models import Feed, Request, Sizes, discover_models, planned
from bptt_viz.tape import backward
from bptt_viz.topologies import Borders

from . import torch_layout
from .recording import relative_error

FILES = {path.stem.removeprefix("torch_answer_"): path for path in Path(__file__).parent.glob("torch_answer_*.npz")}
KINDS = {"rnn": "rnn_tanh", "lstm": "lstm", "gru": "gru"}
TOLERANCE = 1e-12
# What we call PyTorch's weights, (out, in) there.
OURS = {
    "general": {"W_a": "asks.weight"},
    "additive": {"W_q": "asks.weight", "W_m": "shows.weight", "v_a": "weighs.weight"},
    "none": {},
}
LAYERS = {"W_u": "join.weight", "b_u": "join.bias", "W_hy": "out.weight", "b_y": "out.bias"}

each_case = pytest.mark.parametrize("case", FILES)


@cache
def stored(case):
    with np.load(FILES[case]) as file:
        return dict(file)


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
    request = Request(cell="vqa", settings={"cell": kind, "attention": score, **settings})
    model = planned(request, discover_models()["vqa"]).model(Sizes(D, H, V, 1, T, F))
    feed = Feed(inputs, {"targets": stored(case)["targets"][None]})
    return model.record(values, feed, start, borders, differentiate_inputs=True)


def gradient_errors(case, borders=None):
    rollout = recorded(case, borders)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    leaves = {**rollout.parameters, **rollout.starts, **rollout.given}
    wanted = {name: value for part in expected(case, "grad_") for name, value in part.items()}
    assert leaves.keys() == wanted.keys()
    return {name: relative_error(cotangents[node], wanted[name]) for name, node in leaves.items()}


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
    assert {case.split("_")[0] for case in FILES} == set(OURS)
