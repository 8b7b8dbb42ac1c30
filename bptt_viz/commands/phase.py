"""`bptt-viz phase`: where vanishing ends and exploding begins."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from bptt_viz.console.artefacts import Besides, deliver, form_of
from bptt_viz.console.lists import pair
from bptt_viz.console.options import OF_CELL_SETTINGS, Json, Seed, parse_settings

if TYPE_CHECKING:
    pass


class Against(StrEnum):
    """What changes from row to row."""

    BIAS = "bias"
    LENGTH = "length"


Rows = Annotated[Against, typer.Option("--against", help="What the rows are: biases or lengths T.")]
CellName = Annotated[str, typer.Option("--cell", help="A built-in cell or file.py:ClassName.")]
Activation = Annotated[str, typer.Option("--activation", help="Of the rnn: tanh, sigmoid, relu or identity.")]
Matrix = Annotated[str, typer.Option("--matrix", help="How W_hh is drawn: normal, orthogonal or identity.")]
Gains = Annotated[str, typer.Option("--gains", metavar="LOW,HIGH", help="Spectral radii of each gate's W_hh.")]
Biases = Annotated[
    str | None,
    typer.Option(
        "--biases",
        metavar="LOW,HIGH",
        help="Deviations of the rnn's biases; for other cells biases of gate f or z; 0,1 or -2,5 if left out.",
    ),
]
Grid = Annotated[str, typer.Option("--grid", metavar="COLUMNS,ROWS", help="How many gains, and biases or lengths.")]
Seeds = Annotated[int, typer.Option("--seeds", help="Networks drawn for each place.", min=1, max=10**6)]
Hidden = Annotated[int, typer.Option("--hidden", help="Hidden size H.", min=1, max=10**6)]
Steps = Annotated[
    int | None, typer.Option("--steps", help="T; 40 against biases. Against lengths the largest; 80.", min=2)
]
TextSource = Annotated[str, typer.Option("--text", help="hello, sonnets, azalea (embedded) or a UTF-8 file.")]
InputScale = Annotated[float, typer.Option("--input-scale", help="Factor on W_xh; 0 leaves the network without input.")]
Settings = Annotated[list[str] | None, typer.Option("--set", metavar="NAME=VALUE", help=OF_CELL_SETTINGS)]
Plot = Annotated[bool, typer.Option("--plot", help="Draw the map in the terminal too.")]


def phase(
    against: Rows = Against.BIAS,
    cell: CellName = "rnn",
    activation: Activation = "tanh",
    matrix: Matrix = "normal",
    gains: Gains = "0.5,3",
    biases: Biases = None,
    grid: Grid = "21,11",
    seeds: Seeds = 5,
    hidden: Hidden = 64,
    steps: Steps = None,
    text: TextSource = "sonnets",
    input_scale: InputScale = 1.0,
    settings: Settings = None,
    seed: Seed = 0,
    plot: Plot = False,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Map where gradients vanish and explode, over gains and biases or lengths, with the border that theory foretells.

    Prints the border on which a tenth, and the one on which ten times, of the gradient is left, beside theory's,
    and with --plot the whole map. Each place of it is the median of several networks.

    Example: bptt-viz phase --against length -o phase.svg
    See also: curves, norms, docs/phase.md
    """
    from dataclasses import asdict
    from functools import partial

    from bptt_viz.analyses.phase import phase as analyse
    from bptt_viz.console.progress import progress
    from bptt_viz.render.phase import phase_csv, phase_report
    from bptt_viz.results.phase import PhaseSetting

    form_of(output)
    columns, rows = (int(count) for count in pair("grid", grid))
    setting = PhaseSetting(
        against=against.value, cell=cell, activation=activation, matrix=matrix, gains=pair("gains", gains),
        biases=None if biases is None else pair("biases", biases), columns=columns, rows=rows, seeds=seeds,
        hidden=hidden, steps=steps, text=text, seed=seed, input_scale=input_scale, settings=parse_settings(settings),
    )  # fmt: skip
    with progress("phase") as tick:
        found = analyse(setting, tick)

    data, report = partial(phase_csv, found), partial(phase_report, found, plot=plot)
    deliver("phase", found, asdict(found.setting), output, json, data, report)
