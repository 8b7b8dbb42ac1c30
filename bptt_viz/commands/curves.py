"""`bptt-viz curves`: how gradients vanish and explode with the distance back in time."""

from enum import StrEnum
from typing import Annotated

import typer

from bptt_viz.console.artefacts import Besides, form_of, publish
from bptt_viz.console.options import Json, Seed


class By(StrEnum):
    """What a panel stands for."""

    NETWORK = "network"
    RADIUS = "radius"


Cells = Annotated[
    list[str] | None,
    typer.Option("--cell", metavar="NAME,...", help="Built-in cells or file.py:ClassName; by commas; rnn if left out."),
]
Activations = Annotated[
    list[str] | None,
    typer.Option(
        "--activation",
        metavar="NAME,...",
        help="Of the rnn: tanh, sigmoid, relu or identity; by commas; tanh,sigmoid,relu if left out.",
    ),
]
Radii = Annotated[
    list[str] | None,
    typer.Option(
        "--radius",
        metavar="R,...",
        help="Spectral radii of each gate's W_hh; by commas; 0.5,0.9,1,1.1,1.5,2 if left out.",
    ),
]
Seeds = Annotated[int, typer.Option("--seeds", help="Networks drawn for each curve.", min=1, max=10**6)]
Matrices = Annotated[
    list[str] | None,
    typer.Option(
        "--matrix",
        metavar="KIND,...",
        help="W_hh before it is scaled to the radius: normal, orthogonal or identity; by commas; normal if left out.",
    ),
]
Hidden = Annotated[int, typer.Option("--hidden", help="Hidden size H.", min=1, max=10**6)]
Steps = Annotated[int | None, typer.Option("--steps", help="Time steps T; 50 if the text is that long.", min=1)]
TextSource = Annotated[str, typer.Option("--text", help="hello, sonnets, azalea (embedded) or a UTF-8 file.")]
InputScale = Annotated[float, typer.Option("--input-scale", help="Factor on W_xh; 0 leaves the network without input.")]
Start = Annotated[float, typer.Option("--start", help="Every entry of h_0.")]
Bias = Annotated[float, typer.Option("--bias", help="Deviation of the cell's biases, drawn normal.")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="An option of the cells besides the rnn, such as forget_bias=3."),
]
Panels = Annotated[By, typer.Option("--by", help="One panel a network, or one panel a radius.")]
Dtype = Annotated[str, typer.Option("--dtype", help="float64 or float32.")]
Plot = Annotated[bool, typer.Option("--plot", help="Draw the curves in the terminal too.")]


def curves(
    cell: Cells = None,
    activation: Activations = None,
    radius: Radii = None,
    seeds: Seeds = 10,
    matrix: Matrices = None,
    hidden: Hidden = 64,
    steps: Steps = None,
    text: TextSource = "sonnets",
    input_scale: InputScale = 1.0,
    start: Start = 0.0,
    bias: Bias = 0.0,
    settings: Settings = None,
    by: Panels = By.NETWORK,
    seed: Seed = 0,
    dtype: Dtype = "float64",
    plot: Plot = False,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Measure how gradients vanish or explode with the distance back in time.

    For each network and spectral radius: the gradient norm of the last step's loss with respect to the states at T-k,
    over that at T, with Pascanu's bound and the rate that mean-field theory foretells beside it.

    Example: bptt-viz curves --radius 0.5,1,1.5 -o curves.svg
    See also: phase, norms, docs/curves.md
    """
    from bptt_viz.answers import curves as answers
    from bptt_viz.console.progress import progress

    form_of(output)
    setting = answers.setting_of(
        cell, activation, radius, seeds, matrix, hidden, steps, text, input_scale, start, bias, settings, by.value,
        seed, dtype,
    )  # fmt: skip
    with progress("curves") as tick:
        found = answers.curves(setting, plot, tick)
    publish(found, output, json)
