"""The inventory as text."""

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.tables import table
from bptt_viz.results.inventory import Inventory


def inventory_table(found: Inventory, boxed: bool) -> RenderableType:
    """Return the cells as a table and the other names as lists."""
    rows = [
        (name, ", ".join(f"{option}={default}" for option, default in entry.options.items()), entry.summary)
        for name, entry in found.cells.items()
    ]
    cells = table(("cell", "options", "equations"), rows, boxed)
    for column in cells.columns:
        column.justify = "left"
    cells.columns[-1].no_wrap = False
    lists = [
        Text(f"{label}: {', '.join(names)}")
        for label, names in (
            ("topologies", found.topologies),
            ("initialisations", found.initialisations),
            ("primitives", found.primitives),
            ("texts", found.texts),
        )
    ]
    return Group(cells, Text(), *lists)
