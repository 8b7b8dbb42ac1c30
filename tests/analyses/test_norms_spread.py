"""Quantiles over draws and rows: those of separate runs, equal where all rates are equal, honest about what is lost."""

import numpy as np
import pytest

from bptt_viz.analyses.norms import norm_report
from bptt_viz.analyses.norms_spread import Draw, spread
from bptt_viz.results.nonfinite import Place
from bptt_viz.results.norms import Trend

from .norm_runs import prepared, report


def test_one_row_of_one_draw_has_no_spread():
    assert report().spread is None


@pytest.mark.parametrize("gain", [0.9, 1.0, 1.1])
def test_every_row_and_draw_of_a_linear_orthogonal_recurrence_has_its_gain(gain):
    found = norm_report(prepared(activation="identity", init=f"orthogonal={gain}", batch=3, steps=30), seeds=4).spread
    assert (found.seeds, found.rows, found.rate.count) == (4, 3, 12)
    assert (found.rate.low, found.rate.median, found.rate.high) == pytest.approx((gain, gain, gain), rel=1e-12)


def test_draws_are_those_of_separate_runs():
    alone = [report(seed=seed, steps=12) for seed in (3, 4, 5, 6)]
    found = norm_report(prepared(seed=3, steps=12), seeds=4)
    norms = np.array([one.chain.norms for one in alone])
    low, median, high = np.quantile(norms, (0.1, 0.5, 0.9), axis=0)
    assert found.spread.norms.low == pytest.approx(low)
    assert found.spread.norms.median == pytest.approx(median)
    assert found.spread.norms.high == pytest.approx(high)
    assert found.chain.norms == pytest.approx(median)
    rates = [one.chain.decay.rate for one in alone]
    assert found.spread.rate.median == pytest.approx(np.exp(np.median(np.log(rates))))
    assert min(rates) <= found.spread.rate.low <= found.spread.rate.high <= max(rates)
    assert found.layers == alone[0].layers


def test_every_draw_has_the_verdict_of_its_separate_run():
    alone = [report(seed=seed).verdict for seed in range(6)]
    found = norm_report(prepared(), seeds=6).spread
    assert found.verdicts == {verdict.value: alone.count(verdict) for verdict in alone}
    assert sum(found.verdicts.values()) == 6


def test_a_row_is_about_its_own_loss_so_that_copies_of_it_change_nothing():
    text = "abcabcabcabcabcabcabcabcabcabc"  # windows that start at multiples of 3 are equal
    one, four = (prepared(steps=6, batch=batch) for batch in (1, 4))
    for made in (one, four):
        codes = np.array(["abc".index(c) for c in text[:7]])
        made.batch.inputs[:], made.batch.targets[:] = codes[:-1, None], codes[1:, None]
    found = norm_report(four)
    assert found.spread.norms.low == pytest.approx(norm_report(one).chain.norms)
    assert found.spread.norms.high == pytest.approx(norm_report(one).chain.norms)
    assert 2 * np.array(found.chain.norms) == pytest.approx(norm_report(one).chain.norms)  # a mean of 4, joined


def test_layers_are_measured_one_by_one_and_together():
    found = report("lstm", layers=2, batch=3, steps=8).spread
    assert len(found.layers) == 2
    assert all(
        whole >= part for layer in found.layers for whole, part in zip(found.norms.high, layer.high, strict=True)
    )


def test_most_draws_decide():
    steps = (slice(0, 30),)
    fine = Draw(np.ones((1, 1, 30)), steps, None)
    bad = Draw(np.full((1, 1, 30), np.nan), steps, Place("forward", 1, 0, "cell", "h", "tanh", (), 1, 0, 1, (), "so"))
    found = spread([fine, fine, bad], 0.0)
    assert found.verdicts == {"healthy": 2, "non-finite": 1}
    assert found.rate.count == 2
    assert set(found.norms.median) == {1.0}
    assert set(found.norms.high) == {np.inf}
    assert set(spread([bad, bad], 0.0).norms.low) == {np.inf}


@pytest.mark.parametrize("seeds", [1, 3])
def test_a_network_that_overflows_in_every_draw_is_not_finite(seeds):
    made = prepared(activation="relu", init="identity=8", steps=400, hidden=4)
    assert norm_report(made, seeds=seeds).verdict is Trend.NON_FINITE


def test_dead_rows_have_no_rate():
    found = norm_report(prepared(values={"b_h": -100.0}, activation="relu", batch=2, steps=9)).spread
    assert found.rate is None
    assert set(found.norms.high[:-1]) == {0.0}


def test_norms_that_would_underflow_when_squared_are_kept():
    found = report(activation="identity", init="identity=1e-30", batch=2, steps=10, hidden=4)
    assert found.spread.norms.median[3] > 0
    assert found.spread.rate.median == pytest.approx(1e-30)


def test_progress_is_told():
    told = []
    norm_report(prepared(steps=3), seeds=4, tick=told.append)
    assert told == [0.25, 0.5, 0.75]
