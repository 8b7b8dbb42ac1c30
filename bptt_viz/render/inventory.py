"""The inventory as text."""

from collections.abc import Mapping
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bptt_viz.results.inventory import (
    CellEntry,
    Entry,
    InitialisationEntry,
    ModelEntry,
    OptionEntry,
    PrimitiveEntry,
    TextEntry,
    TopologyEntry,
)

Sections = Mapping[str, Mapping[str, Entry]]
"""By kind and name."""

_SYMBOLS = {"g": "ḡ", "y": "y", "a": "a", "b": "b", "c": "c"}


def inventory_overview(sections: Sections) -> RenderableType:
    """Return every name, by kind."""
    grid = _grid({"style": "bold"}, {"overflow": "fold"})
    for kind, entries in sections.items():
        grid.add_row(kind, ", ".join(entries))
    return Group(grid, Text(), Text("`bptt-viz list KIND` tells more about one kind."))


def inventory_section(entries: Mapping[str, Entry], terminal: bool) -> RenderableType:
    """Return everything about the entries of one kind: a line each; on a terminal, cells and models get paragraphs."""
    described = {name: _described(entry) for name, entry in entries.items()}
    if terminal and all(isinstance(entry, CellEntry | ModelEntry) for entry in entries.values()):
        return _paragraphs(described)
    *headings, last = next(iter(described.values()))
    grid = _grid({"style": "bold"}, *({"no_wrap": True} for _ in headings), {"overflow": "fold"})
    grid.add_row(*(Text(heading, style="dim") for heading in ("name", *headings, last)))
    for name, about in described.items():
        grid.add_row(name, *(text or "–" for text in about.values()))
    return grid


def _paragraphs(described: Mapping[str, Mapping[str, str]]) -> RenderableType:
    grid = _grid({"style": "bold"}, {})
    for place, (name, about) in enumerate(described.items()):
        rows = _grid({"style": "dim"}, {"overflow": "fold"})
        for heading, text in about.items():
            if text:
                rows.add_row(heading, text)
        if place:
            grid.add_row()
        grid.add_row(name, rows)
    return grid


def _grid(*columns: Mapping[str, Any]) -> Table:
    grid = Table.grid(padding=(0, 2, 0, 0))
    for column in columns:
        grid.add_column(**column)
    return grid


def _described(entry: Entry) -> dict[str, str]:
    """Return what there is to say about an entry, by heading; the longest last."""
    match entry:
        case CellEntry():
            options = ", ".join(_option(name, option) for name, option in entry.options.items())
            states, gates = ", ".join(entry.states), ", ".join(entry.gates)
            return {"states": states, "gates": gates, "options": options, "in short": entry.summary}
        case ModelEntry():
            options = ", ".join(_option(name, option) for name, option in entry.options.items())
            made = f"{entry.cell}, {entry.layers} layer{'s' * (entry.layers > 1)}"
            return {"unless said": made, "data": entry.data, "options": options, "in short": entry.summary}
        case TopologyEntry():
            return {"inputs": _row("x", entry.inputs, entry), "outputs": _row("y", entry.outputs, entry)}
        case InitialisationEntry():
            return {"value": f"{entry.value:g}", "recurrent weights": entry.summary}
        case PrimitiveEntry():
            return {"symbol": entry.symbol, "cotangents of its parents": _rule(entry)}
        case TextEntry():
            return {"characters": str(entry.characters), "different": str(entry.vocabulary), "opening": entry.opening}


def _option(name: str, option: OptionEntry) -> str:
    others = [choice for choice in option.choices if choice != option.default]
    return f"{name}={option.default}" + (f" (or {', '.join(others)})" if others else "")


def _row(letter: str, steps: tuple[int, ...], entry: TopologyEntry) -> str:
    return " ".join(f"{letter}_{t}" if t in steps else " · " for t in range(1, entry.steps + 1))


def _rule(entry: PrimitiveEntry) -> str:
    """Return the cotangent of each parent a, b …; ḡ is that of the result y."""
    filled = [template.removeprefix("*").format_map(_SYMBOLS) for template in entry.rule]
    return (
        filled[0]
        if len(filled) == 1
        else ";  ".join(f"{parent}: {text}" for parent, text in zip("abc", filled, strict=False))
    )
