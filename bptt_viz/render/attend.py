"""Attention maps as text: shades over the grid for each word, and a line a word; and the estimator's report."""

import csv
import io
from collections.abc import Iterator

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from bptt_viz.render.norms_columns import visible
from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.attend import Attended, Attending, Estimate, Look
from bptt_viz.results.norms import Run

_SHADES = " ░▒▓█"
_LARGEST = 16
"""Rows or columns of a grid up to which it is drawn in text."""


def attend_report(found: Attending, boxed: bool) -> RenderableType:
    """Return the finding, what was run, and for each row of the data its maps and a line a word."""
    head = [Text(found.finding, "bold"), Text(described(found.run), "dim"), *_mass(found)]
    return Group(*head, *(part for each in found.shown for part in _row(found, each, boxed)))


def described(run: Run) -> str:
    """Say in one line what was run."""
    options = "".join(f" {name}={value}" for name, value in run.options.items())
    return f"{run.cell}{options}, H={run.hidden} T={run.steps}, data {run.text}, seed {run.seed}"


def _mass(found: Attending) -> Iterator[Text]:
    if found.mass is not None and found.mass.words:
        m = found.mass
        yield Text(
            f"{m.words:,} words of {m.rows:,} fresh rows name a place: α there is {m.named:.3f} in the mean"
            f" (even: {m.uniform:.3f}), and the largest of all for {m.largest:.1%} of them",
            "dim",
        )


def _row(found: Attending, each: Attended, boxed: bool) -> Iterator[RenderableType]:
    yield Text()
    wrote = tuple(look.word for look in each.looks)
    said = Text(" ".join(map(visible, wrote)) or "(nothing)", "bold")
    if each.question:
        said = Text.assemble((f"{each.question}? ", "not bold"), said)
    if wrote != each.truth:
        said.append(f"   ✗ {' '.join(map(visible, each.truth))}", "not bold")
    yield said
    if max(found.grid) <= _LARGEST and found.grid[0] > 1:
        yield Maps(found, each)
        yield Text()
    yield table(["t", "word", "most at", "α", *_headings(found)], _lines(found, each), boxed)


def _headings(found: Attending) -> list[str]:
    named = any(look.named is not None for each in found.shown for look in each.looks)
    return (["drawn"] if found.attention == "hard" else []) + (["names", "α there"] if named else [])


def _lines(found: Attending, each: Attended) -> list[list[str]]:
    lines = []
    for t, look in enumerate(each.looks, start=1):
        top = int(look.weights.argmax())
        cells = [str(t), visible(look.word), place_name(found, top), f"{look.weights[top]:.3f}"]
        if "drawn" in _headings(found):
            cells.append("–" if look.chosen is None else place_name(found, look.chosen))
        if "names" in _headings(found):
            there = look.named is not None
            cells += (
                [place_name(found, look.named or 0), f"{look.weights[look.named or 0]:.3f}"] if there else ["–", "–"]
            )
        lines.append(cells)
    return lines


def place_name(found: Attending, place: int) -> str:
    """Return what a place is called: its row and column, or its number and symbol in a text."""
    if found.places:
        return f"{place + 1} {visible(found.places[place])}"
    row, column = divmod(place, found.grid[1])
    return f"{row + 1},{column + 1}"


class Maps:
    """The grids of all words side by side, in bands where the terminal is too narrow for all of them."""

    def __init__(self, found: Attending, each: Attended) -> None:
        self._grid, self._looks = found.grid, each.looks

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the words, and below them a line for each row of the grid."""
        width = max(2 * self._grid[1] + 2, *(cell_len(visible(look.word)) + 2 for look in self._looks), 4)
        count = max(1, min(options.max_width, 200) // width)
        for first in range(0, len(self._looks), count):
            band = self._looks[first : first + count]
            yield Text("".join(_padded(visible(look.word), width) for look in band).rstrip(), no_wrap=True)
            for row in range(self._grid[0]):
                yield Text("".join(_padded(self._line(look, row), width) for look in band), no_wrap=True)

    def _line(self, look: Look, row: int) -> str:
        columns = self._grid[1]
        top = float(look.weights.max()) or 1.0
        cells = []
        for place in range(row * columns, (row + 1) * columns):
            share = float(look.weights[place]) / top
            mark = _SHADES[min(len(_SHADES) - 1, round(share * (len(_SHADES) - 1)))]
            cells.append("◆◆" if place == look.chosen else "··" if mark == " " else mark * 2)
        return "".join(cells)


def _padded(text: str, width: int) -> str:
    return text + " " * (width - cell_len(text))


def attend_csv(columns: dict[str, list[object]]) -> str:
    """Return every weight, one a line."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()


def estimate_report(found: Estimate, boxed: bool) -> RenderableType:
    """Return the finding, what was run, the estimate of each parameter's gradient, and the variances."""
    ran = (
        f"{described(found.run)}; one random image of {found.places} places and {found.words} words:"
        f" {found.paths:,} sequences of places, enumerated"
    )
    rows = [
        [p.name, scientific(p.exact), scientific(p.off), scientific(p.error), f"{p.ratio:.2f}"]
        for p in (*found.parameters, found.whole)
    ]
    ways = [
        [v.name, scientific(v.value), f"{v.relative:.2%}", "–" if v.bias is None else scientific(v.bias)]
        for v in found.variances
    ]
    return Group(
        Text(found.finding, "bold"),
        Text(ran, "dim"),
        Text(),
        table(["gradient of", "‖exact‖", "‖mean − exact‖", "standard error", "ratio"], rows, boxed),
        Text(),
        table(["estimator", "variance", "of the first", "bias by enumeration"], ways, boxed),
    )
