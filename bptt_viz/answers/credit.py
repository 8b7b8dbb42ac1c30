"""The credit matrix, and the saliency of one output."""

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Literal

from bptt_viz.analyses.credit import credit as analyse
from bptt_viz.analyses.saliency import saliency as analyse_saliency
from bptt_viz.console.output import provenance
from bptt_viz.console.shown import Shown, Ways, figure_of, figured
from bptt_viz.models import Request
from bptt_viz.render.credit import credit_csv, credit_head, credit_report, credit_table
from bptt_viz.render.credit_colours import parse_scale
from bptt_viz.render.fragment import fragment
from bptt_viz.render.saliency import saliency_csv, saliency_report
from bptt_viz.render.saliency_page import saliency_page
from bptt_viz.results.credit import Credit
from bptt_viz.results.saliency import Saliency
from bptt_viz.weights import prepare

if TYPE_CHECKING:
    pass

Of = Literal["score", "loss"]

_LISTED = 60
"""Up to so many steps a notebook shows every number below the picture."""


def credit(
    request: Request,
    state: str | None = None,
    layer: int | None = None,
    scale: str | None = None,
    tick: Callable[[float], None] = lambda _: None,
) -> Shown[Credit]:
    """Measure how far back each loss reaches.

    Args:
        request: the model.
        state: whose gradients: a state of the cell, or `joint`; None for the one that is read out.
        layer: whose states, from 0 next to the input; None for the last layer.
        scale: ends of the colours, `MIN:MAX`; None fits them.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: the model cannot be run, or has no such state or layer.
    """
    ends = parse_scale(scale)
    found = analyse(prepare(request), state, layer, tick)

    return figured(
        "credit",
        found,
        provenance("credit", {**asdict(found.run), "state": found.state, "layer": found.layer, "scale": ends}),
        found.finding,
        lambda: credit_csv(found),
        lambda boxed, _: credit_report(found, boxed, ends),
        lambda: (credit_head(found), credit_table(found) if found.steps <= _LISTED else None),
        figure=partial(figure_of, "credit", found, ends),
    )


def saliency(request: Request, step: int, of: Of, normalise: bool, scale: str | None = None) -> Shown[Saliency]:
    """Measure which characters of the text one output depends on.

    Args:
        request: the model.
        step: K, the output's step.
        of: `score` or `loss`.
        normalise: divide by the largest value.
        scale: ends of the colours, `MIN:MAX`; None for the usual ones.

    Raises:
        UsageError: the model cannot be run, or has no output there.
    """
    ends = parse_scale(scale)
    found = analyse_saliency(prepare(request), step, of, normalise)
    ran = provenance("credit", {**asdict(found.run), "saliency": step, "of": of, "normalise": normalise})
    files = {
        "html": lambda: saliency_page(found, ran, ends).encode(),
        "csv": lambda: saliency_csv(found).encode(),
    }
    ways = Ways(
        found.finding,
        lambda boxed, _: saliency_report(found, boxed, ends),
        files,
        lambda: fragment(saliency_report(found, True, ends)),
    )
    return Shown("saliency", found, ran, ways)
