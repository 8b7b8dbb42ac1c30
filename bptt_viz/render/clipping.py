"""What clipping does, in the terminal and as comma-separated values."""

import csv
import io
import math

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.render.chart import Line, across, chart, foot
from bptt_viz.render.numbers import compact, percent
from bptt_viz.render.tables import table
from bptt_viz.results.clipping import ClippedRun, Clipping, Rule


def clipping_report(result: Clipping, boxed: bool, plot: bool = False) -> RenderableType:
    """Return the finding, how often each rule acts, one window's gradient parameter by parameter and step by step.

    Args:
        result: what was found.
        boxed: draw rules, as for a terminal.
        plot: draw the share of windows against their gradient norm, too.
    """
    often = table(
        ("over the windows", "limit", "acts on", "lowest cosine", "largest norm"),
        [_rule(rule, result) for rule in (result.norm, result.elementwise)],
        boxed,
    )
    within = table(("the largest", "‖g‖", "by norm", "elementwise", "cosine", "entries cut"), _parts(result), boxed)
    runs = table(_RUN_HEADS, [_run(run) for run in result.runs], boxed)
    steps = table(("step", "‖g_t‖", "by norm", "elementwise", "cosine"), _steps(result), boxed)
    parts: list[RenderableType] = [Text(result.finding, "bold"), Text(described(result)), Text()]
    if plot:
        parts += [WindowsPlot(result), Text()]
    learnt: list[RenderableType] = [Text(), runs] if result.runs else []
    return Group(*parts, often, *learnt, Text(), within, Text(), steps, Text(), Text(_key(result), "dim"))


_RUN_HEADS = ("in training", "acts on", "by tenths", "largest norm", "loss, first and last tenth")
_LEVELS = "·▁▂▃▄▅▆▇█"


def _run(run: ClippedRun) -> tuple[str, ...]:
    ends = f"{run.first:.3f} → {run.last:.3f}" if run.stopped is None else f"not finite at update {run.stopped}"
    largest = compact(float(run.norms.max())) if len(run.norms) else "–"
    if run.limit is None:
        return (run.name, "", "", largest, ends)
    tenths = "".join(_LEVELS[math.ceil(share * (len(_LEVELS) - 1))] for share in run.tenths)
    return (run.name, percent(run.acts) if run.acts else "0%", tenths, largest, ends)


def _rule(rule: Rule, result: Clipping) -> tuple[str, ...]:
    symbol = "θ = " if rule.name == "norm" else "±"
    limit = f"{symbol}{compact(rule.limit)}"
    grown = f"{compact(float(result.norms.max()))} → {compact(float(rule.after.max()))}"
    return (rule.name, limit, percent(rule.acts) if rule.acts else "0%", f"{rule.cosine.min():.4f}", grown)


def _parts(result: Clipping) -> list[tuple[str, ...]]:
    return [
        (
            shown(part.name),
            compact(part.before),
            compact(part.by_norm),
            compact(part.by_element),
            f"{part.cosine:.4f}",
            percent(part.cut) if part.cut else "0",
        )
        for part in result.parts
    ]


# More steps than this are thinned out in the table; the files have them all.
_MOST_STEPS = 12


def _steps(result: Clipping) -> list[tuple[str, ...]]:
    T = len(result.before)
    every = -(-T // _MOST_STEPS)
    chosen = sorted({*range(0, T, every), T - 1})
    series = (result.before, result.by_norm, result.by_element)
    return [(f"t = {k + 1}", *(compact(float(each[k])) for each in series), f"{result.cosine[k]:.4f}") for k in chosen]


def described(result: Clipping) -> str:
    """Say in one or two sentences what was run."""
    run = result.run
    left = f" ({result.nonfinite} left out: not finite)" if result.nonfinite else ""
    limits = [rule.name for rule in (result.norm, result.elementwise) if rule.measured]
    names = {"norm": "θ", "elementwise": "c"}
    said = " and ".join(names[name] for name in limits)
    taken = f" {said}: measured {result.quantile:.0%} quantile{'s' * (len(limits) > 1)}." if limits else ""
    return (
        f"{shown(run.cell)}, H = {run.hidden}, T = {run.steps}, {len(result.norms)} windows{left} of"
        f" {shown(run.text)!r}, weights {run.origin.file if run.origin else run.init}.{taken}"
    )


def _key(result: Clipping) -> str:
    training = ""
    if result.runs:
        training = (
            f" In training: {len(result.runs[0].losses) + (result.runs[0].stopped is not None)} updates of gradient"
            f" descent from these weights, rate {result.rate:g}; loss a step, in nats."
        )
    return (
        f"The largest: window {result.shown + 1}. g_t: what step t adds to g, over all parameters; scaled as the total"
        " is, so that the clipped g_t sum to the clipped g. Cosine: of the angle by which elementwise clipping"
        f" turns.{training}"
    )


class WindowsPlot:
    """The share of windows whose gradient norm is at most so large, with θ marked; for rich to print.

    Attributes:
        result: what to draw.
    """

    def __init__(self, result: Clipping) -> None:
        self.result = result

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines, as wide as the terminal but no wider than a page."""
        yield Text("share of windows whose gradient norm is at most so large")
        theta, (low, high) = self.result.norm.limit, axis(self.result)
        width = across(options.max_width, ["all"])
        places = [low + x / (2 * width) * (high - low) for x in range(2 * width + 1)]
        shares: list[float | None] = [float((self.result.norms <= place).mean()) for place in places]
        yield from chart([Line(shares, "all", "blue")], width, {1.0: "100%", 0.5: "50%", 0.0: "0%"})
        yield foot(compact(low), f"gradient norm ‖g‖; θ = {compact(theta)}", compact(high), width)


def axis(result: Clipping) -> tuple[float, float]:
    """Return where an axis over gradient norms starts and ends: around all of them and θ."""
    seen = [*map(float, result.norms), result.norm.limit]
    room = 0.05 * (max(seen) - min(seen)) or 0.05 * max(seen) or 1.0
    return max(0.0, min(seen) - room), max(seen) + room


def clipping_csv(result: Clipping) -> str:
    """Return rows of the kinds `window` and `step`, with the norm before and after both rules, and the cosine.

    Rows of the kind `none`, `norm` and `elementwise` are updates in training: norm before, loss, and whether it acted.

    Numbers are written so that they read back as they are. Windows are numbered among those with a finite gradient.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("kind", "number", "norm", "by_norm", "by_element", "cosine", "loss", "acted"))
    windows = (result.norms, result.norm.after, result.elementwise.after, result.elementwise.cosine)
    steps = (result.before, result.by_norm, result.by_element, result.cosine)
    for kind, series in (("window", windows), ("step", steps)):
        for number, values in enumerate(zip(*series, strict=True), start=1):
            writer.writerow((kind, number, *(float(value) for value in values), "", ""))
    for run in result.runs:
        for number, (norm, loss, acted) in enumerate(zip(run.norms, run.losses, run.acted, strict=True), start=1):
            writer.writerow((run.name, number, float(norm), "", "", "", float(loss), int(acted)))
    return stream.getvalue()


def angle(cosine: float) -> float:
    """Return an angle in degrees from its cosine."""
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))
