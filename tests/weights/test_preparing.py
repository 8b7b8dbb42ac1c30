"""A weight file settles H, layers and options; what contradicts it is refused; characters come in their right order."""

import json
from pathlib import Path

import numpy as np
import pytest

from bptt_viz.checking.run import CheckRequest, check_model
from bptt_viz.errors import UsageError
from bptt_viz.models import Request
from bptt_viz.texts import read_text
from bptt_viz.training.checkpoint import packed
from bptt_viz.training.recipe import Recipe
from bptt_viz.training.run import Run
from bptt_viz.weights import prepare
from bptt_viz.weights.vocabulary import read_vocabulary, vocabulary_of

ORACLES = Path(__file__).parents[1] / "oracles"
MODEL = str(ORACLES / "char_model.safetensors")
SORTED = tuple(sorted(set(read_text("sonnets"))))


def trained(path, form="npz", **given):
    """Save a model that `train` has begun to train, and return its parameters."""
    run = Run(Recipe(hidden=6, steps=5, **given), read_text("sonnets"))
    list(run.updates(2))
    saved = run.checkpoint()
    path.write_bytes(packed(saved, form))
    return saved.parameters


def prepared(cell="lstm", weights=MODEL, **given):
    return prepare(Request(cell=cell, weights=str(weights), **given))


def refused(cell="lstm", weights=MODEL, **given):
    with pytest.raises(UsageError) as caught:
        prepared(cell, weights, **given)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_file_settles_sizes_and_the_cell():
    found = prepared("char-lm")
    assert (found.request.hidden, found.request.layers, found.model.options()["cell"]) == (12, 1, "LSTM")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"hidden": 13}, "--hidden 13 contradicts char_model.safetensors, which has 12"),
        ({"layers": 2}, "--layers 2 contradicts"),
        ({"cell": "gru"}, "choose lstm in place of gru"),
        ({"cell": "bidirectional"}, "reads in one direction"),
        ({"cell": "seq2seq"}, "seq2seq"),
        ({"cell": "char-lm", "settings": {"cell": "gru"}}, "cell=gru contradicts"),
        ({"text": "hello"}, "the vocabulary (the text's own characters) has 4"),
        ({"vocabulary": "none.json"}, "--vocabulary none.json: no such file"),
        ({"weights": "none.pt"}, "no such file"),
    ],
)
def test_what_contradicts_the_file_is_refused(given, said):
    assert said in refused(**given)


def test_what_agrees_with_the_file_may_be_said():
    assert prepared("char-lm", hidden=12, layers=1, settings={"cell": "lstm"}).origin.used == 6


def test_a_vocabulary_without_weights_means_nothing():
    with pytest.raises(UsageError, match="needs --weights"):
        prepare(Request(vocabulary="sorted"))


@pytest.mark.parametrize("form", ["npz", "safetensors"])
@pytest.mark.parametrize(
    "given",
    [{"cell": "rnn", "activation": "relu"}, {"cell": "gru", "settings": {"reset": "before"}, "layers": 2},
     {"cell": "peephole", "settings": {"peephole": "full"}}],
)  # fmt: skip
def test_a_checkpoint_of_train_is_the_model_that_was_trained(tmp_path, form, given):
    parameters = trained(tmp_path / "run", form, **given)
    found = prepared(given["cell"], tmp_path / "run")
    assert found.values.keys() == parameters.keys()
    assert all(np.array_equal(found.values[name], parameters[name]) for name in parameters)
    assert found.origin.vocabulary == "the file's own"
    assert found.origin.left_out == ()
    assert given.get("settings", {}).items() <= found.request.settings.items()


def test_a_wrong_activation_of_a_checkpoint_is_refused(tmp_path):
    trained(tmp_path / "run", activation="relu")
    assert "activation=tanh contradicts" in refused("rnn", tmp_path / "run", activation="tanh")


def test_a_cell_of_ones_own_takes_its_parameters_by_their_names(tmp_path):
    code = """
from bptt_viz.cells import Cell
from bptt_viz.ops import tanh

class Mixed(Cell):
    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size), "W_hh": (self.hidden_size,) * 2, "a": (self.hidden_size,)}

    def step(self, p, x, s):
        return {"h": tanh(x @ p.W_xh + p.a * (s.h @ p.W_hh))}
"""
    (tmp_path / "mixed.py").write_text(code)
    parameters = trained(tmp_path / "run", cell=f"{tmp_path / 'mixed.py'}:Mixed")
    found = prepared(f"{tmp_path / 'mixed.py'}:Mixed", tmp_path / "run")
    assert all(np.array_equal(found.values[name], parameters[name]) for name in parameters)


