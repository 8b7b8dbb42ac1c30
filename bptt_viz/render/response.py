"""Responses of units as a table for the terminal and as comma-separated values."""

import csv
import io

from rich.console import Group, RenderableType
from rich.text import Text

from bptt_viz.render.response_layout import factor, headings, panel_name, value
from bptt_viz.render.response_plot import ResponsePlot
from bptt_viz.render.tables import table
from bptt_viz.results.response import Response, Run

_FATE_STYLES = {"forgets": "blue", "keeps": "green", "lingers": "yellow", "grows": "red"}


def response_report(result: Response, boxed: bool, plot: bool = False) -> RenderableType:
    """Return the finding, one row for each activation and weight, and the plot if wanted.

    Args:
        result: what was found.
        boxed: draw rules, as for a terminal.
        plot: draw the curves too.
    """
    rows = [
        (panel_name(panel, result) if place == 0 else "", *_cells(run, result))
        for panel in result.panels
        for place, run in enumerate(panel.runs)
    ]
    made = table(_headings(result), rows, boxed)
    made.columns[0].no_wrap = False
    made.columns[-1].justify = "left"
    made.columns[-1].no_wrap = False
    parts: list[RenderableType] = [Text(result.finding, "bold"), Text(described(result)), Text()]
    if plot:
        parts += [ResponsePlot(result), Text()]
    return Group(*parts, made, Text(), Text(_key(result), "dim"))


def _headings(result: Response) -> tuple[str, ...]:
    T, weight = result.setting.steps, headings(result)[0]
    if result.setting.vector:
        return ("", weight, "‖h(0)‖", f"‖h({T})‖", "|λ|^(t+1)", "a step", "start forgotten")
    return ("", weight, "h(0)", f"h({T})", "settles at", "|w f′| there", "start forgotten")


def _cells(run: Run, result: Response) -> tuple[str | Text, ...]:
    first, last = float(run.values[0]), float(run.values[-1])
    fate = Text(_fate(run, result.horizon), _FATE_STYLES[run.fate])
    if result.setting.vector:
        norms = (_norm(first), _norm(last), _norm(float(run.power[-1])))
        return (f"{run.weight:g}", *norms, factor(run.rate), fate)
    slope = "–" if run.slope != run.slope else f"{run.slope:.2g}"
    return (f"{run.weight:g}", value(first), value(last), value(run.settled), slope, fate)


def _norm(number: float) -> str:
    return f"{number:.1e}"


def _fate(run: Run, horizon: int) -> str:
    if run.agree is not None:
        return f"after {run.agree:,} step{'s' * (run.agree != 1)}"
    return {"keeps": "never", "lingers": f"not by {horizon:,}", "grows": "blows up"}[run.fate]


def described(result: Response) -> str:
    """Say in one or two sentences what was run."""
    ran = result.setting
    bias = "" if ran.biases == (0.0,) else " + b"
    if not ran.vector:
        noted = f", b = {ran.biases[0]:g}" if bias and len(ran.biases) == 1 else ""
        return f"Scalar units h(t) = f(w h(t−1){bias}){noted} without input, from h = {ran.start:g} and −{ran.start:g}."
    noted = f", b = {ran.biases[0]:g}" if bias and len(ran.biases) == 1 else ""
    seeds = f"medians of {ran.seeds} matrices" if ran.seeds > 1 else "one matrix"
    return (
        f"Vectors h(t) = f(W h(t−1){bias}){noted} without input, H = {ran.hidden}, from equal entries of norm"
        f" {ran.start:g} and their negative; {seeds}, scaled to |λ|."
    )


def _key(result: Response) -> str:
    near = f"Start forgotten: applications of f until both runs are {result.tolerance * result.setting.start:g} apart."
    if result.setting.vector:
        return f"{near} |λ|^(t+1): a linear unit at t = {result.setting.steps}. A step: over the plot's second half."
    return f"{near} |w f′|: what a gradient keeps a step back, once the unit has settled."


def response_csv(result: Response) -> str:
    """Return every point: activation, matrix, bias, weight, t, value from +start and from −start, |w|^(t+1) start.

    The value is h(t), or ‖h(t)‖ for vectors. Numbers are written so that they read back as they are.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("activation", "matrix", "bias", "weight", "t", "value", "mirrored", "power"))
    for panel in result.panels:
        for run in panel.runs:
            for t in result.times:
                points = (float(series[t]) for series in (run.values, run.mirrored, run.power))
                writer.writerow((panel.activation, panel.matrix, panel.bias, run.weight, int(t), *points))
    return stream.getvalue()
