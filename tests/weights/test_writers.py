"""A character model from a weight file writes as the model of one's own does."""

from pathlib import Path

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.models.sampling import Choosing
from bptt_viz.texts import read_text
from bptt_viz.training.writing import written
from bptt_viz.weights import writer

ORACLES = Path(__file__).parents[1] / "oracles"
MODEL = str(ORACLES / "char_model_checkpoint.pt")


def text(found, length=40):
    rng = np.random.default_rng(0)
    return written(found.model, found.values, found.characters, length, rng, Choosing(1.0, None, True), "Shall")


def saved(path, **changed):
    with np.load(ORACLES / "char_model.npz") as file:
        np.savez(path, **{**file, **changed})
    return str(path)


def test_it_writes_what_it_writes_in_pytorch():
    with np.load(ORACLES / "char_model_judged.npz") as file:
        assert text(writer(MODEL)) == str(file["greedy"])


@pytest.mark.parametrize("given", [{"vocabulary": "sorted", "text": "sonnets"}, {"text": "sonnets"}])
def test_the_characters_may_be_those_of_its_text(given):
    assert text(writer(str(ORACLES / "char_model.pt"), **given)) == text(writer(MODEL))


def test_a_table_of_embeddings_changes_nothing_if_the_layer_undoes_it(tmp_path):
    V = len(set(read_text("sonnets")))
    E = np.random.default_rng(0).standard_normal((V, V))
    with np.load(ORACLES / "char_model.npz") as file:
        W = file["rnn.weight_ih_l0"].astype(float)
    path = saved(tmp_path / "a.npz", **{"embed.weight": E, "rnn.weight_ih_l0": np.linalg.solve(E, W.T).T})
    assert text(writer(path, text="sonnets")) == text(writer(MODEL))


def test_what_cannot_write_is_refused(tmp_path):
    with pytest.raises(UsageError, match="does not tell its characters"):
        writer(str(ORACLES / "char_model.pt"))
    with pytest.raises(UsageError, match="has 4"):
        writer(str(ORACLES / "char_model.pt"), text="hello")
    with np.load(ORACLES / "char_model.npz") as file:
        np.savez(tmp_path / "a.npz", **{name: file[name] for name in file if name.startswith("rnn")})
    with pytest.raises(UsageError, match="has no readout, and cannot write"):
        writer(str(tmp_path / "a.npz"), text="sonnets")
