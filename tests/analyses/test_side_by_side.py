"""What is said when two runs are set side by side."""

from dataclasses import replace

import pytest

from bptt_viz.analyses.norms import norm_report
from bptt_viz.analyses.side_by_side import compared
from bptt_viz.models import Request, prepare

REPORT = norm_report(prepare(Request(cell="rnn", steps=3, hidden=2)))


def chain(*norms):
    """Return a report whose last loss's gradient has these norms at steps 1 … T."""
    return replace(REPORT, run=replace(REPORT.run, steps=len(norms)), chain=replace(REPORT.chain, norms=norms))


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (
            (0.2, 0.5, 1.0),
            (0.1, 0.5, 1.0),
            "2 steps back, A has 20.00% of its last loss's gradient left, 2 times as much as B.",
        ),
        (
            (0.1, 0.5, 1.0),
            (0.2, 0.5, 1.0),
            "2 steps back, B has 20.00% of its last loss's gradient left, 2 times as much as A.",
        ),
        (
            (1e-9, 2.0),
            (4.0, 2.0),
            "1 step back, B has 2 times its last loss's gradient left, 10^10 times as much as A.",
        ),
        ((0.5, 1.0), (0.5, 1.0), "1 step back, both have 50.00% of their last loss's gradient left."),
        ((0.0, 1.0), (0.5, 1.0), "1 step back, B has 50.00% of its last loss's gradient left, and A nothing."),
        ((0.0, 1.0), (0.0, 1.0), "1 step back, neither has anything of its last loss's gradient left."),
    ],
)
def test_the_one_that_keeps_more_is_named(first, second, said):
    assert compared(("A", chain(*first)), ("B", chain(*second))) == said


def test_runs_of_different_length_are_asked_about_the_same_distance():
    assert compared(("A", chain(1e-5, 0.4, 0.5, 1.0)), ("B", chain(0.1, 1.0))).startswith(
        "1 step back, A has 50.00% of"
    )


@pytest.mark.parametrize("norms", [(1.0,), (1.0, 0.0), (1.0, float("nan")), (float("inf"), 1.0)])
def test_where_nothing_can_be_followed_that_is_said(norms):
    assert "cannot be compared" in compared(("A", chain(*norms)), ("B", chain(0.1, 1.0)))
