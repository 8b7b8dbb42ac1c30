"""`bptt-viz list`: what there is."""

from bptt_viz.console.options import Json, Output


def list_(json: Json = False, output: Output = None) -> None:
    """List the cells with their options, the topologies, initialisations, primitives and embedded texts.

    Example: bptt-viz list
    """
    from bptt_viz.analyses.inventory import inventory
    from bptt_viz.console.output import console, emit, provenance
    from bptt_viz.render.inventory import inventory_table
    from bptt_viz.render.json_document import document

    found = inventory()
    emit(
        document("list", found, provenance("list", {})) if json else inventory_table(found, console().is_terminal),
        output,
    )
