"""The picture of a recorded rollout at a level of detail."""

from collections.abc import Callable

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.choice import Choice, parsed_steps, shown_columns
from bptt_viz.analyses.graph.gate_level import GateLevel
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.op_level import draw_ops
from bptt_viz.analyses.graph.step_level import draw_steps, step_grid
from bptt_viz.analyses.graph.timeline import hidden
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.graph import GraphView, Level
from bptt_viz.results.lettering import clean
from bptt_viz.results.provenance import Provenance


def record(prepared: Prepared) -> Rollout:
    """Record the forward pass so that backward passes reach the inputs too, as a picture of the gradients needs."""
    return prepared.run(differentiate_inputs=True)


def graph_view(
    rollout: Rollout,
    level: Level,
    provenance: Provenance,
    at: str | None = None,
    gradients: bool = False,
    tick: Callable[[float], None] | None = None,
    choice: Choice | None = None,
) -> GraphView:
    """Return a picture of what was recorded.

    Args:
        rollout: a recorded model.
        level: all time steps with one node a cell or its gates, or every operation of some steps.
        provenance: what was run; goes into the picture's metadata.
        at: the steps at op level: `5`, `3:6`, `3:` or `:`; by default the last with an output and a step behind it.
        gradients: add backward edges whose width and colour tell the norm of what crosses them.
        tick: takes the finished share, between 0 and 1.
        choice: what is drawn at step and gate level.

    Raises:
        UsageError: steps are chosen at another level, are no step or range, or lie outside 1 … T.
    """
    norms = Gradients(rollout) if gradients else None
    if level is not Level.OP:
        if at is not None:
            raise UsageError("--at chooses steps for --level op; at other levels --focus names steps not to be folded")
        canvas, shown = _unrolled(rollout, level, norms, choice or Choice())
        return canvas.finish(level, _title(rollout, shown), provenance)
    chosen = shown_steps(at, rollout)
    which = f"step {chosen[0]}" if len(chosen) == 1 else f"steps {chosen[0]} to {chosen[-1]}"
    canvas = draw_ops(rollout, chosen, norms, tick or _ignore)
    return canvas.finish(level, _title(rollout, f"{which} of {rollout.steps}"), provenance)


def _unrolled(rollout: Rollout, level: Level, norms: Gradients | None, choice: Choice) -> tuple[Canvas, str]:
    """Return the drawing of all steps, and what the title says of them."""
    if level is Level.GATE:
        gates = GateLevel(rollout, norms)
        columns = shown_columns(rollout, choice, norms, lambda tried: gates.grid(tried).width)
        drawing = gates.draw(columns, choice.hidden)
    else:
        columns = shown_columns(
            rollout, choice, norms, lambda tried: step_grid(rollout, tried, choice.is_compact).width
        )
        drawing = draw_steps(rollout, step_grid(rollout, columns, choice.is_compact), norms, choice.hidden)
    folded = hidden(columns)
    return drawing.canvas, f"T = {rollout.steps}" + (f", {folded} folded" if folded else "")


def _ignore(share: float) -> None:
    pass


def shown_steps(at: str | None, rollout: Rollout) -> range:
    """Return the steps that `at` names, from 1 to T; without it the last with an output and a step behind it.

    Raises:
        UsageError: it is no step and no range, or lies outside 1 … T.
    """
    steps = rollout.steps
    if at is not None:
        return parsed_steps("--at", at, steps)
    told = [t for t in rollout.pattern.outputs if t < steps]
    return range(max(told, default=steps), max(told, default=steps) + 1)


def _title(rollout: Rollout, end: str) -> str:
    cell, layers = rollout.layers[0].cell, len(rollout.layers)
    parts = [clean(type(cell).__name__), rollout.pattern.name, f"H = {cell.hidden_size}"]
    return " · ".join([*parts, f"{layers} layers", end] if layers > 1 else [*parts, end])
