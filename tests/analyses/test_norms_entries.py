"""A gradient's entries counted by size, against plain counting; and where their norm is usually clipped."""

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from bptt_viz.analyses.clipping import clipping
from bptt_viz.analyses.norms import norm_report
from bptt_viz.analyses.norms_entries import entry_sizes
from bptt_viz.analyses.runs import seeded
from bptt_viz.results.norms import Trend

from .norm_runs import prepared, report


def test_by_hand():
    found = entry_sizes([np.array([0.0, -0.02, 5.0, np.nan]), np.array([np.inf, 0.0, 0.0, -np.inf])])
    assert found.entries == 4
    assert (found.smallest[0], found.largest[0]) == (0.02, 5.0)
    assert all(isnan(series[1]) for series in (found.smallest, found.median, found.largest))
    assert (found.zeros, found.nan, found.infinite) == ((1, 2), (1, 0), (0, 2))
    assert (found.exponents[0], found.exponents[-1]) == (-2, 1)
    assert [sum(counts) for counts in found.bins] == [2, 0]


@given(arrays(float, (3, 7), elements=st.floats(-1e12, 1e12)))
def test_every_entry_is_counted_once(gradients):
    found = entry_sizes(list(gradients))
    for row, zeros, counts, low, high in zip(
        gradients, found.zeros, found.bins, found.smallest, found.largest, strict=True
    ):
        assert zeros + sum(counts) == 7
        nonzero = np.abs(row[row != 0])
        if nonzero.size:
            assert (low, high) == (nonzero.min(), nonzero.max())
        else:
            assert isnan(low)


def test_nothing_to_count_has_no_bins():
    assert entry_sizes([np.zeros(3)]).exponents == ()


@pytest.mark.parametrize("loss", ["all", "last"])
def test_the_entries_are_those_of_the_gradient_that_was_asked_for(loss):
    made = prepared("lstm", layers=2, steps=5, batch=2)
    rollout = made.run()
    gradients, found = seeded(rollout, loss), norm_report(made, loss)
    for run, layer in zip(rollout.layers, found.layers, strict=True):
        for state in layer.states:
            largest = [np.abs(gradients[at[state.name]]).max() for at in run.states[1:]]
            assert state.entries.largest == pytest.approx(largest, rel=1e-15)


def test_an_exploding_network_is_told_where_to_clip():
    made = prepared(init="radius=2", steps=30)
    found = norm_report(made)
    assert found.verdict is Trend.EXPLODING
    assert found.advice.threshold == clipping(made, 20).norm.limit
    assert f"Clip the gradient norm at {found.advice.threshold:.3g}" in found.advice.sentence
    assert report().advice.threshold is None
