"""Names and shapes tell what an array is; what is none of our models is refused with what is in the way."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.weights import Contents, Recurrent, mapped

RNG = np.random.default_rng(0)
D, H, V = 5, 3, 7


def drawn(*shape):
    return RNG.standard_normal(shape)


def contents(arrays, **more):
    return Contents("a.npz", "npz", 0, arrays, **more)


def layer(blocks, depth=0, read=D, prefix="rnn.", end="", biases=True):
    names = {"weight_ih": (blocks * H, read), "weight_hh": (blocks * H, H)}
    names |= {"bias_ih": (blocks * H,), "bias_hh": (blocks * H,)} if biases else {}
    return {f"{prefix}{name}_l{depth}{end}": drawn(*shape) for name, shape in names.items()}


def linear(rows, columns, name="decoder", bias=True):
    return {f"{name}.weight": drawn(rows, columns)} | ({f"{name}.bias": drawn(rows)} if bias else {})


def refused(arrays, **more):
    with pytest.raises(UsageError) as caught:
        mapped(contents(arrays, **more))
    assert str(caught.value).startswith("a.npz: ")
    return str(caught.value)


@pytest.mark.parametrize("prefix", ["", "rnn.", "module.", "module.net.0.lstm.", "_orig_mod.rnn."])
def test_any_prefix_will_do(prefix):
    found = mapped(contents(layer(4, prefix=prefix)))
    assert (found.cell, found.hidden, found.inputs, found.layers) == ("lstm", H, D, 1)


def test_gates_are_put_in_our_order_and_both_biases_are_added():
    arrays = layer(4)
    found = mapped(contents(arrays)).forward[0]
    i, f, g, o = np.split(arrays["rnn.weight_ih_l0"], 4)
    assert np.array_equal(found["W_xh"], np.concatenate([i, f, o, g]).T)
    i, f, g, o = np.split(arrays["rnn.bias_ih_l0"] + arrays["rnn.bias_hh_l0"], 4)
    assert np.array_equal(found["b_h"], np.concatenate([i, f, o, g]))


def test_the_inner_bias_of_a_gru_is_kept_apart():
    arrays = layer(3)
    found = mapped(contents(arrays)).forward[0]
    b_x, b_h = arrays["rnn.bias_ih_l0"], arrays["rnn.bias_hh_l0"]
    assert np.array_equal(found["b_hn"], b_h[2 * H :])
    assert np.array_equal(found["b_h"], np.concatenate([b_x[: 2 * H] + b_h[: 2 * H], b_x[2 * H :]]))


def test_without_biases_they_are_zero():
    found = mapped(contents(layer(1, biases=False))).forward[0]
    assert not found["b_h"].any()


def test_cells_of_pytorch_and_modules_that_a_number_tells_apart_are_a_stack():
    one, two = layer(3, prefix="gru1."), layer(3, read=H, prefix="gru2.")
    arrays = {name.removesuffix("_l0"): value for name, value in (two | one).items()}
    found = mapped(contents(arrays))
    assert found.layers == 2
    assert np.array_equal(found.forward[0]["W_xh"], one["gru1.weight_ih_l0"].T)


def test_a_table_and_a_readout_are_told_by_their_shapes():
    found = mapped(contents(linear(V, D, "embedding", bias=False) | layer(4) | linear(V, H)))
    assert (found.inputs, found.width, found.classes) == (V, D, V)
    assert found.uses["embedding.weight"].becomes == "E"


def test_where_shapes_do_not_tell_the_name_does():
    arrays = linear(V, H, "emb", bias=False) | layer(4, read=H) | linear(V, H, "head", bias=False)
    found = mapped(contents(arrays))
    assert np.array_equal(found.table, arrays["emb.weight"])
    assert np.array_equal(found.readout["W_hy"], arrays["head.weight"].T)


def test_what_has_no_place_is_named():
    found = mapped(contents(layer(1) | {"norm.weight": drawn(H), "steps": np.array(3)}))
    assert {name for name, use in found.uses.items() if not use.becomes} == {"norm.weight", "steps"}


def test_min_char_rnn_is_known_by_its_names():
    arrays = {"Wxh": drawn(H, V), "Whh": drawn(H, H), "Why": drawn(V, H), "bh": drawn(H, 1), "by": drawn(V, 1)}
    found = mapped(contents(arrays))
    assert found.settings == {"activation": "tanh"}
    assert np.array_equal(found.forward[0]["W_hh"], arrays["Whh"].T)
    assert np.array_equal(found.forward[0]["b_h"], arrays["bh"][:, 0])
    assert np.array_equal(found.readout["W_hy"], arrays["Why"].T)


@pytest.mark.parametrize(("blocks", "cell"), [(1, "rnn"), (4, "lstm")])
def test_the_cs231n_assignment_is_known_by_its_names(blocks, cell):
    arrays = {"Wx": drawn(D, blocks * H), "Wh": drawn(H, blocks * H), "b": drawn(blocks * H)}
    found = mapped(contents(arrays | {"W_vocab": drawn(H, V), "b_vocab": drawn(V)}))
    assert found.cell == cell
    assert np.array_equal(found.forward[0]["W_xh"], arrays["Wx"])
    assert found.classes == V


def test_described_layers_are_taken_as_they_are_described():
    W_x, W_h, b = drawn(D, 3 * H), drawn(H, 3 * H), drawn(3 * H)
    part = Recurrent("gru", "gru", ("z", "r", "n"), "columns", W_x, W_h, b, reset="before", names={"W_x": "k"})
    found = mapped(contents({"k": W_x}, parts=(part,)))
    z, r, n = np.split(W_h, 3, axis=1)
    assert np.array_equal(found.forward[0]["W_hh"], np.concatenate([r, z], axis=1))
    assert np.array_equal(found.forward[0]["W_hn"], n)
    assert found.settings == {"reset": "before"}


TWO_WAYS = layer(1) | layer(1, end="_reverse")
REFUSED = {
    "projections": (layer(4) | {"rnn.weight_hr_l0": drawn(2, H)}, "projections"),
    "several networks": (layer(4, prefix="enc.") | layer(4, prefix="dec."), "several recurrent networks: dec, enc"),
    "no network": (linear(V, H), "no recurrent layer was found"),
    "a missing layer": (layer(1) | layer(1, 2, H), "layers 0, 2 are there"),
    "an array that is missing": ({"rnn.weight_hh_l0": drawn(H, H)}, "weight_ih is missing"),
    "weights of no cell": ({"weight_ih_l0": drawn(2 * H, D), "weight_hh_l0": drawn(2 * H, H)}, "no RNN, LSTM or GRU"),
    "a bias of another size": (layer(1) | {"rnn.bias_hh_l0": drawn(H + 1)}, "do not make an rnn"),
    "inputs that do not come up": (layer(1) | layer(1, 1, H + 1), "reads 4 entries"),
    "one direction missing above": (TWO_WAYS | layer(1, 1, 2 * H), "both directions"),
    "cells of two kinds": (layer(4, prefix="a1.") | layer(3, read=H, prefix="a2."), "two kinds"),
    "two readouts": (layer(1) | linear(V, H, "a") | linear(V, H, "b"), "each could be the readout"),
    "a readout of two layers": (layer(1) | linear(V, H, "a") | linear(9, V, "b"), "readout of several layers"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_none_of_our_models_is_refused(what):
    arrays, said = REFUSED[what]
    assert said in refused(arrays)


def test_what_a_format_finds_in_the_way_is_said():
    assert "clip" in refused(layer(1), obstacle="it clips its pre-activations")
