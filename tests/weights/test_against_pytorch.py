"""Imported weights do what they did in PyTorch: scores and every gradient, in float64 and in float32."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Batch, Request, Sizes, planned, target_class
from bptt_viz.tape import backward
from bptt_viz.weights import fitted, prepare
from tests.oracles.recording import relative_error

ORACLES = Path(__file__).parents[1] / "oracles"
CELLS = {"rnn_tanh": "rnn", "rnn_relu": "rnn", "lstm": "lstm", "gru": "gru"}
# Where our blocks stand among PyTorch's, written down once more: a mistake in the mapping is none here.
ORDERS = {"rnn": (0,), "lstm": (0, 1, 3, 2), "gru": (0, 1, 2)}
CASES = [(kind, depth, ways) for kind in CELLS for depth in (1, 2, 3) for ways in (1, 2)]
LIMITS = {"float64": 1e-12, "float32": 1e-6}


@cache
def stored():
    with np.load(ORACLES / "torch_weights.npz") as file:
        return dict(file)


def part(case, what):
    start = "{}_{}_{}".format(*case) + f"/{what}/"
    return {name.removeprefix(start): value for name, value in stored().items() if name.startswith(start)}


def imported(path, case, dtype):
    """Record the imported network on PyTorch's codes."""
    kind, _, ways = case
    model = "bidirectional" if ways == 2 else CELLS[kind]
    activation = "relu" if kind == "rnn_relu" else None
    found, codes = fitted(Request(cell=model, weights=str(path), activation=activation)), stored()["codes"]
    T, V = len(codes) - 1, found.network.inputs
    made = planned(found.request, target_class(model)).model(Sizes(V, found.network.hidden, V, found.network.layers, T))
    rng = np.random.default_rng(0)
    values, missing = found.onto(made, made.draw(rng, Initialisation.parse("xavier"), dtype))
    assert missing == ()
    return made.record(values, made.feed(Batch("abcde", codes[:-1], codes[1:]), rng, dtype))


def turned(cell, rows):
    """Return PyTorch's rows (kH, …) as our columns (…, kH)."""
    blocks = np.split(rows, len(ORDERS[cell]))
    return np.concatenate([blocks[k] for k in ORDERS[cell]]).T


def gradients(case, dtype):
    """Return PyTorch's gradients by our names."""
    kind, depth, ways = case
    cell, flat, place, theirs = CELLS[kind], part(case, dtype)["gradient"], 0, {}
    for name, value in part(case, "state").items():
        theirs[name] = flat[place : place + value.size].reshape(value.shape)
        place += value.size
    found = {"W_hy": theirs["decoder.weight"].T, "b_y": theirs["decoder.bias"]}
    for row in range(depth):
        for end, ours in (("", ""), ("_reverse", "_back"))[:ways]:
            name = (f"_l{row}" if depth > 1 else "") + ours
            found[f"W_xh{name}"] = turned(cell, theirs[f"rnn.weight_ih_l{row}{end}"])
            found[f"W_hh{name}"] = turned(cell, theirs[f"rnn.weight_hh_l{row}{end}"])
            found[f"b_h{name}"] = turned(cell, theirs[f"rnn.bias_ih_l{row}{end}"])
            if cell == "gru":
                found[f"b_hn{name}"] = np.split(theirs[f"rnn.bias_hh_l{row}{end}"], 3)[2]
    return found


