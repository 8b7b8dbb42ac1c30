"""‖dW_t‖ of every parameter and gate: one line each, drawn over time."""

from collections.abc import Sequence
from itertools import pairwise
from math import inf, isfinite, log10

from rich.console import RenderableType
from rich.text import Text

from bptt_viz.render.numbers import scientific
from bptt_viz.render.tables import table
from bptt_viz.results.norms import NormReport
from bptt_viz.results.norms_parameters import ParameterNorms

_LEVELS = "▁▂▃▄▅▆▇█"
_NOTHING, _BROKEN = "·", "×"
_LONGEST, _SHORTEST = 60, 8
LEGEND = "‖dW_t‖: what step t adds to each gradient; drawn as a logarithm from its own min to max; · is 0, × not finite"
_NUMBERS = 2 * 9 + 4  # columns for min and max, and gaps


def parameters_table(report: NormReport, terminal: bool, width: int) -> RenderableType:
    """Return one line a parameter and gate: a curve of log ‖dW_t‖ over time, its ends, and what is not finite.

    Args:
        report: what was measured.
        terminal: draw rules, and make the curves as long as fits.
        width: of the terminal, in cells.
    """
    named = [(_name(one, layer.ending), one) for layer in report.layers for one in layer.parameters]
    named += [(_name(one, ""), one) for one in report.readout]
    faults = [_fault(one) for _, one in named]
    taken = _NUMBERS + max(len(name) for name, _ in named) + max(map(len, faults))
    length = max(_SHORTEST, min(_LONGEST, report.run.steps, width - taken))
    heading = f"‖dW_t‖, t = 1…{report.run.steps}"
    rows = [_row(name, one, fault, length) for (name, one), fault in zip(named, faults, strict=True)]
    columns = ["", heading if length >= len(heading) else "‖dW_t‖", "min", "max"]
    bad = any(faults)
    made = table([*columns, *(["not finite"] if bad else [])], [row[: 5 if bad else 4] for row in rows], terminal)
    made.columns[1].justify = "left"
    made.padding = (0, 1 if terminal else 2, 0, 0)
    return made


def _row(name: str, one: ParameterNorms, fault: str, length: int) -> list[str | Text]:
    ends = ["–" if end is None else scientific(end) for end in (one.smallest, one.largest)]
    return [name, sparkline(one.norms, length), *ends, Text(fault, "bold red")]


def _name(one: ParameterNorms, ending: str) -> str:
    return f"{one.name}{ending}" if one.gate is None else f"  {one.gate}"


def _fault(one: ParameterNorms) -> str:
    if one.first is None:
        return ""
    counted = ", ".join(f"{count} {what}" for count, what in ((one.nan, "NaN"), (one.infinite, "Inf")) if count)
    return f"{counted}: t = {one.first}" + (f"…{one.last}" if one.last != one.first else "")


def sparkline(norms: Sequence[float], length: int) -> Text:
    """Return the logarithms of `norms` between their smallest and largest, in at most `length` characters.

    A dot stands for 0, a cross for what is not finite. Where several steps share a character it shows what is not
    finite, else the largest.
    """
    shown = [_largest(part) for part in _shared(norms, length)]
    logs = [log10(norm) for norm in shown if 0 < norm < inf]
    low, high = min(logs, default=0.0), max(logs, default=0.0)
    made = Text()
    for norm in shown:
        made.append(*_character(norm, low, high))
    return made


def _shared(norms: Sequence[float], length: int) -> list[Sequence[float]]:
    count = min(length, len(norms))
    ends = [k * len(norms) // count for k in range(count + 1)]
    return [norms[start:end] for start, end in pairwise(ends)]


def _largest(part: Sequence[float]) -> float:
    return next((norm for norm in part if not isfinite(norm)), max(part))


def _character(norm: float, low: float, high: float) -> tuple[str, str]:
    if not isfinite(norm):
        return _BROKEN, "bold red"
    if norm == 0:
        return _NOTHING, "dim"
    share = (log10(norm) - low) / (high - low) if high - low > 1e-9 else 0.5
    return _LEVELS[round(share * (len(_LEVELS) - 1))], ""
