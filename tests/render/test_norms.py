"""The report as text: whole columns at any width, a sentence for each verdict, strings shown as they are."""

from dataclasses import replace
from io import StringIO
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from bptt_viz.analyses.decay import follow
from bptt_viz.analyses.norms import norm_report
from bptt_viz.cells import discover_cells
from bptt_viz.models import Request, prepare
from bptt_viz.render.norms import norms_report
from bptt_viz.render.norms_columns import SHORTEST_BAR, bars, tone, visible
from bptt_viz.render.norms_words import verdict_words
from bptt_viz.render.numbers import compact, percent, scientific, steps
from bptt_viz.results.norms import Trend


def report(cell="rnn", **options):
    return norm_report(prepare(Request(cell=cell, **options)))


def lines(found, terminal=False, width=80):
    """Return what is printed: on a terminal of that width, or into a pipe."""
    made = StringIO()
    shown = Console(file=made, width=width if terminal else 10_000, force_terminal=terminal, color_system=None)
    shown.print(norms_report(found, terminal, width))
    return [line.rstrip() for line in made.getvalue().splitlines()]


def table(printed):
    """Return heading and rows of the first table, cut at white space."""
    start = next(place for place, line in enumerate(printed) if line.split()[:1] == ["t"])
    rows = [line.split() for line in printed[start + 1 :] if line.split()[:1] and line.split()[0].isdigit()]
    return printed[start].split(), rows


@pytest.mark.parametrize("cell", discover_cells())
@pytest.mark.parametrize("layers", [1, 2])
def test_piped_tables_fit_80_columns_and_have_a_cell_under_each_heading(cell, layers):
    printed = lines(report(cell, layers=layers, steps=120))
    heading, rows = table(printed)
    assert len(rows) == 120 * layers
    assert {len(row) for row in rows} == {len(heading)}
    start = next(place for place, line in enumerate(printed) if line.split()[:1] == ["t"])
    assert max(map(cell_len, printed[start:])) <= 80
    assert "…" not in "".join(printed[start:])


def test_piped_rows_hold_the_numbers():
    found = report(steps=5)
    heading, rows = table(lines(found))
    state = found.layers[0].states[0]
    for name, series in {"‖h‖": state.value, "‖∂L/∂h‖": state.total, "local": state.local, "back": state.back}.items():
        assert [float(row[heading.index(name)]) for row in rows] == pytest.approx(series, rel=0.06)
    assert [float(row[heading.index("‖∂L_T‖")]) for row in rows] == pytest.approx(found.chain.norms, rel=0.06)
    assert [row[heading.index("×step")] for row in rows][-1] == "–"


@pytest.mark.parametrize("cell", ["rnn", "lstm"])
@pytest.mark.parametrize("width", [30, 40, 60, 79, 80, 100, 120, 200])
def test_no_terminal_cuts_a_line(cell, width):
    printed = lines(report(cell, layers=2), terminal=True, width=width)
    assert max(map(cell_len, printed)) <= width
    assert "…" not in "".join(printed)
    heading, _ = table(printed)
    assert {"t", "‖∂L_T‖"} <= set(heading)


def test_the_wider_the_terminal_the_more_columns():
    found = report("lstm")
    shown = [set(table(lines(found, True, width))[0]) - {"log10"} for width in (40, 60, 80, 120)]
    assert all(fewer < more for fewer, more in pairwise(shown))
    assert {"L_t", "‖c‖"} <= shown[-1]
    assert not {"L_t", "‖c‖"} & shown[-2]
    assert "‖∂L/∂c‖" in shown[-2]


def test_all_columns_for_pipes_are_on_a_terminal_of_80():
    for cell in ("rnn", "gru", "lstm"):
        found = report(cell)
        assert set(table(lines(found))[0]) <= set(table(lines(found, True, 80))[0])


def test_only_terminals_get_bars_and_a_key_to_the_colours():
    found = report()
    assert "█" in "".join(lines(found, True, 100))
    assert any(line.startswith("colours") for line in lines(found, True, 100))
    assert not {"█", "─"} & set("".join(lines(found)))


