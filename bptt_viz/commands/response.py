"""`bptt-viz response`: how long a unit left to itself remembers where it started."""

from typing import TYPE_CHECKING, Annotated

import typer

from bptt_viz.console.artefacts import Besides, deliver, form_of
from bptt_viz.console.lists import items, numbers
from bptt_viz.console.options import Json, Seed

if TYPE_CHECKING:
    from bptt_viz.results.response import ResponseSetting


Vector = Annotated[bool, typer.Option("--vector", help="Vectors of H units instead of scalar ones.")]
Activations = Annotated[
    list[str] | None,
    typer.Option(
        "--activation",
        metavar="NAME,...",
        help="sigmoid, tanh, relu or identity; several by commas; sigmoid,tanh,relu if left out.",
    ),
]
Weights = Annotated[
    list[str] | None,
    typer.Option(
        "--weight",
        metavar="W,...",
        help="Weights w; with --vector the spectral radii |λ| of W; if left out 0.01,0.1,0.5,0.9,0.99,1,1.1, or"
        " 0.5,0.9,1,1.1 of W.",
    ),
]
Biases = Annotated[
    list[str] | None, typer.Option("--bias", metavar="B,...", help="Biases b; several by commas; 0 if left out.")
]
Matrices = Annotated[
    list[str] | None,
    typer.Option(
        "--matrix",
        metavar="KIND,...",
        help="With --vector: random, symmetric or orthogonal; several by commas; all three if left out.",
    ),
]
Start = Annotated[float, typer.Option("--start", help="h before the first step; the other run starts at its negative.")]
Steps = Annotated[
    int | None, typer.Option("--steps", help="The last step plotted; 20, or 50 with --vector.", min=1, max=10**5)
]
Hidden = Annotated[int, typer.Option("--hidden", help="With --vector: hidden size H.", min=1, max=10**4)]
Seeds = Annotated[int, typer.Option("--seeds", help="With --vector: matrices drawn of each kind.", min=1, max=10**4)]
Plot = Annotated[bool, typer.Option("--plot", help="Draw the curves in the terminal too.")]


def response(
    vector: Vector = False,
    activation: Activations = None,
    weight: Weights = None,
    bias: Biases = None,
    matrix: Matrices = None,
    start: Start = 1.0,
    steps: Steps = None,
    hidden: Hidden = 64,
    seeds: Seeds = 10,
    seed: Seed = 0,
    plot: Plot = False,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Show how long a unit without input remembers its start, for each activation and weight.

    Runs h(t) = f(w h(t-1) + b) from two opposite starts until they agree, come to rest apart, or blow up; with
    --vector, h(t) = f(W h(t-1) + b) beside the power of the largest eigenvalue that a linear unit would follow.

    Example: bptt-viz response -o response.svg
    See also: curves, surface, docs/response.md
    """
    from dataclasses import asdict
    from functools import partial

    from bptt_viz.analyses.response import response as analyse
    from bptt_viz.console.progress import progress
    from bptt_viz.render.response import response_csv, response_report

    form_of(output)
    setting = _setting(vector, activation, weight, bias, matrix)
    with progress("response") as tick:
        found = analyse(_sized(setting, start, steps, hidden, seeds, seed), tick)

    data, report = partial(response_csv, found), partial(response_report, found, plot=plot)
    deliver("response", found, asdict(found.setting), output, json, data, report)


def _setting(
    vector: bool,
    activation: list[str] | None,
    weight: list[str] | None,
    bias: list[str] | None,
    matrix: list[str] | None,
) -> "ResponseSetting":
    from bptt_viz.results.response import VECTOR_WEIGHTS, ResponseSetting

    usual = ResponseSetting()
    weights = VECTOR_WEIGHTS if vector else usual.weights
    return ResponseSetting(
        vector,
        tuple(items("activation", activation)) if activation else usual.activations,
        numbers("weight", weight) if weight else weights,
        numbers("bias", bias) if bias else usual.biases,
        tuple(items("matrix", matrix)) if matrix else usual.matrices,
    )


def _sized(
    setting: "ResponseSetting", start: float, steps: int | None, hidden: int, seeds: int, seed: int
) -> "ResponseSetting":
    from dataclasses import replace

    return replace(setting, start=start, steps=steps, hidden=hidden, seeds=seeds, seed=seed)
