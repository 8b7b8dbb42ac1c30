"""Recording a model, and pictures of models and of whatever was recorded."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, Unpack

from numpy.typing import ArrayLike

from bptt_viz.adapters.drawing import draw_torch
from bptt_viz.analyses.graph import Choice
from bptt_viz.analyses.graph import record as record_prepared
from bptt_viz.answers import graph as of_graph
from bptt_viz.api.reading import (
    ModelOptions,
    demand_no_example,
    demand_no_options,
    demand_torch,
    is_name,
    of_model,
    with_model_options,
)
from bptt_viz.commands.graph import graph as graph_command
from bptt_viz.commands.spectrum import spectrum as plain_command
from bptt_viz.console.shown import Shown
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout
from bptt_viz.pictures import Drawing, of_nodes, of_rollout
from bptt_viz.results.graph import GraphView
from bptt_viz.tape import Node
from bptt_viz.weights import prepare

Several = str | Sequence[str] | None
_OF_DRAWINGS = ("level", "at", "gradients", "scale", "values", "norms")
_OF_CHOICES = (
    "fold",
    "no_fold",
    "focus",
    "compact",
    "hide",
    "truncate",
    "truncation",
    "loss",
    "clip_norm",
    "clip_value",
)


@with_model_options
def record(model: Any, **options: Unpack[ModelOptions]) -> Rollout:
    """Record the forward pass of a model on a tape.

    Args:
        model: a cell's or model's name, `file.py:ClassName`, or a class derived from `Cell`.
        options: of the model, as above.

    Returns:
        What was recorded, with `loss`, `losses` by step, `parameters` by name, `layers` with their states and the
        weights as used at each step. `backward(rollout.tape, {rollout.loss: 1.0})` has the gradient of all of them.

    Raises:
        UsageError: there is no such model or option, a value does not fit, or the model cannot be run.
    """
    request, _ = of_model(plain_command, model, {}, options)
    return record_prepared(prepare(request))


@with_model_options
def graph(
    what: Any,
    example: Any = (),
    criterion: Callable[[Any], Any] | None = None,
    *,
    level: Literal["step", "gate", "op"] = "step",
    at: int | str | None = None,
    gradients: bool = False,
    scale: str | None = None,
    values: bool = False,
    norms: bool = False,
    theme: Literal["auto", "light", "dark"] = "auto",
    fold: int | None = None,
    no_fold: bool = False,
    focus: Several = None,
    compact: bool = False,
    hide: Several = None,
    truncate: int | str | None = None,
    truncation: Literal["chunked", "true"] = "chunked",
    loss: int | str | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
    seeds: Mapping[Node, ArrayLike] | None = None,
    title: str = "",
    **options: Unpack[ModelOptions],
) -> Shown[GraphView]:
    """Draw an unrolled network by time steps, gates or operations, or the operations of a computation of one's own.

    A notebook shows the picture; `save` writes .svg, .png, .pdf or .dot. A tape whose nodes were recorded under times
    (`with tape.at(t=3): …`) gets a panel a time step, any other one panel.

    Args:
        what: a cell's or model's name, `file.py:ClassName`, or a class derived from `Cell`; what `record` returns; one
            or several nodes of a tape; or a PyTorch module.
        example: of a PyTorch module: its input, or a tuple of its inputs; without them an example is looked for.
        criterion: of a PyTorch module: takes what it returns; gives L, or one L_t a time step.
        level: `step`, one node a cell; `gate`, its gates; `op`, every operation of some steps. Nodes of a tape and
            modules without layers of PyTorch's have operations alone.
        at: steps at op level: 5, `"3:6"`, `"3:"` or `":"`; a telling one if left out.
        gradients: draw what flows back, wider and in a stronger colour the larger its norm.
        scale: norms at the ends of the gradients' scale, such as `"1e-3:10"`, to compare pictures.
        values: write numbers along the wires at op level; of large arrays the range.
        norms: write norms along the wires at op level.
        theme: the paper: `light`, `dark`, or `auto` for what the reader prefers.
        fold: fold all but the first and the last so many steps, from 1 on; as fits a page if left out.
        no_fold: draw every step.
        focus: steps that are not folded: `"40"` or `"40:42"`, one or several.
        compact: draw each cell as its new state.
        hide: leave out `input`, `output`, `loss` or `weights`, one or several.
        truncate: carry errors back so many steps; `"7+6+6"` cuts pieces of these lengths.
        truncation: `chunked`, to the start of their piece; `true`, so many steps from each error.
        loss: carry back the errors of these steps alone: 25, `"14:"`.
        clip_norm: mark where the summed gradients are clipped to this norm, all together.
        clip_value: mark where every entry of them is held between minus and plus this.
        seeds: of nodes that are arrays, the gradients with which the backward pass begins; numbers begin with 1.
        title: of the picture of nodes.
        options: of the model, as above.

    Returns:
        The picture as data, with `nodes`, `edges`, `title` and more.

    Raises:
        UsageError: there is no such model or option, a value does not fit, or there is nothing to draw.
        MissingError: PyTorch is needed and not installed.
    """
    given = dict(locals())
    own = {name: given[name] for name in (*_OF_DRAWINGS, *_OF_CHOICES, "theme")}
    is_named = is_name(what)
    if not is_named:
        demand_no_options(what, options)
    request, asked = of_model(graph_command, what if is_named else "", own, options)
    wanted = Drawing(**{name: asked[name] for name in _OF_DRAWINGS})
    choice = of_graph.choice_of(
        **{name: asked[name] for name in _OF_CHOICES}
        | {"focus": tuple(asked["focus"] or ()), "hide": tuple(asked["hide"] or ()), "truncation": truncation}
    )
    paper = asked["theme"].value
    if is_named:
        demand_no_example(what, example, criterion)
        return of_graph.graph(request, wanted, choice, paper)
    return of_graph.shown(_drawn(what, example, criterion, wanted, choice, seeds, title), paper)


def _drawn(
    what: Any,
    example: Any,
    criterion: Callable[[Any], Any] | None,
    wanted: Drawing,
    choice: Choice,
    seeds: Mapping[Node, ArrayLike] | None,
    title: str,
) -> GraphView:
    """Draw what is no name of a model."""
    if isinstance(what, Rollout):
        if choice.truncation is not None:
            raise UsageError("--truncate cuts what is recorded; name the model in place of its rollout")
        return of_rollout(what, wanted, choice=choice)
    of_graph.demand_plain(choice, "what is no model of ours")
    if isinstance(what, Node) or (isinstance(what, Sequence) and all(isinstance(each, Node) for each in what)):
        return of_nodes(what, wanted, seeds, title)
    demand_torch(what)
    return draw_torch(what, example, criterion, wanted, title)
