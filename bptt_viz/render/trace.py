"""The backward pass of a step as a table for terminals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.results.trace import Numbers, Row, Trace

# Narrower than this, numbers stand below the formula that they belong to.
_WIDE = 112

Cells = Sequence[Text]


@dataclass(frozen=True)
class TraceReport:
    """The pass from the loss back, a block an operation: what comes in, and what goes out to each operand.

    Attributes:
        found: the pass.
        boxed: draw rules and break lines, as for a terminal.
    """

    found: Trace
    boxed: bool

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        yield Text(shown(self.found.title), "bold")
        yield Text()
        yield self._table(apart=not self.boxed or options.max_width >= _WIDE)
        yield Text()
        yield Text(_legend(self.found))

    def _table(self, apart: bool) -> Table:
        made = Table(box=box.SIMPLE_HEAD if self.boxed else None, pad_edge=False, show_edge=False)
        for heading in ("operation", "local derivative", "cotangent", *(["numbers"] if apart else [])):
            made.add_column(heading, no_wrap=not self.boxed)
        rows = self.found.rows
        # What is given is told with the operation that uses it, unless several do.
        told = [row for row in rows if row.symbol] + [row for row in rows if not row.symbol and len(row.arrivals) > 1]
        for row in told:
            for cells in _block(row):
                made.add_row(*_fitted(cells, apart))
        return made


def _fitted(cells: Cells, apart: bool) -> Cells:
    """Put the numbers below the cotangent where there is no room beside it."""
    if apart:
        return cells
    operation, derivative, cotangent, numbers = cells
    return operation, derivative, Text("\n").join([cotangent, numbers] if numbers.plain else [cotangent])


def _block(row: Row) -> Iterator[Cells]:
    """Yield the lines of one value: its shares if it has several, what comes in, what goes out."""
    if len(row.arrivals) > 1:
        yield _head("fork", "joins its parts" if row.joins else f"sums {len(row.arrivals)} shares")
        for k, share in enumerate(row.arrivals):
            text = share.text if row.joins or not k else f"+ {share.text}"
            yield _line("from", share.source, "", text, share.numbers)
    if row.symbol:
        yield _head(row.symbol, row.rule)
    yield _line("in", row.value, "", row.cotangent, row.numbers)
    for sent in row.sends:
        if sent.numbers is not None:
            yield _line("to", sent.target, sent.derivative, sent.text, sent.numbers)


def _head(symbol: str, rule: str) -> Cells:
    return Text.assemble((symbol, "bold"), f"  {rule}"), Text(), Text(), Text()


def _line(way: str, value: str, derivative: str, cotangent: str, numbers: Numbers) -> Cells:
    named = Text.assemble(f"  {way} ", (shown(value), "green"))
    return named, Text(shown(derivative)), Text(shown(cotangent), "red"), Text(numbers.text)


def _legend(found: Trace) -> str:
    marks = {share.text.partition("^")[0] for row in found.rows for share in row.arrivals if share.text[:1] in "★☆"}
    told = f"; {', '.join(sorted(marks))}: what comes back from other steps" if marks else ""
    return f"·: the cotangent that comes in{told}"
