"""From requests to a report: every analysis of each run, and the checks of their gradients."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from pathlib import Path
from shlex import quote
from typing import TypeVar

import numpy as np

from bptt_viz.analyses.activations import activations
from bptt_viz.analyses.credit import credit
from bptt_viz.analyses.curves import VANILLA, curves
from bptt_viz.analyses.graph import Choice, graph_view, record
from bptt_viz.analyses.norms import norm_report
from bptt_viz.analyses.playback import playback
from bptt_viz.analyses.side_by_side import compared
from bptt_viz.analyses.spectrum import spectrum
from bptt_viz.cells import Cell
from bptt_viz.checking.run import CheckRequest, check_model
from bptt_viz.checking.shapes import DEFAULT_SHAPES
from bptt_viz.errors import UsageError
from bptt_viz.models import Architecture, Prepared, Request, cell_class, own_options, target_class
from bptt_viz.models.rollout import Rollout
from bptt_viz.results.check import Check
from bptt_viz.results.curves import Curves, CurvesSetting
from bptt_viz.results.graph import Level, Scale
from bptt_viz.results.provenance import Provenance
from bptt_viz.results.report import Absent, Flow, Report, Subject
from bptt_viz.weights import prepare

Found = TypeVar("Found")
Tick = Callable[[float], None]
Asked = tuple[str, Request]
"""What a model is called, and what it stands for."""

_SEEDS, _LONGEST_CURVE = 5, 50
_PLAIN, _ROUTED = 120, 210
"""Up to so many cells a picture has every step: of a stack that runs forward, of other models."""
_ENDS, _SHORT = 6, 16
"""How many steps a longer picture has at its beginning and end, and how many altogether where it cannot be folded."""


@np.errstate(all="ignore")  # what is not finite is shown as such, not by NumPy's warnings
def measured(asked: Sequence[Asked], ran: Provenance, tick: Tick = lambda _: None) -> Report:
    """Return all that is known of each run.

    Args:
        asked: one or two runs.
        ran: what the pictures say of where they come from.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: a model cannot be made or run.
    """
    shares = [tick if len(asked) == 1 else _part(tick, k, len(asked)) for k in range(len(asked))]
    subjects = [_subject(each, len(asked), ran, share) for each, share in zip(asked, shares, strict=True)]
    if len(subjects) == 1:
        return Report(subjects[0].norms.verdict.value, tuple(subjects))
    words = compared(*((each.label, each.norms) for each in subjects))
    return Report(words, tuple(_on_one_scale(asked, subjects, ran)))


def _part(tick: Tick, place: int, count: int) -> Tick:
    return lambda share: tick((place + share) / count)


def _subject(asked: Asked, count: int, ran: Provenance, tick: Tick) -> Subject:
    """Measure one run; what a model cannot have is told, and the rest is there."""
    text, request = asked
    prepared = prepare(request)
    norms = norm_report(prepared, jacobians=False)
    tick(0.2)
    rollout = record(prepared)
    flow = _or_absent(lambda: _flow(rollout, request, count, ran))
    tick(0.4)
    reach = _or_absent(lambda: credit(prepared))
    rates = _or_absent(lambda: spectrum(prepared))
    tick(0.6)
    fading = _or_absent(lambda: _curves(prepared, norms.run.hidden))
    tick(0.8)
    checked = _or_absent(lambda: _check(request))
    tick(1.0)
    made = activations(prepared, rollout)
    return Subject(_label(text), _arguments(request), norms, flow, reach, made, fading, rates, checked)


def _or_absent(make: Callable[[], Found]) -> Found | Absent:
    try:
        return make()
    except UsageError as error:
        return Absent(str(error))


def _label(text: str) -> str:
    """Return what a model is called: a file without its folder."""
    name, dash, options = text.partition(" -")
    return Path(name).name + dash + options


def _arguments(request: Request) -> str:
    """Return the words that stand for a request on the command line."""
    words = [_quoted(request.cell)]
    for each in fields(Request):
        value = getattr(request, each.name)
        if each.name not in {"cell", "settings"} and value != each.default:
            words += [f"--{each.name}", _quoted(str(value))]
    words += [word for name, value in request.settings.items() for word in ("--set", _quoted(f"{name}={value}"))]
    return " ".join(words)


def _quoted(word: str) -> str:
    """Return a word as a shell takes it; a file without its folder, for the page is not tied to a machine."""
    return quote(Path(word).name if "/" in word else word)


def _flow(rollout: Rollout, request: Request, count: int, ran: Provenance, scale: Scale | None = None) -> Flow:
    """Draw a run. Of a long one the picture is folded; of a model that cannot be, it is that of a shorter run."""
    shown, columns = rollout, rollout.steps * rollout.rows * count
    if _is_routed(rollout) and columns > _ROUTED:
        shown = record(prepare(replace(request, steps=_SHORT)))
    choice = Choice(_ENDS if columns > _PLAIN and not _is_routed(rollout) else 0)
    whole = graph_view(shown, Level.STEP, ran, gradients=True, scale=scale, choice=choice)
    step = graph_view(rollout, Level.OP, ran, gradients=True)
    return Flow(whole, playback(whole), step, shown.steps if shown.steps < rollout.steps else None)


def _is_routed(rollout: Rollout) -> bool:
    """Tell whether a picture's arrows have to be routed one by one: it is no plain stack of layers that run forward."""
    return bool(rollout.modules) or any(run.backward or run.name for run in rollout.layers)


def _on_one_scale(asked: Sequence[Asked], subjects: Sequence[Subject], ran: Provenance) -> list[Subject]:
    """Draw the pictures of several runs again with the colours of their gradients on one scale."""
    scales = [each.flow.whole.scale for each in subjects if isinstance(each.flow, Flow)]
    known = [scale for scale in scales if scale is not None]
    if len(known) < len(subjects):
        return list(subjects)
    common = Scale(min(scale.low for scale in known), max(scale.high for scale in known))
    return [
        replace(each, flow=_flow(record(prepare(request)), request, len(asked), ran, common))
        for each, (_, request) in zip(subjects, asked, strict=True)
    ]


def _curves(prepared: Prepared, hidden: int) -> Curves:
    """Measure the model's cell with weights of several spectral radii."""
    request, target = prepared.request, target_class(prepared.request.cell)
    settings, name = dict(request.settings), request.cell
    if issubclass(target, Architecture):
        name = settings.get("cell", target.default_cell)
    kept = own_options(cell_class(name), Cell)
    own = {option: value for option, value in settings.items() if option in kept}
    activation = own.pop("activation", None) if name == VANILLA else None
    setting = CurvesSetting(
        cells=(name,),
        activations=(request.activation or activation or "tanh",),
        seeds=_SEEDS,
        hidden=hidden,
        steps=min(prepared.model.pattern.steps, _LONGEST_CURVE),
        text=(request.text or "sonnets") if prepared.model.reads_text else "sonnets",
        seed=request.seed,
        dtype=request.dtype,
        settings=own if name != VANILLA else {},
    )
    return curves(setting)


def _check(request: Request) -> Check:
    """Check the model, at small sizes if no weight file settles them."""
    shapes = tuple(shape for shape in DEFAULT_SHAPES if request.topology != "delayed" or shape.steps > 1)
    return check_model(
        CheckRequest(
            request.cell,
            layers=request.layers,
            activation=request.activation,
            settings=request.settings,
            topology=request.topology if not issubclass(target_class(request.cell), Architecture) else None,
            init=request.init,
            seed=request.seed,
            shapes=shapes,
            weights=request.weights,
        )
    )
