"""One line a parameter and gate: drawn on a logarithmic scale, zeros and faults told apart, as wide as fits."""

from io import StringIO
from math import inf, nan

import pytest
from rich.cells import cell_len
from rich.console import Console

from bptt_viz.analyses.norms import norm_report
from bptt_viz.models import Request, prepare
from bptt_viz.render.norms import Extras, norms_report
from bptt_viz.render.norms_parameters import LEGEND, sparkline


def lines(terminal=False, width=80, **options):
    """Return what stands below the table of steps."""
    made = StringIO()
    shown = Console(file=made, width=width if terminal else 10_000, force_terminal=terminal, color_system=None)
    shown.print(norms_report(norm_report(prepare(Request(**options))), terminal, width, Extras(parameters=True)))
    printed = [line.rstrip() for line in made.getvalue().splitlines()]
    return printed[next(place for place, line in enumerate(printed) if line.startswith(LEGEND[:20])) + 1 :]


@pytest.mark.parametrize(
    ("norms", "drawn"),
    [
        ([1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0], "▁▂▃▄▅▆▇█"),
        ([1.0, 0.0, 1e-7], "█·▁"),
        ([nan, inf, 1.0, 10.0], "××▁█"),
        ([3.0, 3.0, 3.0], "▅▅▅"),
        ([0.0], "·"),
        ([nan], "×"),
    ],
)
def test_curves(norms, drawn):
    assert sparkline(norms, 60).plain == drawn


def test_steps_that_share_a_character_show_the_largest_or_the_fault():
    assert sparkline([1e-3, 1.0, 1e-3, 1e-3, nan, 1e9], 3).plain == "█▁×"


def test_a_line_for_every_parameter_and_gate():
    printed = lines(cell="lstm", steps=6)
    names = [line.split()[0] for line in printed[1:]]
    assert " ".join(names) == "W_xh i f o g W_hh i f o g b_h i f o g W_hy b_y"
    for line in printed[1:]:
        _, drawn, low, high = line.split()
        assert len(drawn) == 6
        assert float(low) <= float(high)


def test_layers_are_told_apart():
    names = [line.split()[0] for line in lines(layers=2, steps=3)[1:]]
    assert " ".join(names) == "W_xh_l0 W_hh_l0 b_h_l0 W_xh_l1 W_hh_l1 b_h_l1 W_hy b_y"


def test_faults_are_spelled_out():
    printed = lines(activation="relu", init="identity=8", steps=400, hidden=4)
    assert printed[0].endswith("not finite")
    assert any(line.startswith("W_xh") and "400 NaN: t = 1…400" in line for line in printed)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_terminal_is_overrun(width):
    for options in (
        {"cell": "gru", "steps": 200, "layers": 2},
        {"activation": "relu", "init": "identity=8", "steps": 400},
    ):
        assert max(map(cell_len, lines(True, width, **options))) <= width
