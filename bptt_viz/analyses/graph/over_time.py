"""Pictures of a whole run, at step and gate level: from what was asked for to what is drawn."""

from collections.abc import Callable, Sequence

import numpy as np

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.choice import Choice, demand_plain, demand_stacks, is_stack, planned, possible_columns
from bptt_viz.analyses.graph.clip_marks import draw_clips
from bptt_viz.analyses.graph.gate_level import GateLevel
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.network import draw_network
from bptt_viz.analyses.graph.step_level import draw_steps, step_grid
from bptt_viz.analyses.graph.timeline import Column, hidden
from bptt_viz.analyses.graph.truncation import Plan
from bptt_viz.analyses.graph.unrolled import Unrolled
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout
from bptt_viz.results.graph import Level

_PIECES = 200
"""How many nodes and edges a folded picture has at the most if that is in its hands; as SVG they take 60 kB."""

Draw = Callable[[Sequence[Column]], Unrolled]
Width = Callable[[Sequence[Column]], float]


def draw_over_time(rollout: Rollout, level: Level, gradients: bool, choice: Choice) -> tuple[Canvas, str]:
    """Return the drawing of all steps, and what a title says of them.

    Args:
        rollout: a model, recorded with the cuts of its truncation.
        level: step or gate.
        gradients: draw the norms of what flows back.
        choice: what is drawn.

    Raises:
        UsageError: the model is no stack of layers, or the choice does not fit it.
    """
    canvas, told = _drawn(rollout, level, gradients, choice)
    if choice.clip:
        if not gradients or "weights" in choice.hidden:
            raise UsageError(
                "--clip-norm and --clip-value mark the gradients of weights: add --gradients, hide no weights"
            )
        draw_clips(canvas, rollout, choice.clip)
    return canvas, told


def _drawn(rollout: Rollout, level: Level, gradients: bool, choice: Choice) -> tuple[Canvas, str]:
    plan = planned(rollout, choice)
    norms = _norms(rollout, plan) if gradients else None
    if level is Level.STEP and not is_stack(rollout):
        demand_plain(choice)
        told = ", ".join([f"T = {rollout.steps}", *([choice.truncation.told] if choice.truncation else [])])
        return draw_network(rollout, norms), told
    demand_stacks(rollout)
    draw, width = (
        _by_gates(rollout, norms, plan, choice) if level is Level.GATE else _by_steps(rollout, norms, plan, choice)
    )
    for columns in possible_columns(rollout, choice, norms, width):
        drawing = draw(columns)
        if not hidden(columns) or len(drawing.canvas.nodes) + len(drawing.canvas.edges) <= _PIECES:
            break
    parts = [f"T = {rollout.steps}"]
    parts += [f"{hidden(columns)} folded"] if hidden(columns) else []
    parts += [choice.truncation.told] if choice.truncation else []
    return drawing.canvas, ", ".join(parts)


def _norms(rollout: Rollout, plan: Plan) -> Gradients:
    seeds = {rollout.losses[t]: np.ones((), rollout.losses[t].value.dtype) for t in plan.seeded}
    return Gradients(rollout, seeds, plan.reach.arrived if plan.reach else None)


def _by_steps(rollout: Rollout, norms: Gradients | None, plan: Plan, choice: Choice) -> tuple[Draw, Width]:
    fan = plan.reach.n if plan.reach else 0

    def draw(columns: Sequence[Column]) -> Unrolled:
        grid = step_grid(rollout, columns, choice.is_compact, fan, choice.hidden)
        return draw_steps(rollout, grid, norms, plan, choice.hidden)

    return draw, lambda columns: step_grid(rollout, columns, choice.is_compact).width


def _by_gates(rollout: Rollout, norms: Gradients | None, plan: Plan, choice: Choice) -> tuple[Draw, Width]:
    gates = GateLevel(rollout, norms, plan)
    return lambda columns: gates.draw(columns, choice.hidden), lambda columns: gates.grid(columns).width
