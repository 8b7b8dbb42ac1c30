"""Graphs in words, for terminals and for readers who cannot see the picture."""

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
    told = [node for node in view.nodes if node.tooltip]
    for t in dict.fromkeys(node.t for node in told):
        lines += ["", "all steps" if t is None else f"step {t}"]
        lines += [f"  {_line(node)}" for node in told if node.t == t]
    return Text("\n".join(map(shown, [*lines, "", hint] if hint else lines)))


def _line(node: GraphNode) -> str:
    first, *more = node.tooltip.split("\n")
    name = first if first.startswith(node.label) or node.kind == "op" else f"{node.label}: {first}"
    return "; ".join([name, *filter(None, map(str.strip, more))])
