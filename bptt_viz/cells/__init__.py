"""The recurrent cells, one a file; every file that defines one is found by scanning the folder."""

from importlib import import_module
from inspect import isabstract, isclass
from pkgutil import iter_modules

from bptt_viz.cells.interface import Cell, Parameter, State, Values, described

# What people type for the classes whose names differ.
_SHORT = {"vanillarnn": "rnn", "peepholelstm": "peephole"}


def discover_cells() -> dict[str, type[Cell]]:
    """Return every concrete cell of this folder by the name that the command line uses."""
    found: dict[str, type[Cell]] = {}
    for module in iter_modules(__path__):
        for member in vars(import_module(f"{__name__}.{module.name}")).values():
            if isclass(member) and issubclass(member, Cell) and not isabstract(member):
                found[_SHORT.get(member.__name__.lower(), member.__name__.lower())] = member
    return dict(sorted(found.items()))


__all__ = ["Cell", "Parameter", "State", "Values", "described", "discover_cells"]