@pytest.mark.parametrize("dtype", LIMITS)
@pytest.mark.parametrize("case", CASES, ids="{0[0]}-{0[1]}-{0[2]}".format)
def test_scores_and_every_gradient_are_those_of_pytorch(tmp_path, case, dtype):
    path = tmp_path / "state.npz"
    np.savez(path, **part(case, "state"))
    run = imported(path, case, dtype)
    scores = np.stack([run.outputs[t].value for t in run.outputs])
    errors = {"scores": relative_error(scores, part(case, dtype)["scores"])}
    found = backward(run.tape, {run.loss: np.ones_like(run.loss.value)}, list(run.parameters.values()))
    expected = gradients(case, dtype)
    assert expected.keys() == run.parameters.keys()
    ours = {name: found[node] for name, node in run.parameters.items()}
    errors["gradient"] = relative_error(joint(ours), joint(expected))
    assert max(errors.values()) <= LIMITS[dtype], errors
    # Sums that nearly cancel are as far apart in float32 as either is from float64.
    single = {name: relative_error(ours[name], expected[name]) for name in expected}
    assert max(single.values()) <= {"float64": 1e-12, "float32": 2e-6}[dtype], single


def joint(values):
    return np.concatenate([values[name].ravel() for name in sorted(values)])


def swapped(state, name, *blocks):
    """Return a state with the blocks of one array in another order."""
    return state | {name: np.concatenate([np.split(state[name], len(blocks))[k] for k in blocks])}


@pytest.mark.parametrize(
    ("case", "change"),
    [
        (("lstm", 1, 1), lambda s: swapped(s, "rnn.weight_ih_l0", 0, 1, 3, 2)),
        (("gru", 1, 1), lambda s: swapped(s, "rnn.weight_hh_l0", 1, 0, 2)),
        (("gru", 1, 1), lambda s: s | {"rnn.bias_ih_l0": s["rnn.bias_hh_l0"], "rnn.bias_hh_l0": s["rnn.bias_ih_l0"]}),
        (("lstm", 1, 1), lambda s: s | {"rnn.bias_hh_l0": 0 * s["rnn.bias_hh_l0"]}),
        (("lstm", 2, 1), lambda s: s | {"rnn.weight_hh_l0": s["rnn.weight_hh_l1"]}),
        (("rnn_tanh", 1, 2), lambda s: s | {"rnn.weight_hh_l0": s["rnn.weight_hh_l0_reverse"]}),
        (("rnn_tanh", 1, 1), lambda s: s | {"rnn.weight_hh_l0": s["rnn.weight_hh_l0"].T}),
    ],
)
def test_another_order_bias_layer_or_direction_does_not_pass(tmp_path, case, change):
    path = tmp_path / "state.npz"
    np.savez(path, **change(part(case, "state")))
    run = imported(path, case, "float64")
    scores = np.stack([run.outputs[t].value for t in run.outputs])
    assert relative_error(scores, part(case, "float64")["scores"]) > 1e-3


@pytest.mark.parametrize(
    "file",
    [
        "char_model.pt",
        "char_model.safetensors",
        "char_model.npz",
        "char_model_checkpoint.pt",
        "char_model.onnx",
        "char_model.keras",
        "char_model.h5",
    ],
)
@pytest.mark.parametrize("model", ["char-lm", "lstm"])
def test_a_trained_character_model_has_the_losses_and_gradients_that_pytorch_found(file, model):
    if Path(file).suffix in {".keras", ".h5"}:
        pytest.importorskip("h5py")
    with np.load(ORACLES / "char_model_judged.npz") as held:
        expected = dict(held)
    prepared = prepare(Request(cell=model, weights=str(ORACLES / file), text="sonnets", steps=25))
    run = prepared.run()
    losses = np.array([run.losses[t].value for t in range(1, 26)])
    assert relative_error(losses, expected["losses"]) <= 1e-12
    found = backward(run.tape, {run.loss: np.ones_like(run.loss.value)}, list(run.parameters.values()))
    ours = {name: found[node] for name, node in run.parameters.items()}
    assert relative_error(ours["W_hh"], turned("lstm", expected["grad_rnn.weight_hh_l0"])) <= 1e-12
    assert relative_error(ours["W_xh"], turned("lstm", expected["grad_rnn.weight_ih_l0"])) <= 1e-12
    assert relative_error(ours["b_h"], turned("lstm", expected["grad_rnn.bias_hh_l0"])) <= 1e-12
    assert relative_error(ours["W_hy"], expected["grad_out.weight"].T) <= 1e-12