def test_a_readout_that_is_not_there_is_drawn_and_said_to_be(tmp_path):
    with np.load(ORACLES / "char_model.npz") as file:
        np.savez(tmp_path / "a.npz", **{name: file[name] for name in file if name.startswith("rnn")})
    found = prepared(weights=tmp_path / "a.npz", vocabulary="sorted", seed=3)
    assert found.origin.notes == ("W_hy, b_y: not in the file, drawn with seed 3",)
    assert found.values["W_hy"].any()


def test_of_the_usual_orders_the_one_with_the_smaller_loss_is_taken():
    found = prepared()
    assert found.batch.vocabulary == SORTED
    assert found.origin.vocabulary.startswith("sorted characters of the text, by the loss: 1.6")


def test_a_wrong_order_is_worse_than_chance():
    losses = {
        order: sum(float(node.value) for node in prepared(vocabulary=order).run().losses.values()) / 25
        for order in ("sorted", "first-seen")
    }
    assert losses["sorted"] < np.log(46) < losses["first-seen"]


def test_a_network_that_knows_nothing_of_the_text_is_said_to_be_no_better_than_chance(tmp_path):
    with np.load(ORACLES / "char_model.npz") as file:
        np.savez(tmp_path / "a.npz", **{name: file[name][::-1] * 9 for name in file})
    with pytest.warns(UserWarning, match="no better than chance"):
        found = prepared(weights=tmp_path / "a.npz")
    assert "NO BETTER THAN CHANCE" in found.origin.vocabulary


def test_arrays_without_a_place_are_warned_of(tmp_path):
    with np.load(ORACLES / "char_model.npz") as file:
        np.savez(tmp_path / "a.npz", **{**file, "norm.weight": np.ones(12)})
    with pytest.warns(UserWarning, match=r"norm\.weight left out"):
        found = prepared(weights=tmp_path / "a.npz")
    assert found.origin.left_out == ("norm.weight",)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.json", json.dumps(SORTED)),
        ("a.json", json.dumps("".join(SORTED))),
        ("a.json", json.dumps({c: k for k, c in enumerate(SORTED)})),
        ("a.json", json.dumps(dict(reversed(list(enumerate(SORTED)))))),
        ("a.json", json.dumps({"model": "char", "stoi": {c: k for k, c in enumerate(SORTED)}})),
        ("a.txt", "".join(SORTED)),
        ("a.txt", "".join(SORTED) + "\n"),
    ],
)
def test_a_vocabulary_is_read_in_the_forms_that_programs_keep_it_in(tmp_path, name, content):
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert read_vocabulary(tmp_path / name) == SORTED


@pytest.mark.parametrize(
    "content",
    ['["a", "a"]', '{"a": 0, "b": 2}', '{"a": 1, "b": 1}', "[1, 2]", "{}", "[", "[" * 10**5, '{"a": -1}', "3"],
)
def test_what_is_no_vocabulary_is_refused(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(UsageError, match=r"--vocabulary .*a\.json"):
        read_vocabulary(tmp_path / "a.json")


def test_a_table_with_a_gap_is_no_vocabulary():
    assert vocabulary_of({"a": 0, "b": 2}) is None
    assert vocabulary_of({"a": 0, "b": 1}) == ("a", "b")


def test_a_character_that_the_vocabulary_lacks_is_named(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps([*SORTED[:-1], "§"]))
    assert f"sonnets has {SORTED[-1]!r}" in refused(vocabulary=str(tmp_path / "a.json"))


@pytest.mark.parametrize("cell", ["lstm", "char-lm", "multilayer"])
def test_a_check_at_trained_weights_passes(cell):
    assert check_model(CheckRequest(cell, weights=MODEL)).verdict == "pass"


def test_a_check_is_made_at_the_weights_of_the_file(tmp_path):
    with np.load(ORACLES / "char_model.npz") as file:
        np.savez(tmp_path / "a.npz", **{name: file[name] * np.nan for name in file})
    assert check_model(CheckRequest("lstm", weights=str(tmp_path / "a.npz"))).verdict != "pass"


def test_float32_is_computed_in_float32():
    assert {value.dtype.name for value in prepared(dtype="float32").values.values()} == {"float32"}
