"""Draws and rows in words and as a column."""

import pytest

from bptt_viz.analyses.norms import norm_report
from bptt_viz.models import Request, prepare
from render.test_norms import lines, table


def report(seeds, **options):
    return norm_report(prepare(Request(**options)), seeds=seeds)


@pytest.mark.parametrize(
    ("seeds", "batch", "words"),
    [(5, 1, "(median over 5 draws; 10–90%: "), (1, 3, "over 3 rows;"), (2, 3, "over 2 draws × 3 rows; 10–90%: 0.")],
)
def test_the_rate_is_a_median_with_what_80_of_100_have(seeds, batch, words):
    assert words in lines(report(seeds, batch=batch))[0]


def test_draws_are_counted_by_verdict():
    printed = lines(report(3, init="radius=0.5", seed=7))
    assert "all  3 draws of the weights, seeds 7 to 9: 3 vanishing; why and table: seed 7" in printed
    assert not any(line.startswith("all") for line in lines(report(1, batch=3)))


def test_the_quantiles_are_a_column_where_there_is_room():
    found = report(3, batch=2)
    heading, rows = table(lines(found, True, 120))
    low, high = rows[0][heading.index("10…90%")].split("…")
    assert float(low) == pytest.approx(found.spread.norms.low[0], rel=0.06)
    assert float(high) == pytest.approx(found.spread.norms.high[0], rel=0.06)
    for narrow in (lines(found, True, 60), lines(report(1), True, 200), lines(found)):
        assert "10…90%" not in table(narrow)[0]
