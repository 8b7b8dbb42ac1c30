"""The per-step table as comma-separated values: one line a layer and time step."""

import csv
from io import StringIO

from bptt_viz.results.norms import LayerNorms, NormReport

_PARTS = ("value", "total", "local", "back", "last")
_FACTORS = ("by_slope", "by_weight", "gate", "alone", "through")


def norms_csv(report: NormReport) -> str:
    """Return all norms at full precision; a column ends in the name of the state that it is about."""
    stream = StringIO()
    lines = csv.writer(stream, lineterminator="\n")
    names = [state.name for state in report.layers[0].states]
    own = [f"{part}_{name}" for name in names for part in _PARTS]
    lines.writerow(["layer", "t", "x", "y", "loss", *own, "last", "ratio", "idle", "dW", *_FACTORS])
    for layer in report.layers:
        lines.writerows(_row(report, layer, k) for k in range(len(layer.steps)))
    return stream.getvalue()


def _row(report: NormReport, layer: LayerNorms, k: int) -> list[str | int | float | None]:
    """Return the k-th step of a layer's run."""
    t = layer.steps[k]
    own = [getattr(state, part)[k] for state in layer.states for part in _PARTS]
    about = [report.inputs[t - 1], report.targets[t - 1], report.losses[t - 1]]
    return [
        layer.label.removeprefix("layer "),
        t,
        *about,
        *own,
        layer.chain.norms[k],
        layer.chain.ratios[k],
        layer.idle[k],
        layer.weight[k],
        *_factors(layer, k),
    ]


def _factors(layer: LayerNorms, k: int) -> list[float | None]:
    split, path = layer.split, layer.path
    factors = (split.by_slope[k], split.by_weight[k]) if split else (None, None)
    return [*factors, *((path.mean[k], path.norms[k], path.through[k]) if path else (None,) * 3)]
