"""The picture of any recorded computation."""

from collections.abc import Mapping, Sequence

import numpy as np

from bptt_viz.analyses.graph.gradients import TapeGradients
from bptt_viz.analyses.graph.op_level import draw_panels
from bptt_viz.analyses.graph.steps import NO_NUMBERS, Detail, steps_of
from bptt_viz.analyses.graph.tape_sections import tape_sections
from bptt_viz.analyses.graph.view import explain
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.results.graph import GraphView, Level, Scale
from bptt_viz.results.lettering import clean
from bptt_viz.results.provenance import Provenance
from bptt_viz.tape import Node
from bptt_viz.tape.collector import paused_collector


@paused_collector()
def tape_view(
    results: Sequence[Node],
    provenance: Provenance,
    title: str = "",
    gradients: bool = False,
    detail: Detail = NO_NUMBERS,
    scale: Scale | None = None,
    seeds: Mapping[Node, Array] | None = None,
) -> GraphView:
    """Return a picture of all that some results depend on.

    Args:
        results: of one tape; a backward pass begins at all of them.
        provenance: what was run; goes into the picture's metadata.
        title: what it shows; the results' names if left out.
        gradients: add backward edges.
        detail: numbers to write along the wires.
        scale: of the backward edges; from the smallest norm in the picture to the largest if left out.
        seeds: the gradients of results that are arrays; those of numbers are 1.

    Raises:
        UsageError: there is no result, one is of another tape or is given rather than computed, or gradients are asked
            for and a result that is an array has no seed.
    """
    _check(results)
    numbers = _gradients(results, seeds or {}) if gradients or detail != NO_NUMBERS else None
    steps = steps_of(tape_sections(results), numbers, detail)
    canvas = draw_panels(steps, gradients)
    names = ", ".join(map(_name, results))
    explain(canvas, steps, f"the gradient of {'the results' if len(results) > 1 else names}", "further on")
    count = sum(part.kind == "op" for step in steps for part in step.scheme.parts)
    return canvas.finish(Level.OP, clean(title) or f"{names} · {count} operations", provenance, scale)


def _name(node: Node) -> str:
    name = clean(node.name) or node.primitive.name
    return name if node.scope.t is None else f"{name}_{node.scope.t}"


def _check(results: Sequence[Node]) -> None:
    if not results:
        raise UsageError("there is nothing to draw: name at least one result")
    for node in results:
        if node.home is not results[0].home:
            raise UsageError(f"{node!r} is of another tape than {results[0]!r}; a picture shows one tape")
        if not node.parents:
            raise UsageError(f"{node!r} is given, not computed: nothing leads to it")


def _gradients(results: Sequence[Node], seeds: Mapping[Node, Array]) -> TapeGradients:
    found = dict(seeds)
    for node in results:
        if node not in found and node.value.ndim:
            raise UsageError(f"{node!r} is an array: give the gradient that its backward pass begins with in `seeds`")
        found.setdefault(node, np.ones((), node.value.dtype))
    return TapeGradients(results[0].tape, found)
