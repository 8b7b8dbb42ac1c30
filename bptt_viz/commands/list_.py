"""`bptt-viz list`: what there is."""

from typing import Annotated

import typer

from bptt_viz.console.options import Json, Output
from bptt_viz.errors import UsageError

_KINDS = ("cells", "models", "topologies", "initialisations", "primitives", "texts")


def list_(
    kind: Annotated[str | None, typer.Argument(metavar="[KIND]", help=f"One of {', '.join(_KINDS)}.")] = None,
    json: Json = False,
    output: Output = None,
) -> None:
    """List cells, models, topologies, initialisations, primitives and texts.

    Prints what may stand for MODEL and in the options of all commands; cells of the user's own are not among it.

    Example: bptt-viz list cells
    See also: check, doctor, docs/index.md
    """
    if kind is not None and kind not in _KINDS:
        raise UsageError(f"unknown kind {kind!r}; choose from {', '.join(_KINDS)}")
    from bptt_viz.analyses.inventory import inventory
    from bptt_viz.console.output import emit, provenance, to_terminal
    from bptt_viz.render.inventory import inventory_overview, inventory_section
    from bptt_viz.render.json_document import document

    found = inventory()
    sections = {each: getattr(found, each) for each in _KINDS if kind in {None, each}}
    if json:
        emit(document("list", sections, provenance("list", {"kind": kind})), output)
    elif kind is None:
        emit(inventory_overview(sections), output)
    else:
        emit(inventory_section(sections[kind], to_terminal(output)), output)
