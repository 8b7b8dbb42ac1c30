"""The per-step gradient report of a model of ours, or of a PyTorch model."""

from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from bptt_viz.adapters.recording import record_named, record_torch
from bptt_viz.analyses.norms import norm_report
from bptt_viz.analyses.norms_baseline import compare, read_baseline
from bptt_viz.console.output import provenance
from bptt_viz.console.shown import Shown, figured
from bptt_viz.errors import UsageError
from bptt_viz.models import Request
from bptt_viz.render.json_document import SCHEMA_VERSION
from bptt_viz.render.norms import Extras, norms_head, norms_numbers, norms_report
from bptt_viz.render.norms_csv import norms_csv
from bptt_viz.render.norms_words import verdict_words
from bptt_viz.results.norms import NormReport

if TYPE_CHECKING:
    pass

_PLAIN = Extras()
Tick = Callable[[float], None]
Which = Literal["all", "last"]


def norms(
    request: Request,
    loss: Which = "all",
    seeds: int = 1,
    extras: Extras = _PLAIN,
    baseline: Path | None = None,
    jacobians: bool = False,
    tick: Tick = lambda _: None,
) -> Shown[NormReport]:
    """Measure a model.

    Args:
        request: the model; its name may be that of a PyTorch model.
        loss: whose gradient the per-step norms are about: all losses, or the last one.
        seeds: how often the weights are drawn.
        extras: what the report shows besides.
        baseline: a document to compare with.
        jacobians: measure what only a JSON document and `extras.why` show; else it is measured when it is asked for.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: the model cannot be made or run, or the baseline is none.
        MissingError: PyTorch is needed and not installed.
    """
    stored = read_baseline(baseline, SCHEMA_VERSION) if baseline else None

    def measured(jacobians: bool, tick: Tick = lambda _: None) -> NormReport:
        found = _measured(request, loss, seeds, tick, jacobians)
        return found if stored is None else replace(found, baseline=compare(found, stored))

    found = measured(jacobians or extras.why, tick)
    whole = (lambda: found) if jacobians or extras.why else lambda: measured(True)
    return shown(found, {"loss": loss, "seeds": seeds}, extras, whole)


def _measured(request: Request, loss: Which, seeds: int, tick: Tick, jacobians: bool) -> NormReport:
    from bptt_viz.weights import prepare

    found = record_named(request, loss)
    if found is None:
        return norm_report(prepare(request), loss, seeds, tick, jacobians)
    if seeds > 1:
        raise UsageError(f"--seeds draws the weights of models of ours, and means nothing for {request.cell}")
    return found


def of_torch(
    model: Any,
    example: Any,
    criterion: Callable[[Any], Any] | None,
    loss: Which = "all",
    extras: Extras = _PLAIN,
    baseline: Path | None = None,
) -> Shown[NormReport]:
    """Measure a PyTorch module; arguments as for `record_torch` and `norms`, errors too."""
    stored = read_baseline(baseline, SCHEMA_VERSION) if baseline else None
    found = record_torch(model, example, criterion, loss)
    return shown(found if stored is None else replace(found, baseline=compare(found, stored)), {"loss": loss}, extras)


def shown(
    report: NormReport,
    options: dict[str, object],
    extras: Extras = _PLAIN,
    whole: Callable[[], NormReport] | None = None,
) -> Shown[NormReport]:
    """Return a report with the ways to show it.

    Args:
        report: what was measured.
        options: what was run besides what the report says itself.
        extras: what it shows besides.
        whole: returns it with all that a JSON document has; None if that is the report.
    """
    return figured(
        "norms",
        report,
        provenance("norms", {**asdict(report.run), **options}),
        f"{report.verdict.upper()}. {verdict_words(report)}",
        lambda: norms_csv(report),
        lambda terminal, width: norms_report(report, terminal, width, extras),
        lambda: (norms_head(report), norms_numbers(report, False, 0, replace(extras, plot=False), True)),
        whole,
    )
