"""`bptt-viz surface`: the wall in the error surface of one recurrent unit, and what clipping does there."""

from typing import TYPE_CHECKING, Annotated

import typer

from bptt_viz.console.artefacts import Besides, deliver, form_of
from bptt_viz.console.lists import pair
from bptt_viz.console.options import Json

if TYPE_CHECKING:
    pass


Ws = Annotated[str, typer.Option("--w", metavar="LOW,HIGH", help="Recurrent weights in the picture.")]
Bs = Annotated[str, typer.Option("--b", metavar="LOW,HIGH", help="Biases in the picture.")]
Point = Annotated[
    str | None,
    typer.Option("--point", metavar="W,B", help="Step from there; the steepest place at the middle w if left out."),
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
    See also: clipping, response, docs/surface.md
    """
    from dataclasses import asdict
    from functools import partial

    from bptt_viz.analyses.surface import surface as analyse
    from bptt_viz.console.progress import progress
    from bptt_viz.render.surface import surface_csv, surface_report
    from bptt_viz.results.surface import SurfaceSetting

    form_of(output)
    place = None if point is None else pair("point", point)
    setting = SurfaceSetting(pair("w", w), pair("b", b), grid, steps, start, target, rate, threshold, place)
    with progress("surface") as tick:
        found = analyse(setting, tick)

    data, report = partial(surface_csv, found), partial(surface_report, found, plot=plot)
    deliver("surface", found, asdict(found.setting), output, json, data, report)
