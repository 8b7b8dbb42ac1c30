"""Heat maps: numbers that read without colours, colours that tell errors apart, bands where there is no room."""

import math

import pytest
from rich.console import Console

from bptt_viz.render.heat import HeatBlocks, power
from bptt_viz.render.plain import plain
from bptt_viz.results.check import HeatMap

from .checks import HEAT


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (0.0, "0"),
        (1.0, "e0"),
        (0.5, "e-1"),
        (0.001, "e-3"),
        (9.99e-4, "e-4"),
        (2.3e-16, "e-16"),
        (5e-324, "e-324"),
        (12.0, "e1"),
        (math.inf, "inf"),
        (math.nan, "nan"),
    ],
)
def test_an_error_reads_as_its_power_of_ten(error, shown):
    assert power(error) == shown


def test_it_is_a_table_with_a_caption_when_piped():
    assert plain(HeatBlocks(HEAT)).splitlines() == [
        "relative error, by its power of ten (e-3 stands for 0.001 to 0.01)",
        "    t=1  t=2  t=3",
        "i     0 e-16  e-4",
        "f   nan  inf  e-1",
    ]


def styles(heat):
    """Return the background colour of each number, in reading order."""
    console = Console(width=80, force_terminal=True, color_system="truecolor")
    lines = console.render_lines(HeatBlocks(heat), pad=False)[2:]
    return [
        segment.style.bgcolor.name
        for line in lines
        for segment in line
        if segment.style is not None and segment.style.bgcolor is not None
    ]


def test_not_a_number_and_infinity_stand_apart_from_every_error():
    *_, not_a_number, infinite, large = styles(HEAT)
    assert not_a_number == infinite
    assert not_a_number != large
    assert not_a_number not in styles(HeatMap(("i",), tuple("abcdef"), ((0.0, 1e-16, 1e-9, 1e-6, 1e-3, 1.0),)))


def test_errors_of_different_size_have_different_colours():
    assert len(set(styles(HeatMap(("i",), tuple("abcde"), ((1e-16, 1e-9, 1e-6, 1e-3, 1.0),))))) == 5


def test_columns_that_do_not_fit_go_into_further_bands():
    heat = HeatMap(("f",), tuple(f"t={t}" for t in range(1, 31)), ((1e-3,) * 30,))
    console = Console(width=80)
    with console.capture() as captured:
        console.print(HeatBlocks(heat))
    _, first, _, second, _ = captured.get().splitlines()
    assert first.split() + second.split() == list(heat.columns)
    assert len(first) <= 80


def test_a_terminal_with_room_for_one_column_gets_one_a_band():
    console = Console(width=8)
    with console.capture() as captured:
        console.print(HeatBlocks(HEAT))
    shown = [line.split() for line in captured.get().splitlines()]
    assert shown[-9:-6] == [["t=1"], ["i", "0"], ["f", "nan"]]


def test_an_empty_map_is_its_caption():
    assert plain(HeatBlocks(HeatMap((), (), ()))).splitlines()[1:] == []
