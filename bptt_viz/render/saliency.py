"""Saliency as text: the characters themselves coloured on a terminal, else one character and value a line."""

import csv
import io
from collections.abc import Iterator
from math import isfinite

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.style import Style
from rich.text import Text

from bptt_viz.render.credit_colours import BROKEN, Scale, ink_on, viridis
from bptt_viz.render.norms_columns import visible
from bptt_viz.render.numbers import scientific
from bptt_viz.results.saliency import Saliency

USUAL = Scale(1e-4, 1.0)
"""The same for every run, so that colours mean the same in every picture."""

_WIDEST = 100


def saliency_report(found: Saliency, terminal: bool, scale: Scale | None = None) -> RenderableType:
    """Return the finding, what was asked, and the text: coloured on a terminal, else a value a line.

    Args:
        found: the values.
        terminal: draw it in colours, as wide as the terminal.
        scale: values that the ends of the colours stand for.
    """
    head = [Text(found.finding, "bold"), Text(described(found), "dim"), Text()]
    return Group(*head, *([SaliencyText(found, scale or USUAL)] if terminal else _numbers(found)))


def described(found: Saliency) -> str:
    """Say in a line what was run and what is shown."""
    run = found.run
    options = "".join(f" {name}={value}" for name, value in run.options.items())
    return (
        f"{found.symbol}, p({visible(found.target)}) = {found.probability:.3g}; {run.cell}{options}, H={run.hidden}"
        f" T={run.steps}, {run.topology}, text {run.text}, {run.drawn}, {run.dtype}"
    )


def _numbers(found: Saliency) -> Iterator[Text]:
    edge = len(str(found.run.steps))
    yield Text(f"{'t':>{edge}}  {'x':<4}{'value':>8}")
    for t, (character, value) in enumerate(zip(found.inputs, found.values, strict=True), start=1):
        name = visible(character)
        line = f"{t:>{edge}}  {name}{' ' * (4 - cell_len(name))}{scientific(float(value)):>8}"
        yield Text(line + ("  ← the output" if t == found.step else ""))


class SaliencyText:
    """The text for rich to print, each character on the colour of its value."""

    def __init__(self, found: Saliency, scale: Scale) -> None:
        self.found = found
        self.scale = scale

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the text, broken where it breaks or the terminal ends, and the key; numbers if there are no colours."""
        if console.color_system is None or console.no_color:
            yield from _numbers(self.found)
            return
        yield from self._lines(min(options.max_width, _WIDEST))
        yield Text()
        yield _key(self.found, self.scale)

    def _lines(self, width: int) -> Iterator[Text]:
        line = Text(no_wrap=True)
        for t, character in enumerate(self.found.inputs, start=1):
            name = _shown(character)
            if line.cell_len + cell_len(name) > width:
                yield line
                line = Text(no_wrap=True)
            line.append(name, self._style(t))
            if t == self.found.step:
                line.append(f"→{visible(self.found.target)}", "bold underline")
            if character == "\n":
                yield line
                line = Text(no_wrap=True)
        if line.plain:
            yield line

    def _style(self, t: int) -> Style:
        value = float(self.found.values[t - 1])
        if value == 0:
            return Style(dim=True)
        shade = viridis(self.scale.share(value)) if isfinite(value) else BROKEN
        return Style(color=ink_on(shade), bgcolor=shade)


def _shown(character: str | None) -> str:
    """Return a character as it stands in running text."""
    return {" ": " ", "\n": "↵"}.get(character or "", visible(character))


def _key(found: Saliency, scale: Scale) -> Text:
    key = Text(f"{found.symbol}  {scientific(scale.low)} ", no_wrap=True)
    for place in range(24):
        key.append(" ", Style(bgcolor=viridis(place / 23)))
    key.append(f" {scientific(scale.high)}   ")
    key.append("exactly 0", "dim")
    return key


def saliency_csv(found: Saliency) -> str:
    """Return every value: t, the character, the value, written so that it reads back as it is."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("t", "character", "value"))
    for t, (character, value) in enumerate(zip(found.inputs, found.values, strict=True), start=1):
        writer.writerow((t, "" if character is None else character, repr(float(value))))
    return stream.getvalue()
