"""Collects what the package offers by name."""

from dataclasses import fields
from importlib import import_module
from typing import Any, get_args, get_type_hints

from bptt_viz import initialisation, topologies
from bptt_viz.cells import Cell, discover_cells
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Architecture, discover_models, own_options
from bptt_viz.ops import discover_primitives
from bptt_viz.results.inventory import (
    CellEntry,
    InitialisationEntry,
    Inventory,
    ModelEntry,
    OptionEntry,
    PrimitiveEntry,
    TextEntry,
    TopologyEntry,
)
from bptt_viz.texts import EMBEDDED, read_text

_SHOWN_STEPS = 4


def inventory() -> Inventory:
    """Return every cell, model, topology, initialisation, primitive and embedded text."""
    return Inventory(
        cells={name: _cell(make) for name, make in discover_cells().items()},
        models={name: _model(make) for name, make in discover_models().items()},
        topologies={name: _topology(name) for name in topologies.NAMES},
        initialisations={name: _initialisation(name) for name in initialisation.NAMES},
        primitives={name: PrimitiveEntry(found.symbol, found.rule) for name, found in discover_primitives().items()},
        texts={name: _text(name) for name in EMBEDDED},
    )


def _cell(make: type[Cell]) -> CellEntry:
    return CellEntry(_first_line(make), make.states, make.gates, _options(make, Cell))


def _model(make: type[Architecture]) -> ModelEntry:
    options = _options(make, Architecture)
    data = "text" if make.reads_text else make.own_data or options["task"].default
    about = _first_line(import_module(make.__module__))
    return ModelEntry(about, _first_line(make), make.default_cell, make.default_layers, data, options)


def _options(make: type[Any], base: type[Any]) -> dict[str, OptionEntry]:
    hints, own = get_type_hints(make), own_options(make, base)
    return {f.name: OptionEntry(_typed(f.default), _choices(hints[f.name])) for f in fields(make) if f.name in own}


def _typed(value: Any) -> str:
    """Return an option's value as it is typed after `--set NAME=`."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choices(kind: Any) -> tuple[str, ...]:
    return ("true", "false") if kind is bool else tuple(map(str, get_args(kind)))


def _topology(name: str) -> TopologyEntry:
    made = topologies.pattern(name, _SHOWN_STEPS)
    return TopologyEntry(made.steps, made.inputs, made.outputs)


def _initialisation(name: str) -> InitialisationEntry:
    return InitialisationEntry(_first_line(getattr(initialisation, name)), Initialisation.parse(name).value)


def _text(name: str) -> TextEntry:
    text = read_text(name)
    return TextEntry(len(text), len(set(text)), text.splitlines()[0])


def _first_line(documented: object) -> str:
    return (documented.__doc__ or "").strip().splitlines()[0]
