"""The axes of an unrolled network: time to the right, depth upwards."""

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.layout.paths import straight
from bptt_viz.analyses.graph.time_grid import TimeGrid
from bptt_viz.results.graph import GraphEdge

_BELOW = 25.0
"""Between what is drawn and the axis of time."""


def draw_axes(canvas: Canvas, grid: TimeGrid, floor: float, time: bool = True) -> None:
    """Draw arrows for depth and time, with their names at the tips.

    Args:
        canvas: what to draw on.
        grid: where everything stands.
        floor: the lower end of what is drawn.
        time: whether time gets an axis.
    """
    left, low = grid.rows[0].state_x(-1) - 51, floor - _BELOW
    high, right = grid.rows[-1].top + 17, grid.rows[0].state_x(len(grid.columns) - 1) + 20
    for name, end, text in (
        ("depth", (left, high), (left - 14, high + 12)),
        ("time", (right, low), (right + 6, low)),
    )[: 2 if time else 1]:
        canvas.edges.append(GraphEdge(f"axis-{name}", "", "", "axis", straight((left, low), end)))
        canvas.write(name, "note", *text)
