"""Effective memory: exact on powers of two, foretold by the line, silent where there is no end."""

import numpy as np
import pytest

from bptt_viz.analyses.decay import follow, remember
from bptt_viz.results.norms_chain import FLOAT16, FLOAT32, GONE, UNDERFLOW16

from .norm_runs import report


def powers(rate, count, start=1.0):
    return [start * rate**k for k in reversed(range(count))]


def test_a_halving_gradient_passes_each_limit_where_its_powers_do():
    found = remember(follow(powers(0.5, 40)))
    limits = (found.thousandth, found.float16, found.float32, found.underflow16)
    assert [limit.distance for limit in limits] == [10, 12, 25, 24]
    assert all(limit.measured for limit in limits)


def test_limits_are_the_resolutions_of_the_types():
    for limit, kind in ((FLOAT16, np.float16), (FLOAT32, np.float32)):
        assert kind(1) + kind(limit) == 1
        assert kind(1) + kind(limit * 1.001) > 1 or kind(limit * 1.001) == kind(limit)
        assert limit == np.finfo(kind).eps / 2
    assert float(np.finfo(np.float16).smallest_subnormal) == pytest.approx(UNDERFLOW16, rel=0.01)
    assert float(np.finfo(np.float16).smallest_subnormal) < UNDERFLOW16


@pytest.mark.parametrize("start", [100.0, 1.0, 0.01])
def test_only_underflow_asks_how_large_the_start_is(start):
    found, one = remember(follow(powers(0.5, 60, start))), remember(follow(powers(0.5, 60)))
    assert (found.thousandth, found.float16, found.float32) == (one.thousandth, one.float16, one.float32)
    assert found.underflow16.distance == np.ceil(np.log2(start / UNDERFLOW16))


def test_what_starts_too_small_for_half_precision_has_underflown_at_once():
    assert remember(follow(powers(0.9, 30, 1e-9))).underflow16.distance == 0


@pytest.mark.parametrize("name", ["thousandth", "float16", "float32", "underflow16"])
def test_what_is_foretold_is_what_a_longer_sequence_shows(name):
    short, long = (getattr(remember(follow(powers(0.9, count))), name) for count in (25, 400))
    assert (short.measured, long.measured) == (False, True)
    assert np.ceil(short.distance) == long.distance


@pytest.mark.parametrize("norms", [[1.0] * 30, powers(1.1, 30), [0.0] * 5, [1.0], [np.nan] * 9])
def test_no_end_is_in_sight_where_nothing_shrinks(norms):
    found = remember(follow(norms))
    assert found.thousandth is found.float16 is found.float32 is None


def test_the_report_has_it():
    found = report(activation="identity", init="orthogonal=0.5", steps=40)
    assert found.memory.thousandth == found.chain.gone
    assert found.memory.thousandth.share == GONE
    assert [found.memory.float16.distance, found.memory.float32.distance] == [12, 25]
    assert found.memory == remember(found.chain)
