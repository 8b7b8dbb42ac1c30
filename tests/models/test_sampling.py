"""The next class: sampling, temperature, top-k and greed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz.errors import UsageError
from bptt_viz.models.sampling import Choosing

SCORES = np.array([[1.0, 2.2, -3.0, 4.1]])  # the lecture's first step of hello: h, e, l, o


def test_the_lectures_first_step_samples_e_now_and_then_though_o_is_likeliest():
    shares = Choosing().probabilities(SCORES)[0]
    assert shares.argmax() == 3
    assert shares[1] == pytest.approx(0.125, abs=5e-4)
    rng = np.random.default_rng(0)
    drawn = Choosing().choose(np.repeat(SCORES, 20_000, axis=0), rng)
    assert np.bincount(drawn, minlength=4) / 20_000 == pytest.approx(shares, abs=0.01)


def test_greed_takes_the_likeliest_and_asks_no_chance():
    assert Choosing(greedy=True).choose(SCORES, np.random.default_rng(0)) == [3]


def test_a_low_temperature_is_greed_and_a_high_one_is_chance():
    assert Choosing(temperature=0.01).probabilities(SCORES)[0, 3] == pytest.approx(1)
    assert Choosing(temperature=1e6).probabilities(SCORES)[0] == pytest.approx(0.25, abs=1e-5)


@given(top=st.integers(1, 9), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_only_the_likeliest_are_allowed_also_where_they_tie(top, seed):
    scores = np.random.default_rng(seed).integers(0, 3, (4, 6)).astype(float)
    shares = Choosing(top=top).probabilities(scores)
    assert ((shares > 0).sum(axis=-1) == min(top, 6)).all()
    assert shares.sum(axis=-1) == pytest.approx(1)


@pytest.mark.parametrize("wrong", [{"temperature": 0}, {"temperature": float("nan")}, {"top": 0}])
def test_what_chooses_nothing_is_refused(wrong):
    with pytest.raises(UsageError, match="must be"):
        Choosing(**wrong)
