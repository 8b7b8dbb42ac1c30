"""Checkpoints: whole runs as bytes, which go on bit for bit and run no code."""

import contextlib
import io
import pickle
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz.errors import UsageError
from bptt_viz.texts import read_text
from bptt_viz.training.checkpoint import FORMATS, packed, unpacked
from bptt_viz.training.recipe import PRESETS, Recipe
from bptt_viz.training.run import Run

TEXT = read_text("hello") * 20
RECIPE = Recipe(cell="lstm", hidden=3, steps=3, back=5, layers=2, settings={"forget_bias": "2"})


def learned(updates, saved=None):
    run = Run(RECIPE, TEXT, saved)
    for _ in run.updates(updates, reach_every=4, reach_steps=6):
        pass
    return run


@pytest.mark.parametrize("form", FORMATS)
def test_a_run_resumed_at_five_places_ends_with_the_same_bytes(form):
    whole = packed(learned(24).checkpoint(), form)
    for stop in (1, 4, 10, 17, 23):
        saved = unpacked(packed(learned(stop).checkpoint(), form), "run")
        assert packed(learned(24, saved).checkpoint(), form) == whole


def test_a_checkpoint_tells_its_recipe_and_its_text():
    saved = unpacked(packed(learned(2).checkpoint(), "npz"), "run")
    assert saved.recipe == RECIPE
    assert saved.vocabulary == "helo"
    assert set(saved.parameters) == set(RECIPE.model(4).parameters())
    with pytest.raises(UsageError, match="another text"):
        Run(RECIPE, TEXT + "!", saved)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_survives_a_checkpoint(preset):
    run = Run(PRESETS[preset], TEXT)
    assert unpacked(packed(run.checkpoint(), "npz"), "run").recipe == PRESETS[preset]


class Harmful:
    def __reduce__(self):
        return (pytest.fail, ("code from a file was run",))


def test_a_pickle_within_is_refused_and_not_run():
    held = io.BytesIO()
    np.savez(held, about=np.array(Harmful(), object))
    for data in (held.getvalue(), pickle.dumps(Harmful())):
        with pytest.raises(UsageError, match="no checkpoint"):
            unpacked(data, "run")


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=60, deadline=None)
def test_a_damaged_file_is_one_error(seed):
    rng = np.random.default_rng(seed)
    data = bytearray(WHOLE)
    for _ in range(int(rng.integers(1, 6))):
        data[int(rng.integers(len(data)))] = int(rng.integers(256))
    cut = bytes(data[: int(rng.integers(1, len(data) + 1))])
    with contextlib.suppress(UsageError):
        unpacked(cut, "run")


WHOLE = packed(learned(1).checkpoint(), "npz")


def test_the_file_of_another_program_is_refused():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as other:
        other.writestr("readme.txt", "hello")
    with pytest.raises(UsageError, match="no checkpoint"):
        unpacked(held.getvalue(), "run")
