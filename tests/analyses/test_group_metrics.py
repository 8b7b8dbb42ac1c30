"""Error rate, ratio and divergence against counts made by hand and the definitions word for word."""

from math import inf, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.analyses.group_metrics import divergence, error_rate, group_ratio, named_group, outcome_shares

TRUE = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1])
SAID = np.array([0, 0, 1, -1, 1, 1, 1, 0, -1])


def test_an_error_is_a_group_named_wrongly_and_not_one_left_out():
    assert error_rate(SAID, TRUE) == 2 / 9


def test_the_ratio_is_of_captions_that_name_a_group():
    assert group_ratio(SAID) == 3 / 4
    assert group_ratio(np.array([0, -1])) == inf


def test_outcomes_are_shares_of_each_group():
    np.testing.assert_allclose(outcome_shares(SAID, TRUE), [[0.5, 0.25, 0.25], [0.6, 0.2, 0.2]], rtol=1e-15)


@pytest.mark.parametrize(
    ("words", "group"),
    [
        ([5, 0, 6], 0),
        ([5, 1, 6], 0),
        ([5, 2, 6], 1),
        ([5, 3, 6], 1),
        ([5, 4, 6], -1),
        ([2, 0, 6], 1),
        ([10, 10, 10], -1),
    ],
)
def test_a_caption_names_the_group_of_its_first_word_of_either(words, group):
    assert named_group(np.array(words)[:, None]).tolist() == [group]


def test_a_group_without_a_member_has_no_outcomes():
    found = outcome_shares(np.array([0, -1]), np.array([0, 0]))
    assert found[0].tolist() == [0.5, 0, 0.5]
    assert np.isnan(found[1]).all()
    assert np.isnan(divergence(found))


def entropy(p):
    return -sum(x * log2(x) for x in p if x > 0)


SHARES = st.lists(st.integers(0, 50), min_size=3, max_size=3).filter(any)


@given(SHARES, SHARES)
def test_the_divergence_is_the_entropy_of_the_middle_less_the_mean_entropy(first, second):
    p, q = (np.array(counts) / sum(counts) for counts in (first, second))
    expected = entropy((p + q) / 2) - (entropy(p) + entropy(q)) / 2
    assert divergence(np.array([p, q])) == pytest.approx(expected, abs=1e-12)


def test_the_divergence_goes_from_nothing_to_one():
    assert divergence(np.array([[0.2, 0.3, 0.5]] * 2)) == 0
    assert divergence(np.array([[1.0, 0, 0], [0, 1.0, 0]])) == 1
