"""The scale of gradients: its range, its round numbers, and what the legend says beside it."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyses.graphs import seen
from bptt_viz.analyses.graph.legend import lay_out
from bptt_viz.analyses.graph.scale import ends, parse_scale, ticks
from bptt_viz.errors import UsageError
from bptt_viz.results.graph import Key, Scale


@pytest.mark.parametrize(
    ("norms", "wanted"),
    [
        ([], None),
        ([None], None),
        ([1e-3, 10.0, None], Scale(-3.0, 1.0)),
        ([2.0, 3.0], Scale(math.log10(3) - 1, math.log10(3))),
        ([0.0, math.nan, math.inf, 100.0], Scale(1.0, 2.0)),
        ([0.0], Scale(-1.0, 0.0)),
    ],
)
def test_a_scale_holds_all_positive_finite_norms(norms, wanted):
    assert ends(norms) == wanted


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (-1.0, 0.0, ["0.1", "0.2", "0.5", "1"]),
        (-0.2, 1.9, ["1", "2", "5", "10", "20", "50"]),
        (-2.0, 0.5, ["0.01", "0.03", "0.1", "0.3", "1", "3"]),
        (-3.0, 0.0, ["0.001", "0.01", "0.1", "1"]),
        (-8.0, -7.0, ["10^{−8}", "2·10^{−8}", "5·10^{−8}", "10^{−7}"]),
        (-20.0, 4.0, ["10^{−20}", "10^{−15}", "10^{−10}", "10^{−5}", "10^{0}"]),
    ],
)
def test_ticks_are_round_norms(low, high, wanted):
    assert [text for _, text in ticks(Scale(low, high))] == wanted


@given(st.floats(-320, 300), st.floats(1, 600))
def test_every_scale_has_a_few_ticks_at_their_places(low, span):
    found = ticks(Scale(low, low + span))
    assert 1 <= len(found) <= 6
    for share, text in found:
        assert -1e-6 <= share <= 1 + 1e-6
        factor, _, power = text.replace("−", "-").replace("}", "").rpartition("10^{")
        value = math.log10(float(factor.rstrip("·") or 1)) + float(power) if "^" in text else math.log10(float(text))
        assert low + share * span == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(("text", "wanted"), [("1e-3:10", Scale(-3.0, 1.0)), ("1:1e300", Scale(0.0, 300.0))])
def test_a_scale_can_be_given(text, wanted):
    assert parse_scale(text) == wanted
    view = seen(gradients=True, scale=text)
    assert view.scale == wanted
    assert seen("lstm", level="op", gradients=True, scale=text).bar.ticks == view.bar.ticks


@pytest.mark.parametrize(
    "text", ["", "1", ":", "1:", ":1", "1:1", "2:1", "0:1", "-1:1", "a:b", "nan:1", "1:inf", "1:2:3"][:]
)
def test_other_scales_are_refused(text):
    with pytest.raises(UsageError, match="--scale"):
        parse_scale(text)


def test_a_scale_without_arrows_is_refused():
    with pytest.raises(UsageError, match="--gradients"):
        seen(scale="1:2")


def test_norms_beyond_a_given_scale_are_told():
    texts = [key.text for key in seen(gradients=True, scale="1e-9:1e-8").legend]
    assert any("beyond the scale" in text for text in texts)
    assert not any("beyond" in key.text for key in seen(gradients=True, scale="1e-9:1e9").legend)


def test_what_is_not_on_the_scale_is_explained_where_it_occurs():
    def told(*norms):
        return [key.text for key in lay_out([], norms, ends(norms), 500.0).keys if key.text]

    assert told(1.0, 2.0) == []
    assert told(1.0, 0.0) == ["exactly 0"]
    assert told(1.0, 0.0, math.inf) == ["exactly 0", "NaN or infinite"]


@given(st.lists(st.text("abc ", max_size=40), max_size=6), st.floats(100, 900), st.booleans())
def test_a_legend_is_as_wide_and_high_as_it_says(texts, wide, scaled):
    legend = lay_out([Key("note", "x", text) for text in texts], [1.0, 0.0], Scale(-1.0, 0.0) if scaled else None, wide)
    assert all(0 <= key.x <= legend.width and -legend.height <= key.y <= 0 for key in legend.keys)
    if legend.bar:
        assert legend.bar.x + legend.bar.length <= legend.width
        assert legend.bar.y - 22 >= -legend.height, "the numbers below the bar have room"
    places = sorted((-key.y, key.x) for key in legend.keys)
    assert len(set(places)) == len(places)
