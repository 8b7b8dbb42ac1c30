"""Captioners agree with PyTorch's in float64: scores, the loss and every gradient."""

from functools import partial

import numpy as np
import pytest

from bptt_viz.models import Feed, Sizes

from . import stored_models, torch_layout
from .recording import relative_error
from .stored_models import KINDS, TOLERANCE, joined

CASES = stored_models.cases("captioner")
stored = partial(stored_models.stored, "captioner")
PLACES = np.array([[5, 0], [2, 2], [0, 3], [4, 1], [1, 5]])
FORMS = {
    "first": ("captioner", {}),
    "every": ("captioner", {"image": "every"}),
    "h0": ("captioner", {"image": "h0"}),
    "soft": ("attention-captioner", {"gate": "true", "penalty": "0.7"}),
    "hard": ("attention-captioner", {"attention": "hard"}),
}
LINEAR = {"out": ("W_hy", "b_y"), "init": ("W_0", "b_0"), "beta": ("W_b", "b_b")}
LINEAR |= {"query": ("W_q", ""), "place": ("W_m", ""), "score": ("v_a", "")}


def leaves(case, prefix=""):
    """Return parameters, initial states and inputs, or the gradients of all of them, under this package's names."""
    vectors, kind = stored(case), KINDS[case.split("_")[1]]
    owner = "rnn." if "rnn.weight_ih_l0" in vectors else "cell."
    ending = "_l0" if owner == "rnn." else ""
    names = ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    own = {f"{prefix}{name}_l0": vectors[f"{prefix}{owner}{name}{ending}"] for name in names}
    found = (torch_layout.gradients if prefix else torch_layout.parameters)(kind, own, 0)
    if case.split("_")[0] in ("first", "every"):
        words = vectors["x"].shape[-1]
        found |= {"W_xh": found["W_xh"][:words], "W_ih": found["W_xh"][words:]}
    for layer, (weight, bias) in LINEAR.items():
        if f"{prefix}{layer}.weight" in vectors:
            found[weight] = vectors[f"{prefix}{layer}.weight"].T
        if bias and f"{prefix}{layer}.bias" in vectors:
            found[bias] = vectors[f"{prefix}{layer}.bias"]
    starts = {name: vectors[f"{prefix}{name}"][0] for name in ("h_0", "c_0") if name in vectors}
    return found, starts, {name: vectors[f"{prefix}{name}"] for name in ("x", "v")}


def recorded(case, **settings):
    vectors, (form, kind) = stored(case), case.split("_")
    name, own = FORMS[form]
    V, F, H = vectors["scores"].shape[-1], vectors["v"].shape[-1], vectors["out.weight"].shape[-1]
    sizes = Sizes(F, H, V, 1, len(vectors["x"]))
    model = stored_models.model(name, sizes, {"cell": kind, **own, **settings})
    values, start, inputs = leaves(case)
    classes = {"targets": vectors["targets"]} | ({"places": PLACES} if form == "hard" else {})
    return model.record(values, Feed(inputs, classes), start, differentiate_inputs=True)


each_case = pytest.mark.parametrize("case", CASES)


@each_case
def test_scores_and_the_loss_are_those_of_pytorch(case):
    rollout, vectors = recorded(case), stored(case)
    assert relative_error(np.stack([y.value for y in rollout.outputs.values()]), vectors["scores"]) <= TOLERANCE
    assert rollout.loss.value == pytest.approx(float(vectors["loss"]), rel=TOLERANCE)


@each_case
def test_every_gradient_is_that_of_pytorch(case):
    drawn = ("W_q", "W_m", "v_a") if case.startswith("hard") else ()  # a drawn place has no derivative
    errors = stored_models.gradient_errors(recorded(case), joined(leaves(case, "grad_")), drawn)
    assert max(errors.values()) <= TOLERANCE, errors


def test_all_forms_are_there():
    assert {case.split("_")[0] for case in CASES} == set(FORMS)


@pytest.mark.parametrize(
    ("case", "settings"),
    [("first_rnn", {"image": "every"}), ("soft_lstm", {"penalty": "0.6"})],
)
def test_another_wiring_does_not_pass(case, settings):
    found, wanted = recorded(case, **settings).loss.value, float(stored(case)["loss"])
    assert abs(found - wanted) > 0.01 * abs(wanted)
