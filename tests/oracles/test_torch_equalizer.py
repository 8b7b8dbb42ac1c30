"""The losses of Hendricks et al. 2018 and the captioner that has them agree with PyTorch in float64."""

from functools import partial

import numpy as np
import pytest

from bptt_viz.models import Feed, Sizes

from . import stored_models, torch_layout
from .recording import relative_error
from .stored_models import KINDS, TOLERANCE, joined

CASES = stored_models.cases("equalizer")
stored = partial(stored_models.stored, "equalizer")
LAYERS = {"W_0": "begin.weight", "b_0": "begin.bias", "W_hy": "out.weight", "b_y": "out.bias"}

each_case = pytest.mark.parametrize("case", CASES)


def expected(case, prefix=""):
    """Return parameters and inputs, or the gradients of all of them, under this package's names."""
    vectors, kind = stored(case), case.split("_")[0]
    cell = {f"{prefix}{key.removeprefix(f'{prefix}rnn.')}": vectors[key] for key in vectors if f"{prefix}rnn." in key}
    reads = torch_layout.gradients if prefix else torch_layout.parameters
    found = reads(KINDS[kind], cell, 0)
    found |= {ours: vectors[f"{prefix}{theirs}"].T for ours, theirs in LAYERS.items()}
    given = {"v": "v", "x": "x", "v'": "masked"}
    return found, {ours: vectors[f"{prefix}{key}"] for ours, key in given.items() if f"{prefix}{key}" in vectors}


def recorded(case, **settings):
    vectors, (values, inputs) = stored(case), expected(case)
    T, _, read = inputs["x"].shape
    F, H = values["W_0"].shape[0], values["W_hy"].shape[0]
    weights = {name: repr(float(vectors[name])) for name in ("confusion", "confident")}
    chosen = {"cell": case.split("_")[0], **weights, **settings}
    model = stored_models.model("equalizer", Sizes(F, H, read - 1, 1, T), chosen)
    feed = Feed(inputs, {"targets": vectors["targets"]})
    return model.record(values, feed, differentiate_inputs=True)


def outcomes(rollout, name):
    """Return one module's loss, summed over the steps."""
    return sum(node.value for module in rollout.modules if module.name == name for node in module.outcomes.values())


@each_case
def test_scores_and_losses_are_those_of_pytorch(case):
    rollout, vectors = recorded(case), stored(case)
    scores = np.stack([y.value for y in rollout.outputs.values()])
    assert relative_error(scores, vectors["scores"]) <= TOLERANCE
    words = sum(node.value.mean() for node in rollout.surprise.values())
    assert relative_error(words, vectors["words"]) <= TOLERANCE
    for name, key, weight in (("confusion", "confused", "confusion"), ("confidence", "sure", "confident")):
        if vectors[weight]:
            assert vectors[key] > 0.1
            assert relative_error(outcomes(rollout, name), vectors[key]) <= TOLERANCE
    whole = vectors["words"] + sum(
        vectors[w] * vectors[k] for w, k in (("confusion", "confused"), ("confident", "sure"))
    )
    assert relative_error(rollout.loss.value, whole) <= TOLERANCE


@each_case
def test_every_gradient_is_that_of_pytorch(case):
    rollout, wanted = recorded(case), joined(expected(case, "grad_"))
    if "v'" not in rollout.given:
        assert not wanted.pop("v'").any()
    errors = stored_models.gradient_errors(rollout, wanted)
    assert max(errors.values()) <= TOLERANCE, errors


@pytest.mark.parametrize(("option", "value"), [("confusion", "9.9"), ("confident", "0.9")])
def test_another_weight_does_not_pass(option, value):
    found, right = (recorded("rnn_both", **settings).loss.value for settings in ({option: value}, {}))
    assert relative_error(found, right) > 1e-3


def test_each_loss_is_there_alone_and_with_the_other():
    assert {case.split("_")[1] for case in CASES} == {"both", "confusion", "confident"}
