"""The decay taken apart and the entries by size, as they are printed."""

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from bptt_viz.analyses.norms import norm_report
from bptt_viz.models import Request, prepare
from bptt_viz.render.norms import Extras, norms_report
from bptt_viz.render.numbers import compact


def lines(found, terminal=False, width=80, **extras):
    made = StringIO()
    shown = Console(file=made, width=width if terminal else 10_000, force_terminal=terminal, color_system=None)
    shown.print(norms_report(found, terminal, width, Extras(**extras)))
    return [line.rstrip() for line in made.getvalue().splitlines()]


def report(cell="rnn", **options):
    return norm_report(prepare(Request(cell=cell, **options)), jacobians=True)


def rows(printed, heading):
    """Return the cells of the table whose first heading that is."""
    start = next(k for k, line in enumerate(printed) if line.startswith(heading))
    body = [line.split() for line in printed[start + 1 :]]
    return body[: body.index([])]


def test_each_step_shows_both_factors_and_its_jacobian():
    found = report(steps=6)
    split, sizes = found.layers[0].split, found.jacobians
    printed = rows(lines(found, why=True), "t  ×step  × slope")
    assert len(printed) == 6
    factors = (found.chain.ratios, split.by_slope, split.by_weight)
    assert printed[0][1:4] == [compact(series[0]) for series in factors]
    measured = (sizes.singular, sizes.median, sizes.smallest, sizes.radius)
    assert printed[0][-4:] == [compact(series[0]) for series in measured]
    assert printed[-1][1:4] == ["–"] * 3


@pytest.mark.parametrize(("cell", "words"), [("lstm", "came along c alone"), ("gru", "came along h alone")])
def test_gated_cells_show_the_kept_way_and_the_rest(cell, words):
    printed = "\n".join(lines(report(cell, steps=6), why=True))
    assert words in printed
    assert "the product of the last Jacobians over growing spans" in printed


def test_layers_are_taken_apart_one_by_one_and_jacobians_once():
    printed = lines(report(layers=2, steps=5), why=True)
    headings = [line for line in printed if line.startswith("layer") and "×step: of" in line]
    assert [line[:8] for line in headings] == ["layer 0:", "layer 1:"]
    assert ["σ, ρ" in line for line in headings] == [False, True]


def test_jacobians_that_would_take_long_are_said_to_be_left_out():
    printed = lines(report(hidden=300, steps=25), why=True)
    assert "the Jacobians are left out" in printed[-1]
    assert not any("σ max" in line for line in printed)


def test_one_time_step_has_nothing_to_take_apart():
    printed = lines(report(steps=1), why=True)
    assert not any("growing spans" in line for line in printed)


def test_entries_show_a_histogram_and_spell_out_what_is_not_finite():
    sound = lines(report("lstm", steps=5), entries=True)
    assert [line for line in sound if "entries of" in line] == [f"the 32 entries of ∂L/∂{s}_t by size" for s in "hc"]
    assert any("█" in line for line in sound)
    broken = "\n".join(lines(report(activation="relu", init="identity=8", steps=400), entries=True))
    assert "NaN" in broken


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru", "peephole"])
def test_a_terminal_of_80_columns_cuts_nothing(cell):
    printed = lines(report(cell, steps=12, layers=2), terminal=True, why=True, entries=True)
    assert max(map(cell_len, printed)) <= 80
    assert not any(line[-1:] == "…" for line in printed)
