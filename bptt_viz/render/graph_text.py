"""Graphs in words, for terminals and for readers who cannot see the picture."""

import math

from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.results.graph import GraphNode, GraphView


def graph_text(view: GraphView, hint: str = "") -> Text:
    """Return what the picture's nodes say, step by step.

    Args:
        view: the picture.
        hint: a last line.
    """
    lines = [view.title]
    told = sorted((node for node in view.nodes if node.tooltip), key=_when)
    for place in dict.fromkeys(map(_place, told)):
        lines += ["", place]
        lines += [f"  {_line(node)}" for node in told if _place(node) == place]
    return Text("\n".join(map(shown, [*lines, "", hint] if hint else lines)))


def _when(node: GraphNode) -> tuple[float, int]:
    return math.inf if node.t is None else node.t, node.fold.last if node.fold else 0


def _place(node: GraphNode) -> str:
    if node.fold:
        return f"steps {node.fold.first} to {node.fold.last}"
    return "all steps" if node.t is None else f"step {node.t}"


def _line(node: GraphNode) -> str:
    first, *more = node.tooltip.split("\n")
    itself = node.fold or node.kind in {"op", "gate", "stack"} or first.startswith(node.label.split("\n")[0])
    name = first if itself else f"{node.label}: {first}"
    return "; ".join([name, *filter(None, map(str.strip, more))])
