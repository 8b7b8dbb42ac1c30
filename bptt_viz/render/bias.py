"""The bias study as text and as comma-separated values."""

import csv
import io
from collections.abc import Callable, Mapping

import numpy as np
from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.arrays import Array
from bptt_viz.render.tables import table
from bptt_viz.results.bias import OUTCOMES, BiasStudy, GroupMetrics, Variant

GROUPS = ("women", "men")
NOTE = (
    "Made-up images and captions of two groups, named as in the paper; contexts go along with a group by an arbitrary"
    " choice. What is measured is this setting, not people."
)


def bias_report(result: BiasStudy, boxed: bool) -> RenderableType:
    """Return the finding, each variant's metrics, how captions name each group, and in how many seeds what gains."""
    deviation = " ± deviation over the seeds" if result.setting.seeds > 1 else ""
    return Group(
        Text(result.finding, "bold"),
        Text(f"{ran_words(result)}."),
        Text(NOTE, "dim"),
        Text(),
        _by_variant(
            result,
            _metrics,
            boxed,
            f"balanced images: mean{deviation}; the true ratio is {result.truth:.2f}",
        ),
        Text(),
        _by_variant(result, _outcomes, boxed, "balanced images: what captions name the group"),
        Text(),
        _by_variant(
            result,
            lambda variant: _of_groups(variant.alike),
            boxed,
            f"images drawn as in training; the true ratio is {result.truth_alike:.2f}",
        ),
        Text(),
        _gains(result, boxed),
    )


def _by_variant(
    result: BiasStudy, measured: Callable[[Variant], Mapping[str, str]], boxed: bool, title: str
) -> RenderableType:
    """Return a table with a column for each variant, which a terminal has room for."""
    columns = [measured(variant) for variant in result.variants]
    rows = [[name, *(column[name] for column in columns)] for name in columns[0]]
    return table(["", *(variant.name for variant in result.variants)], rows, boxed, title)


def _metrics(variant: Variant) -> dict[str, str]:
    return _of_groups(variant.balanced) | {
        "looks at person": _spread(variant.looks, "%"),
        "gap without": _spread(variant.gap),
        "caption loss": _spread(variant.loss),
    }


def _of_groups(found: GroupMetrics) -> dict[str, str]:
    return {
        "error rate": _spread(found.error, "%"),
        "ratio w/m": _spread(found.ratio),
        "divergence": _spread(found.divergence),
    }


def _outcomes(variant: Variant) -> dict[str, str]:
    names = [f"{group}: {name}" for group in GROUPS for name in OUTCOMES]
    shares = variant.balanced.outcomes.mean(axis=0).ravel()
    return {name: f"{share:.1%}" for name, share in zip(names, shares, strict=True)}


def _spread(values: Array, unit: str = "") -> str:
    """Return mean ± deviation; – where a seed has no number."""
    if not np.isfinite(values).all():
        return "–"
    scale, digits = (100, 1) if unit else (1, 3)
    shown = f"{scale * values.mean():.{digits}f}"
    return shown + (f" ± {scale * values.std(ddof=1):.{digits}f}" if len(values) > 1 else "") + unit


def _gains(result: BiasStudy, boxed: bool) -> RenderableType:
    measures = list(dict.fromkeys(effect.measure for effect in result.effects))
    others = [variant.name for variant in result.variants[1:]]
    found = {(effect.measure, effect.variant): effect for effect in result.effects}
    rows = [[name, *(f"{found[name, v].better} of {found[name, v].seeds}" for v in others)] for name in measures]
    return table(
        ["", *others],
        rows,
        boxed,
        "in how many seeds it moves as the paper describes, beside the baseline of the same seed",
    )


def ran_words(result: BiasStudy) -> str:
    """Say what was run."""
    ran = result.setting
    seeds = f"{ran.seeds} seeds" if ran.seeds > 1 else "one seed"
    return (
        f"{ran.cell}, H = {ran.hidden}, {ran.updates} updates of {ran.batch} images at {ran.rate:g}, {seeds}; in"
        f" training {ran.women:.0%} women, contexts agree at {ran.bias:g}, the group shows in {ran.evident:.0%} of"
        f" images; α = {ran.confusion:g}, μ = {ran.confident:g}"
    )


def bias_csv(result: BiasStudy) -> str:
    """Return a line for each variant, seed and test; numbers read back as they are."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    shares = [f"{group}_{name}" for group in GROUPS for name in OUTCOMES]
    writer.writerow(("variant", "seed", "test", "error", "ratio", "divergence", *shares, "looks", "gap", "loss"))
    for variant in result.variants:
        for name, found in (("balanced", variant.balanced), ("alike", variant.alike)):
            for k in range(result.setting.seeds):
                own = [found.error[k], found.ratio[k], found.divergence[k], *found.outcomes[k].ravel()]
                rest = [variant.looks[k], variant.gap[k], variant.loss[k]] if name == "balanced" else ["", "", ""]
                numbers = [value if value == "" else float(value) for value in (*own, *rest)]
                writer.writerow((variant.name, result.setting.seed + k, name, *numbers))
    return stream.getvalue()
