"""Experiments: what they claim is tried on what was run, and a claim can fail."""

import numpy as np
import pytest

from bptt_viz.reproductions import Preset, discover_experiments, finding, jozefowicz_forget_bias, pascanu_fig7
from bptt_viz.results.reproduction import Claim

KNOWN = discover_experiments()


def nothing(share):
    assert 0 <= share <= 1


def test_all_experiments_are_found_and_told_in_the_help():
    from bptt_viz.commands.reproduce import reproduce

    names = {"pascanu-fig7", "pascanu-fig6", "r2rt-truncation", "jozefowicz-forget-bias", "lecture-response"}
    assert set(KNOWN) == names
    told = reproduce.__annotations__["name"].__metadata__[0].help
    assert all(name in told for name in names)


@pytest.mark.parametrize("name", ["lecture-response", "pascanu-fig6", "r2rt-truncation"])
def test_quick_experiments_bear_their_statements_out(name):
    found = KNOWN[name](Preset.QUICK, 1).run(nothing)
    assert [claim.text for claim in found.claims if not claim.holds] == []
    for series in found.series:
        assert len(series.x) == len(series.measured) == len(series.published)
        assert all(value is None or np.isfinite(value) for value in series.measured)


def test_figure_7_is_asked_of_the_task_command(monkeypatch):
    """Two updates teach nothing: nothing is solved, and the orderings that need success do not hold."""
    monkeypatch.setattr(pascanu_fig7, "_QUICK", (10,))
    monkeypatch.setitem(pascanu_fig7._UPDATES, Preset.QUICK, 2)
    found = KNOWN["pascanu-fig7"](Preset.QUICK, 1, seeds=1).run(nothing)
    assert len(found.series) == 9
    assert {value for series in found.series for value in series.measured} <= {0.0, None}
    assert not any(claim.holds for claim in found.claims)
    sgd = next(series for series in found.series if (series.group, series.name) == ("SGD", "basic tanh"))
    assert sgd.published[sgd.x.index(45)] == 0.4


def rates(sigmoid, sgd, clip, regular):
    """Success rates at one length: of the sigmoid network under all but Ω, and of the others by method."""
    found = {}
    for method, rate in zip(pascanu_fig7._METHODS, (sgd, clip, regular), strict=True):
        found |= {(start, method, 10): rate for start in ("basic tanh", "smart tanh")}
    found |= {("sigmoid", method, 10): sigmoid for method in pascanu_fig7._METHODS}
    return found


@pytest.mark.parametrize(
    ("given", "holds"),
    [
        ((0.2, 0.4, 0.6, 1.0), [True, True, True]),
        ((0.5, 0.4, 0.6, 1.0), [False, True, True]),
        ((0.2, 0.6, 0.4, 1.0), [True, False, True]),
        ((0.2, 0.4, 0.6, 0.5), [True, True, False]),
    ],
)
def test_each_ordering_of_figure_7_can_fail(given, holds):
    assert [claim.holds for claim in pascanu_fig7._claims(rates(*given), (10,))] == holds


def test_the_forget_bias_is_asked_of_the_task_command(monkeypatch):
    monkeypatch.setattr(jozefowicz_forget_bias, "_QUICK", (10, 12))
    monkeypatch.setitem(jozefowicz_forget_bias._UPDATES, Preset.QUICK, 2)
    found = KNOWN["jozefowicz-forget-bias"](Preset.QUICK, 1, seeds=1).run(nothing)
    assert [series.measured for series in found.series] == [(2.0, 2.0), (2.0, 2.0)]


def test_a_finding_names_what_failed():
    assert finding([Claim("a", True, ""), Claim("b", False, "")]) == "1 of 2 published statements hold here; not: b"
    assert finding([Claim("a", True, "")]) == "All 1 published statements hold here"
