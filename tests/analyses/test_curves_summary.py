"""Quantiles on a logarithmic scale, what counts as out of range, verdicts and the finding."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bptt_viz.analyses.curves_summary import curve, finding, geometric_quantile, in_range
from bptt_viz.results.curves import Panel
from bptt_viz.results.network import Network

TINY = float(np.finfo(float).tiny)


@given(st.lists(st.floats(1e-100, 1e100), min_size=1, max_size=12), st.floats(0, 1))
def test_quantiles_are_those_of_the_logarithms(values, q):
    found = geometric_quantile(np.array(values)[:, None], q)[0]
    assert found == pytest.approx(np.exp(np.quantile(np.log(values), q)), rel=1e-9)


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        ([0.0, 1.0, 2.0], 0.5, 1.0),
        ([0.0, 0.0, 2.0], 0.5, 0.0),
        ([0.0, 4.0], 0.5, 0.0),  # a zero is not averaged away
        ([1.0, np.inf], 0.5, np.inf),
        ([1.0, 4.0, np.inf], 0.25, 2.0),
        ([1.0, 4.0], 0.5, 2.0),
        ([3.0], 0.9, 3.0),
    ],
)
def test_quantiles_of_what_is_out_of_range(values, q, expected):
    assert geometric_quantile(np.array(values)[:, None], q)[0] == expected


def test_quantiles_of_nothing_are_no_numbers():
    assert np.isnan(geometric_quantile(np.empty((0, 3)), 0.5)).all()


def test_out_of_range_stays_out_of_range():
    norms = np.array(
        [[2.0, 1.0, 0.0, 1.0], [2.0, 1e-320, 1.0, 1.0], [2.0, np.inf, np.nan, 1.0], [2.0, 4.0, 8.0, np.nan]]
    )
    expected = [[1.0, 0.5, 0.0, 0.0], [1.0, 0.0, 0.0, 0.0], [1.0, np.inf, np.inf, np.inf], [1.0, 2.0, 4.0, np.inf]]
    np.testing.assert_array_equal(in_range(norms, TINY), expected)


def made(rows, radius=1.0):
    return curve(Network("tanh", "rnn", "tanh", "normal", {}), radius, np.array(rows, float), np.ones(len(rows)), TINY)


@pytest.mark.parametrize(
    ("rows", "verdict"),
    [
        ([[1, 0.05], [1, 0.06], [1, 0.07]], "vanishes"),
        ([[1, 0.05], [1, 0.06], [1, 0.5]], "neither"),
        ([[1, 20], [1, 30], [1, 40]], "explodes"),
        ([[1, 20], [1, 30], [1, 5]], "neither"),
        ([[1, 0], [1, 0], [1, 0.5]], "dies"),
        ([[1, 0], [1, 0.01], [1, 0.01]], "vanishes"),
        ([[1, np.inf], [1, np.inf], [1, np.inf]], "explodes"),
        ([[0, 0], [np.nan, 1], [np.inf, 1]], "unmeasured"),
    ],
)
def test_verdicts(rows, verdict):
    assert made(rows).verdict == verdict


def test_fates_are_told_apart():
    found = made([[1, 0.5, 0], [1, 1e-300, 1e-310], [1, 1e300, np.inf], [0, 0, 0], [1, 1, 1]])
    assert (found.died, found.underflowed, found.overflowed, found.unmeasured) == (1, 1, 1, 1)


def test_the_rate_goes_as_far_as_the_median():
    found = made([[1, 0.5, 0.25, 0], [1, 0.5, 0.25, 0], [1, 0.5, 0, 0]])
    assert found.reach == 2
    assert found.rate == pytest.approx(0.5)


def panel(name, verdicts, first=1):
    """Return a panel whose curves, at radii 1, 2 …, have these verdicts."""
    ends = {"v": 0.01, "n": 1.0, "e": 100.0, "d": 0.0, "u": np.nan}
    rows = [[[np.nan, 1.0]] if letter == "u" else [[1.0, ends[letter]]] for letter in verdicts]
    return Panel(name, 1.0, tuple(made(row, float(k)) for k, row in enumerate(rows, start=first)))


@pytest.mark.parametrize(
    ("panels", "said"),
    [
        ([("tanh", "vvne")], "Tanh vanishes up to radius 2 and explodes at 4"),
        ([("tanh", "vvee")], "Tanh vanishes up to radius 2 and explodes from 3"),
        (
            [("sigmoid", "vvv"), ("ReLU", "nne")],
            "Sigmoid vanishes at every radius from 1 to 3; ReLU explodes at radius 3",
        ),
        ([("tanh", "vn"), ("ReLU", "vn")], "Tanh and ReLU vanish at radius 1"),
        ([("tanh", "nn")], "Tanh neither vanishes nor explodes"),
        ([("tanh", "nn"), ("ReLU", "nn"), ("a", "nn")], "Tanh, ReLU and a neither vanish nor explode"),
        ([("ReLU", "dne")], "ReLU dies at radius 1 and explodes at 3"),
        ([("ReLU", "vnve")], "ReLU vanishes at radius 1 and 3 and explodes at 4"),
        ([("ReLU", "veeu")], "ReLU vanishes at radius 1 and explodes from 2 to 3"),
        ([("tanh", "v")], "Tanh vanishes at radius 1"),
        ([("tanh", "uu")], "Tanh could not be measured"),
    ],
)
def test_the_finding_says_what_happens_where(panels, said):
    assert finding([panel(*given) for given in panels]) == said
