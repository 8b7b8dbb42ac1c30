"""Pictures of unrolled networks, and of whatever was recorded on a tape."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Literal

from bptt_viz.adapters.drawing import picture_named
from bptt_viz.analyses.graph import Choice, Clip, Truncation, record
from bptt_viz.console.shown import Shown, Ways
from bptt_viz.errors import UsageError
from bptt_viz.models import Request
from bptt_viz.pictures import Drawing, of_rollout
from bptt_viz.render.graph import FORMATS, graph_bytes
from bptt_viz.render.graph_text import graph_text
from bptt_viz.render.theme import THEMES
from bptt_viz.results.graph import GraphView
from bptt_viz.weights import prepare

_HINT = "For the picture, name a file: -o graph.svg"


def graph(
    request: Request,
    wanted: Drawing,
    choice: Choice,
    theme: str = "auto",
    tick: Callable[[float], None] = lambda _: None,
) -> Shown[GraphView]:
    """Draw a model of ours, or the PyTorch model that its name means.

    Args:
        request: the model.
        wanted: what the picture shows.
        choice: which steps and parts.
        theme: the paper: `auto`, `light` or `dark`.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: the model cannot be run or drawn, or an option does not fit.
        MissingError: PyTorch is needed and not installed.
    """
    foreign = picture_named(request, wanted)
    if foreign is not None:
        demand_plain(choice, request.cell)
        return shown(foreign, theme)
    prepared = prepare(request)
    options = asdict(prepared.request) | wanted.options | asdict(choice)
    ran = options | {name: Path(options[name]).name for name in ("cell", "text")}
    return shown(of_rollout(record(prepared, choice.truncation), wanted, ran, choice, tick), theme)


def choice_of(
    fold: int | None = None,
    no_fold: bool = False,
    focus: tuple[str, ...] = (),
    compact: bool = False,
    hide: tuple[str, ...] = (),
    truncate: str | None = None,
    truncation: Literal["chunked", "true"] = "chunked",
    loss: str | None = None,
    clip_norm: float | None = None,
    clip_value: float | None = None,
) -> Choice:
    """Return what the options of `graph` choose.

    Raises:
        UsageError: they contradict each other or make no sense.
    """
    if fold is not None and no_fold:
        raise UsageError("--fold and --no-fold contradict each other")
    cut = None if truncate is None else Truncation.parse(truncate, truncation)
    clip = None if clip_norm is None and clip_value is None else Clip(clip_norm, clip_value)
    return Choice(0 if no_fold else fold, focus, compact, hide, cut, loss, clip)


def demand_plain(choice: Choice, what: str) -> None:
    """Refuse to choose steps and parts of what is drawn as it is.

    Raises:
        UsageError: something is chosen.
    """
    if choice != Choice():
        raise UsageError(
            f"folding, hiding, truncating and the like are for models of ours; {what} is drawn as it was recorded"
        )


def shown(view: GraphView, theme: str = "auto") -> Shown[GraphView]:
    """Return a picture with the ways to show it, on some paper."""
    files = {form: partial(graph_bytes, view, form, THEMES.get(theme)) for form in FORMATS}
    ways = Ways(view.title, lambda terminal, _: graph_text(view, _HINT if terminal else ""), files)
    return Shown("graph", view, view.provenance, ways)
