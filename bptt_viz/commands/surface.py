"""`bptt-viz surface`: the wall in the error surface of one recurrent unit, and what clipping does there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bptt_viz.console.artefacts import Besides, form_of, write_besides
from bptt_viz.console.options import Json
from bptt_viz.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import RenderableType

    from bptt_viz.results.provenance import Provenance
    from bptt_viz.results.surface import Surface


Ws = Annotated[str, typer.Option("--w", metavar="LOW,HIGH", help="Recurrent weights in the picture.")]
Bs = Annotated[str, typer.Option("--b", metavar="LOW,HIGH", help="Biases in the picture.")]
Point = Annotated[
    str | None,
    typer.Option("--point", metavar="W,B", help="Step from there. [default: the steepest place at the middle w]"),
]
Rate = Annotated[float, typer.Option("--rate", help="Learning rate of the step.")]
Threshold = Annotated[float, typer.Option("--threshold", help="θ: a gradient of at least this norm is scaled to it.")]
Steps = Annotated[int, typer.Option("--steps", help="Time steps T.", min=1, max=10**5)]
Start = Annotated[float, typer.Option("--start", help="x_0.")]
Target = Annotated[float, typer.Option("--target", help="What σ(x_T) should be.")]
Grid = Annotated[int, typer.Option("--grid", help="Points a side.", min=2, max=2000)]
Plot = Annotated[bool, typer.Option("--plot", help="Draw the map in the terminal too.")]


def surface(
    w: Ws = "3.5,6.5",
    b: Bs = "-3.2,-1.4",
    point: Point = None,
    rate: Rate = 0.1,
    threshold: Threshold = 1.0,
    steps: Steps = 50,
    start: Start = 0.5,
    target: Target = 0.7,
    grid: Grid = 301,
    plot: Plot = False,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Show the wall in the error surface of one recurrent unit, and a gradient step from it with and without clipping.

    The unit is x_t = w σ(x_(t-1)) + b with E = (σ(x_T) - target)² at the last step (Pascanu, Mikolov & Bengio 2013).

    Example: bptt-viz surface -o surface.svg
    """
    from bptt_viz.analyses.surface import surface as analyse
    from bptt_viz.console.output import emit
    from bptt_viz.console.progress import progress
    from bptt_viz.results.surface import SurfaceSetting

    form = form_of(output)
    place = None if point is None else _pair("point", point)
    setting = SurfaceSetting(_pair("w", w), _pair("b", b), grid, steps, start, target, rate, threshold, place)
    with progress("surface") as tick:
        found = analyse(setting, tick)
    rest = write_besides(output, form, lambda: _figure(found), lambda: _data(found), found.finding, _ran(found))
    emit(_report(found, json or form == "json", plot, rest), rest)


def _pair(option: str, text: str) -> tuple[float, float]:
    """Read two numbers with a comma between them."""
    try:
        first, second = map(float, text.split(","))
    except ValueError:
        raise UsageError(f"--{option} wants two numbers with a comma between them, got {text!r}") from None
    return first, second


def _report(found: "Surface", json: bool, plot: bool, output: Path | None) -> "str | RenderableType":
    """Return the report, without rules if it goes to a file."""
    if json:
        from bptt_viz.render.json_document import document

        return document("surface", found, _ran(found))
    from bptt_viz.console.output import console
    from bptt_viz.render.surface import surface_report

    return surface_report(found, console().is_terminal and output is None, plot)


def _figure(found: "Surface") -> "Figure":
    from bptt_viz.render.surface_figure import surface_figure

    return surface_figure(found)


def _data(found: "Surface") -> str:
    from bptt_viz.render.surface import surface_csv

    return surface_csv(found)


def _ran(found: "Surface") -> "Provenance":
    from dataclasses import asdict

    from bptt_viz.console.output import provenance

    return provenance("surface", asdict(found.setting))
