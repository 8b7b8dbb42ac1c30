"""Text as windows of character indices."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.errors import UsageError
from bptt_viz.models import windows
from bptt_viz.texts import read_text


@given(st.text(min_size=2, max_size=60), st.data())
def test_every_window_is_a_stretch_of_the_text_and_its_targets_the_characters_behind(text, data):
    steps = data.draw(st.integers(1, len(text) - 1))
    batch = windows(text, steps, data.draw(st.integers(1, 5)))
    for inputs, targets in zip(batch.inputs.T, batch.targets.T, strict=True):
        read, expected = ("".join(batch.vocabulary[k] for k in row) for row in (inputs, targets))
        assert len(read) == batch.steps == steps
        assert read[1:] == expected[:-1]
        assert read + expected[-1] in text


def test_the_vocabulary_is_in_order_of_first_appearance():
    assert windows("abracadabra").vocabulary == "abrcd"


def test_windows_are_spread_evenly_from_the_first_to_the_last():
    text = "".join(map(chr, range(100)))
    assert windows(text, 9, 4).inputs[0].tolist() == [0, 30, 60, 90]
    assert windows(text, 9, 4).targets[-1].tolist() == [9, 39, 69, 99]


def test_a_single_window_is_the_beginning():
    assert windows("abcdef", 2).inputs.T.tolist() == [[0, 1]]


def test_two_windows_are_the_first_and_the_last():
    assert windows("abcdef", 2, 2).inputs.T.tolist() == [[0, 1], [3, 4]]


def test_windows_of_a_short_text_overlap():
    batch = windows("abcd", 3, 3)
    assert batch.inputs.T.tolist() == [[0, 1, 2]] * 3


@pytest.mark.parametrize(("length", "steps"), [(2, 1), (25, 24), (26, 25), (1000, 25)])
def test_without_a_length_windows_are_25_long_or_as_long_as_the_text_allows(length, steps):
    assert windows("ab" * (length // 2) + "c" * (length % 2)).steps == steps


def test_one_hot_rows_mark_the_character():
    batch = windows("hello", 4, 2)
    rows = batch.one_hot("float32")
    assert rows.shape == (4, 2, 4)
    assert rows.dtype == np.float32
    assert np.array_equal(rows.sum(-1), np.ones((4, 2)))
    assert np.array_equal(rows.argmax(-1), batch.inputs)


def test_korean_syllables_are_characters():
    batch = windows(read_text("azalea"), 6)
    assert batch.vocabulary[:6] == "나 보기가역"
    assert "".join(batch.vocabulary[k] for k in batch.inputs[:, 0]) == "나 보기가 "


@pytest.mark.parametrize(
    ("text", "steps", "size", "message"),
    [
        ("", None, 1, "at least 2 characters are needed, the text has 0"),
        ("a", None, 1, "at least 2 characters are needed, the text has 1"),
        ("hello", 5, 1, "--steps 5 needs at least 6 characters, the text has 5"),
        ("hello", 0, 1, "--steps and --batch must be at least 1"),
        ("hello", -3, 1, "--steps and --batch must be at least 1"),
        ("hello", 2, 0, "--steps and --batch must be at least 1"),
    ],
)
def test_a_text_too_short_for_the_window_is_refused(text, steps, size, message):
    with pytest.raises(UsageError, match=message):
        windows(text, steps, size)