def test_bars_shrink_with_the_gradient():
    made = bars([10.0**-k for k in range(9)], (-8, 0), 16)
    lengths = [len(cell.plain) for cell in made.cells]
    assert lengths == sorted(lengths, reverse=True)
    assert (lengths[0], lengths[-1]) == (16, 1)
    assert made.width <= 16
    assert [cell.plain for cell in bars([0.0, float("nan"), float("inf")], (-8, 0), SHORTEST_BAR).cells] == [""] * 3


def test_strings_that_look_like_markup_are_shown_as_they_are(tmp_path):
    path = tmp_path / "[red]a[i].txt"
    path.write_text("[/b][red]\n\x1b[31mé:smile:", encoding="utf-8")
    printed = lines(report(text=str(path), steps=14))
    assert "text [red]a[i].txt" in "\n".join(printed)
    _, rows = table(printed)
    assert [row[1] for row in rows][:4] == ["[→/", "/→b", "b→]", "]→["]
    assert "\\n→\\x1b" in [row[1] for row in rows]
    assert "\x1b" not in "".join(printed)


@pytest.mark.parametrize("character", ["a", "가", "\\", "[", "é"])
def test_what_can_be_seen_is_left_alone(character):
    assert visible(character) == character


@pytest.mark.parametrize(
    ("character", "shown"),
    [(" ", "␣"), (None, "·"), ("\u0301", "◌\u0301")]
    + [(c, c.encode("unicode_escape").decode()) for c in "\n\t\x00\x1b\u200d\u202e\u3000"],
)
def test_characters_can_be_seen(character, shown):
    assert visible(character) == shown


@given(st.characters(codec="utf-8"))
def test_any_character_takes_room_and_one_line(character):
    shown = visible(character)
    assert shown.isprintable()
    assert 1 <= cell_len(shown) <= 10


@given(st.floats(0, 9e307))
def test_numbers_keep_their_size_in_seven_characters(number):
    for written in (scientific(number), compact(number)):
        assert len(written) <= 7
        assert float(written) == pytest.approx(number, rel=0.06 if 1e-99 < number < 1e99 else 0.51)


WRITTEN = {0.0: "0", 0.4683: "0.468", 12.34: "12.3", 1.0: "1.00", 998.9: "999", 999.9: "1.0e+03", 0.0123: "0.012"}
WRITTEN |= {0.00123: "1.2e-03", 1e-200: "1e-200", float("nan"): "nan", float("inf"): "inf", None: "–"}


@pytest.mark.parametrize(("number", "written"), WRITTEN.items())
def test_compact_numbers(number, written):
    assert compact(number) == written


def test_numbers_in_words():
    assert [percent(share) for share in (1, 0.5, 0.0123)] == ["100%", "50%", "1.2%"]
    assert "5e-05" in percent(5e-5)
    assert [steps(number) for number in (0.25, 2.2, 51.4, 12345)] == [
        "0.2 steps",
        "2.2 steps",
        "51 steps",
        "12,345 steps",
    ]


def test_colours_go_by_the_start():
    assert [tone(norm, 2.0) for norm in (21, 2, 0.3, 0.1, 0.001, 0.0, float("nan"), float("inf"))] == (
        ["magenta", "green", "green", "yellow", "red", "red", "bold red", "bold red"]
    )


def with_chain(norms, verdict):
    found = report(steps=len(norms))
    return replace(found, chain=follow(norms), verdict=verdict)


def powers(rate, count):
    return [rate**k for k in reversed(range(count))]


