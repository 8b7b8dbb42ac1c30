"""What the columns of the per-step table say: headings, meanings and cells."""

from collections.abc import Iterable, Sequence
from math import floor, inf, isfinite, log10
from typing import NamedTuple
from unicodedata import category

from rich.cells import cell_len
from rich.text import Text

from bptt_viz.render.numbers import compact, scientific
from bptt_viz.results.norms import GONE, GROWN, LOST, LayerNorms, NormReport

EXTRA = 10
"""Columns of this rank and above are for wide terminals."""

CHAIN = "‖∂L_T‖"
BARS = "log10"
SHORTEST_BAR, LONGEST_BAR = len(BARS), 20
_DECADES = 3
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_LIMITS = {"tanh": "|tanh| > .97", "sigmoid": "σ < .03 or > .97", "relu": "ReLU at 0"}


class Column(NamedTuple):
    """One column.

    Attributes:
        heading: its heading, without spaces.
        meaning: what the legend says about it; empty if the legend leaves it out.
        cells: one a time step.
        rank: columns of the largest rank go first where the terminal is narrow, those of rank 0 never.
    """

    heading: str
    meaning: str
    cells: list[Text]
    rank: int

    @property
    def width(self) -> int:
        """Width in terminal cells."""
        return max(cell_len(text) for text in (self.heading, *(cell.plain for cell in self.cells)))


def columns(report: NormReport, layer: LayerNorms) -> list[Column]:
    """Return all columns of a layer's table, in order."""
    return [*_steps(report, layer), *_gradients(report, layer), *_last(layer), *_spread(report, layer), *_units(layer)]


def _steps(report: NormReport, layer: LayerNorms) -> list[Column]:
    pairs = ((report.inputs[t - 1], report.targets[t - 1]) for t in layer.steps)
    read = Column("x→y", "input and target character", _cells(f"{visible(x)}→{visible(y)}" for x, y in pairs), 2)
    losses = Column("L_t", "loss at t", _cells(compact(report.losses[t - 1]) for t in layer.steps), EXTRA + 1)
    return [
        Column("t", "", _cells(map(str, layer.steps)), 0),
        *([read] if any(report.inputs) or any(report.targets) else []),
        *([losses] if any(loss is not None for loss in report.losses) else []),
    ]


def _gradients(report: NormReport, layer: LayerNorms) -> list[Column]:
    first, *others = layer.states
    loss, whole = ("L_T", "the last loss") if report.loss == "last" else ("L", "L = Σ L_t, all losses")
    back = _cells(map(scientific, first.back))
    parts = [
        Column("local", "of that, what comes from inside step t", _cells(map(scientific, first.local)), 3),
        Column("back", f"of that, what comes back through time, from {_next(layer)} on", back, 3),
    ]
    return [
        *(_size(state.name, state.value, rank) for state, rank in zip(layer.states, (5, EXTRA + 2), strict=False)),
        Column(f"‖∂{loss}/∂{first.name}‖", f"gradient of {whole}", _cells(map(scientific, first.total)), 1),
        *parts,
        *(Column(f"‖∂{loss}/∂{s.name}‖", "", _cells(map(scientific, s.total)), 4) for s in others),
    ]


def _next(layer: LayerNorms) -> str:
    """Return the step from which gradients come back to step t."""
    return "t − 1" if layer.backward else "t + 1"


def _size(name: str, norms: Sequence[float], rank: int) -> Column:
    return Column(f"‖{name}‖", "", _cells(map(compact, norms)), rank)


def _last(layer: LayerNorms) -> list[Column]:
    chain, loss = layer.chain, "first" if layer.backward else "last"
    names = ", ".join(f"{state.name}_t" for state in layer.states)
    ratios = _cells(map(compact, chain.ratios))
    tones = [Text(scientific(norm), tone(norm, chain.norms[-1])) for norm in chain.norms]
    return [
        Column(CHAIN, f"gradient of the {loss} loss alone, by {names}; decides the verdict", tones, 0),
        Column("×step", f"{CHAIN} at t over that at {_next(layer)}: what one step back leaves", ratios, 1),
    ]


def _spread(report: NormReport, layer: LayerNorms) -> list[Column]:
    """Return the quantiles over draws and rows, where there are several."""
    if report.spread is None:
        return []
    band = report.spread.layers[report.layers.index(layer)]
    shown = (f"{scientific(low)}…{scientific(high)}" for low, high in zip(band.low, band.high, strict=True))
    return [
        Column(
            "10…90%",
            f"{CHAIN} of each row and draw, of its own last loss: 10 % and 90 % quantile",
            _cells(shown),
            EXTRA,
        )
    ]


def _units(layer: LayerNorms) -> list[Column]:
    return [*([_idle(layer)] if layer.activations else []), *([_weight(layer)] if layer.recurrent else [])]


def _idle(layer: LayerNorms) -> Column:
    kinds = {activation.kind for activation in layer.activations}
    limits = ", ".join(said for kind, said in _LIMITS.items() if kind in kinds)
    shown = [Text(f"{share:.0%}", "yellow" if share >= 0.5 else "") for share in layer.idle]
    heading = "dead" if kinds == {"relu"} else "sat"
    return Column(heading, f"units that pass hardly any gradient: {limits}", shown, 6)


def _weight(layer: LayerNorms) -> Column:
    names = ", ".join(layer.recurrent)
    return Column("‖dW‖", f"step t's share of the gradient of {names}", _cells(map(scientific, layer.weight)), 7)


def _cells(texts: Iterable[str]) -> list[Text]:
    return [Text(text) for text in texts]


def visible(character: str | None) -> str:
    """Return a character as something that shows on one line: ␣, an escape, ◌ under a mark, · for none; words stay."""
    if character is None:
        return "·"
    if character == " ":
        return "␣"
    if not character.isprintable():
        return character.encode("unicode_escape").decode()
    return f"◌{character}" if category(character[0]).startswith("M") else character


def tone(norm: float, start: float) -> str:
    """Return the colour of a gradient that has started with the norm `start`."""
    if not isfinite(norm):
        return "bold red"
    if norm > GROWN * start:
        return "magenta"
    if norm >= LOST * start:
        return "green"
    return "yellow" if norm >= GONE * start else "red"


Scale = tuple[float, float]
"""Logarithms to base 10 of the norms that an empty and a full bar stand for."""


def scale(report: NormReport) -> Scale | None:
    """Return a scale for the bars of all layers, of three decades or more; None if there is nothing to draw."""
    seen = [log10(norm) for layer in report.layers for norm in layer.chain.norms if 0 < norm < inf]
    return (floor(min(*seen, max(seen) - _DECADES)), max(seen)) if seen else None


def bars(norms: Sequence[float], between: Scale, length: int) -> Column:
    """Return the logarithms of `norms` as bars; zero and what is not finite get none.

    Args:
        norms: by time step; colours go by the last.
        between: the scale.
        length: of a full bar, in cells.
    """
    low, top = between
    cells = [
        Text(_blocks((log10(norm) - low) / (top - low), length), tone(norm, norms[-1])) if 0 < norm < inf else Text()
        for norm in norms
    ]
    return Column(BARS, f"{CHAIN} as bars, from 1e{low:+.0f} to {scientific(10**top)}", cells, 0)


def _blocks(share: float, length: int) -> str:
    full, rest = divmod(max(1, round(share * length * 8)), 8)
    return "█" * full + _EIGHTHS[rest].strip()
