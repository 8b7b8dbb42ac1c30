"""The picture of a recorded rollout at a level of detail."""

from collections.abc import Callable, Sequence

import numpy as np

from bptt_viz.analyses.graph.canvas import Canvas
from bptt_viz.analyses.graph.choice import Choice, parsed_steps
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.op_level import draw_panels
from bptt_viz.analyses.graph.over_time import draw_over_time
from bptt_viz.analyses.graph.rollout_sections import rollout_sections
from bptt_viz.analyses.graph.steps import NO_NUMBERS, Detail, Step, steps_of
from bptt_viz.analyses.graph.truncation import Truncation
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.graph import GraphView, Level, Scale
from bptt_viz.results.lettering import clean
from bptt_viz.results.provenance import Provenance
from bptt_viz.tape.collector import paused_collector


@np.errstate(all="ignore")  # what is not finite is drawn as such
def record(prepared: Prepared, truncation: Truncation | None = None) -> Rollout:
    """Record the forward pass so that backward passes reach the inputs too, as a picture of the gradients needs.

    Args:
        prepared: the model.
        truncation: where the gradient through time is cut; nowhere if left out.

    Raises:
        UsageError: the truncation does not fit the number of steps.
    """
    cuts = truncation.cuts(prepared.model.pattern.steps) if truncation else ()
    return prepared.run(cuts=cuts, differentiate_inputs=True)


@paused_collector()
@np.errstate(all="ignore")
def graph_view(
    rollout: Rollout,
    level: Level,
    provenance: Provenance,
    at: str | None = None,
    gradients: bool = False,
    tick: Callable[[float], None] | None = None,
    detail: Detail = NO_NUMBERS,
    scale: Scale | None = None,
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
        detail: numbers to write along the wires at op level.
        scale: of the backward edges; from the smallest norm in the picture to the largest if left out.
        choice: what is drawn at step and gate level.

    Raises:
        UsageError: steps or numbers are asked for at another level than op; steps are no step or range, or lie outside
            1 … T; there is a scale for backward edges that are not asked for.
    """
    if scale and not gradients:
        raise UsageError("--scale is for the arrows of --gradients")
    choice = choice or Choice()
    if level is not Level.OP:
        if at is not None:
            raise UsageError("--at chooses steps for --level op; at other levels --focus names steps not to be folded")
        if detail != NO_NUMBERS:
            raise UsageError("--values and --norms write numbers along the wires of --level op")
        canvas, told = draw_over_time(rollout, level, gradients, choice)
        return canvas.finish(level, title_of(rollout, told), provenance, scale)
    if choice != Choice():
        raise UsageError("--level op takes its steps by --at; it folds, hides and truncates nothing")
    norms = Gradients(rollout) if gradients or detail.values or detail.norms else None
    shown = shown_steps(at, rollout)
    which = f"step {shown[0]}" if len(shown) == 1 else f"steps {shown[0]} to {shown[-1]}"
    steps = steps_of(rollout_sections(rollout, shown), norms, detail, tick)
    canvas = draw_panels(steps, gradients)
    explain(canvas, steps[-1:], "the gradient of L", "the next step")
    return canvas.finish(level, title_of(rollout, f"{which} of {rollout.steps}"), provenance, scale)


def explain(canvas: Canvas, steps: Sequence[Step], gradient: str, elsewhere: str) -> None:
    """Add to the legend what the texts of some panels mean.

    Args:
        canvas: the picture.
        steps: the panels.
        gradient: what red texts tell.
        elsewhere: where ★ comes from.
    """
    canvas.explain("value", "h", "a value on its way forward")
    canvas.explain("gradient", "dh", f"{gradient} on its way back")
    marks = {mark: onward for step in steps for mark, onward in step.marks.items()}
    layers = "" if all(marks.values()) else " of its layer"
    entering = [wire.gradient.partition(" of ")[0] for step in steps for wire in step.scheme.entering]
    others = [mark for mark in (*marks, *entering) if mark.startswith("☆")]
    stars = [mark for mark in marks if mark.startswith("★")]
    told = (stars, f"what comes back from {elsewhere}{layers}"), (others, "what goes back to other steps than these")
    for found, text in told:
        if found:
            canvas.explain("gradient", ", ".join(dict.fromkeys(mark.partition("^")[0] for mark in found)), text)


def shown_steps(at: str | None, rollout: Rollout, option: str = "--at") -> range:
    """Return the steps that `at` names, from 1 to T.

    Args:
        at: one step, a range, or None for the last step with an output and a step behind it.
        rollout: a recorded model.
        option: what the user calls it.

    Raises:
        UsageError: it is no step and no range, or lies outside 1 … T.
    """
    steps = rollout.steps
    if at is not None:
        return parsed_steps(option, at, steps)
    told = [t for t in rollout.pattern.outputs if t < steps]
    return range(max(told, default=steps), max(told, default=steps) + 1)


def title_of(rollout: Rollout, end: str) -> str:
    """Return a picture's title: the model in short, and what is shown of it."""
    cell, layers = rollout.layers[0].cell, len({run.depth for run in rollout.layers if not run.backward})
    parts = [clean(type(cell).__name__), rollout.pattern.name, f"H = {cell.hidden_size}"]
    return " · ".join([*parts, f"{layers} layers", end] if layers > 1 else [*parts, end])