SENTENCES = [
    (powers(0.5, 25), Trend.VANISHING, "halves every 1.0 steps; it is below 1/10 of its start after 4 of 24 steps"),
    (powers(0.5, 25), Trend.VANISHING, "of 24 steps, below 1/1000 after 10."),
    (
        powers(0.85, 25),
        Trend.VANISHING,
        "after 15 of 24 steps and would be below 1/1000 after about 43; 2.0% of",
    ),
    (powers(0.6, 4), Trend.VANISHING, "it would fall below 1/10 of its start after about 5 steps; 22% of it arrives"),
    ([0, 0, 0.01, 0.1, 1.0], Trend.VANISHING, "after 2 of 4 steps, below 1/1000 after 3, and exactly 0 from step 2"),
    ([0, 0, 1.0], Trend.VANISHING, "loss is below 1/10 of its start after 1 of 2 steps, below 1/1000 after 1, and"),
    (powers(1.5, 25), Trend.EXPLODING, "doubles every 1.7 steps; it passes 10 times its start after 6 of 24 steps"),
    (powers(1.5, 25), Trend.EXPLODING, "reaches 1.7e+04 times at step 1."),
    (powers(1.5, 5), Trend.EXPLODING, "it would pass 10 times its start after about 6 steps; 506% of it arrives"),
    (powers(0.95, 25), Trend.HEALTHY, "it would fall below 1/10 of its start after about 45 steps; 29% of it arrives"),
    ([1.0] * 25, Trend.HEALTHY, "1.00 (95%: 1.00 to 1.00) at each step; a rate of 1 is within the error; 100%"),
    ([0.9, 1.0], Trend.UNDETERMINED, "2 steps are too few to tell. "),
    (
        [0.9, 1.0],
        Trend.UNDETERMINED,
        "multiplied by 0.900 at each step; a single ratio tells no trend; 90% of it",
    ),
    ([1.0], Trend.UNDETERMINED, "One time step leaves no way back"),
    ([0.0] * 5, Trend.UNDETERMINED, "No gradient leaves the last loss"),
]


@pytest.mark.parametrize(("norms", "verdict", "words"), SENTENCES)
def test_a_sentence_with_numbers_for_each_verdict(norms, verdict, words):
    found = with_chain(norms, verdict)
    assert words in verdict_words(found)
    assert verdict_words(found).endswith(".")
    assert lines(found)[0] == f"{verdict.upper()}  {verdict_words(found)}"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, ["a step back is ×", "by tanh's slope", "by W_hh (spectral radius"]),
        ({"activation": "relu"}, ["by ReLU's slope", "of the units are at 0 (dead)"]),
        ({"activation": "identity"}, ["without an activation"]),
        ({"cell": "lstm"}, ["the forget gate f is 0.73 on average", "half-life 2.2 steps", "c alone ×"]),
        ({"cell": "gru"}, ["the update gate z is 0.50 on average"]),
        ({"init": "normal=2"}, ["of the units are saturated"]),
        (
            {"layers": 2},
            [
                "layer 0: a step back",
                "by what else reads h",
                "layer 1: a step",
                "layer 0 (input side)",
                "layer 1 (read out)",
            ],
        ),
        ({"cell": "lstm", "layers": 3}, ["layer 2: h alone ×", "layer 1  ×"]),
    ],
)
def test_reasons(options, words):
    printed = "\n".join(lines(report(**options)))
    assert all(word in printed for word in words), printed


def test_the_run_is_one_line():
    run = next(line for line in lines(report("lstm", layers=2, batch=3)) if line.startswith("run"))
    assert "lstm forget_bias=1.0, H=32 layers=2 T=25 N=3, many-to-many, text sonnets, init xavier=1, seed 0" in run


def test_losses_name_their_columns():
    last = norm_report(prepare(Request(cell="lstm", steps=5)), "last")
    assert {"‖∂L_T/∂h‖", "‖∂L_T/∂c‖"} <= set(table(lines(last))[0])


MEMORIES = [
    (
        {"init": "orthogonal=0.5", "steps": 40},
        "mem  10 steps until 1/1000 of it is left; rounded away beside its start",
    ),
    ({"init": "orthogonal=0.5", "steps": 40}, "after 12 in float16, 25 in float32; underflows in float16 after 25"),
    ({"init": "orthogonal=0.9", "steps": 40}, "mem  about 66 steps until"),
    (
        {"init": "orthogonal=0.9", "steps": 70},
        "mem  66 steps until 1/1000 of it is left; rounded away beside its start",
    ),
    ({"init": "orthogonal=0.9", "steps": 70}, "after about 72 in float16, about 158 in float32; underflows"),
]


@pytest.mark.parametrize(("options", "words"), MEMORIES)
def test_memory_in_words(options, words):
    assert words in "\n".join(lines(report(activation="identity", **options)))


@pytest.mark.parametrize("options", [{"init": "orthogonal=1.2"}, {"init": "radius=2"}, {"steps": 1}])
def test_no_word_on_memory_where_no_end_is_in_sight(options):
    assert not any(line.startswith("mem") for line in lines(report(**options)))
