"""Whole models agree with PyTorch's in float64: scores, losses and every gradient."""

from functools import partial

import numpy as np
import pytest

from bptt_viz.models import Feed, Sizes
from bptt_viz.topologies import Borders

from . import stored_models, torch_layout
from .recording import relative_error
from .stored_models import KINDS, TOLERANCE, joined

ATTENTION = {"dot": "gru", "general": "rnn", "additive": "lstm"}
CASES = stored_models.cases("model")
stored = partial(stored_models.stored, "model")


def _group(vectors, prefix, source, ending, kind, reads):
    """Return one cell's parameters (or, by `reads`, their gradients) under this package's names."""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    renamed = {f"{prefix}{name}_l0": vectors[f"{prefix}{source.format(name)}"] for name in names}
    return {f"{name}{ending}": value for name, value in reads(KINDS[kind], renamed, 0).items()}


def groups(case):
    """Return, for each cell of a model, what PyTorch calls its parameters and what ours end in."""
    name, kind = case.split("_")
    if name == "bidirectional":
        return kind, [
            (f"rnn.{{}}_l{layer}{way}", f"_l{layer}{ending}")
            for layer in range(2)
            for way, ending in (("", ""), ("_reverse", "_back"))
        ]
    if name == "skip":
        return kind, [(f"layers.{layer}.{{}}_l0", f"_l{layer}") for layer in range(3)]
    if name == "seq2seq":
        parts = (("enc", layer) for layer in range(2)), (("dec", layer) for layer in range(2))
        return kind, [(f"{part}.{{}}_l{layer}", f"_l{layer}_{part}") for both in parts for part, layer in both]
    return ATTENTION[kind], [("enc.{}_l0", "_enc"), ("dec.{}", "_dec")]


def starts(case, vectors, prefix=""):
    """Return initial states, or their gradients, under this package's names."""
    found = {}
    for state in ("h_0", "c_0"):
        for k, value in enumerate(vectors.get(f"{prefix}{state}", ())):
            ending = {
                "bidirectional": f"_l{k // 2}{'_back' * (k % 2)}",
                "skip": f"_l{k}",
                "seq2seq": f"_l{k}_enc",
                "attention": "_enc",
            }[case.split("_")[0]]
            found[f"{state}{ending}"] = value
    return found


def expected(case, prefix=""):
    """Return parameters, initial states and inputs, or the gradients of all of them, under this package's names."""
    vectors = stored(case)
    kind, cells = groups(case)
    reads = torch_layout.gradients if prefix else torch_layout.parameters
    found = {}
    for source, ending in cells:
        found |= _group(vectors, prefix, source, ending, kind, reads)
    found |= {"W_hy": vectors[f"{prefix}out.weight"].T, "b_y": vectors[f"{prefix}out.bias"]}
    found |= {name: vectors[f"{prefix}{name}"] for name in ("W_a", "W_q", "W_m", "v_a") if name in vectors}
    inputs = {name: vectors[f"{prefix}{name}"] for name in ("x", "x_dec") if name in vectors}
    return found, starts(case, vectors, prefix), inputs


def model(case, **settings):
    name, kind = case.split("_")
    vectors = stored(case)
    cell, score = (ATTENTION[kind], kind) if name == "attention" else (kind, "none")
    own = {"seq2seq": {}, "bidirectional": {}, "skip": {"skip": "true"}, "attention": {"attention": score}}[name]
    made = {"skip": "multilayer", "attention": "seq2seq"}.get(name, name)
    layers = {"skip": 3, "attention": 1}.get(name, 2)
    T, _, D = vectors["x"].shape
    H, V = vectors["h_0"].shape[-1], vectors["scores"].shape[-1]
    return stored_models.model(made, Sizes(D, H, V, layers, T), {"cell": cell, **own, **settings}, layers)


def recorded(case, borders=None, **settings):
    values, start, inputs = expected(case)
    feed = Feed(inputs, {"targets": stored(case)["targets"]})
    return model(case, **settings).record(values, feed, start, borders, differentiate_inputs=True)


def value_errors(case, **settings):
    rollout, vectors = recorded(case, **settings), stored(case)
    scores = np.stack([y.value for y in rollout.outputs.values()])
    losses = np.stack([loss.value for loss in rollout.losses.values()])
    return {"scores": relative_error(scores, vectors["scores"]), "losses": relative_error(losses, vectors["losses"])}


def gradient_errors(case, borders=None):
    return stored_models.gradient_errors(recorded(case, borders), joined(expected(case, "grad_")))


each_case = pytest.mark.parametrize("case", CASES)


@each_case
def test_scores_and_losses_are_those_of_pytorch(case):
    errors = value_errors(case)
    assert max(errors.values()) <= TOLERANCE, errors


@each_case
def test_every_gradient_is_that_of_pytorch(case):
    errors = gradient_errors(case)
    assert max(errors.values()) <= TOLERANCE, errors


@each_case
def test_the_case_is_no_easy_one(case):
    vectors = stored(case)
    T, N, D = vectors["x"].shape
    assert len({T, N, D, vectors["h_0"].shape[-1], vectors["scores"].shape[-1]}) == 5
    assert all(np.abs(vectors[name]).min() > 0 for name in ("h_0", "c_0") if name in vectors)


@each_case
def test_a_cut_gradient_does_not_pass(case):
    assert max(gradient_errors(case, Borders([3])).values()) > 0.01


def test_all_models_of_the_lecture_are_there():
    assert {case.split("_")[0] for case in CASES} == {"bidirectional", "skip", "seq2seq", "attention"}


@pytest.mark.parametrize(
    ("case", "settings"),
    [
        ("skip_rnn", {"skip": "false"}),
        ("bidirectional_rnn", {"skip": "true"}),
        ("attention_general", {"attention": "dot"}),
    ],
)
def test_another_wiring_does_not_pass(case, settings):
    assert value_errors(case, **settings)["scores"] > 0.01
