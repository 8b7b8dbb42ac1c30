"""`bptt-viz bias`: what two losses change in a captioner that learned from biased data."""

from typing import TYPE_CHECKING, Annotated

import typer

from bptt_viz.console.artefacts import Besides, deliver, form_of
from bptt_viz.console.options import Json, Seed

if TYPE_CHECKING:
    pass

_o = typer.Option


def bias(
    bias: Annotated[
        float, _o("--bias", help="How often the context goes along with the group in training; .5 is no bias.")
    ] = 0.9,
    women: Annotated[float, _o("--women", help="Share of women in training.")] = 0.35,
    evident: Annotated[float, _o("--evident", help="Share of images that show the group.")] = 0.75,
    neutral: Annotated[
        float, _o("--neutral", help="Where an image does not show it: how often its caption says person.")
    ] = 0.4,
    confusion: Annotated[float, _o("--confusion", help="α, weight of the appearance confusion loss.")] = 10.0,
    confident: Annotated[float, _o("--confident", help="μ, weight of the confident loss.")] = 1.0,
    cell: Annotated[str, _o("--cell", help="A built-in cell or file.py:ClassName.")] = "gru",
    hidden: Annotated[int, _o("--hidden", help="Hidden size H.", min=1)] = 16,
    updates: Annotated[int, _o("--updates", help="Of each captioner.", min=1)] = 600,
    rate: Annotated[float, _o("--rate", help="Learning rate of Adam.")] = 0.01,
    batch: Annotated[int, _o("--batch", help="Fresh images an update.", min=1)] = 64,
    tested: Annotated[int, _o("--tested", help="Images of each test.", min=10)] = 2000,
    seeds: Annotated[int, _o("--seeds", help="Captioners of each kind.", min=1)] = 5,
    seed: Seed = 0,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Train captioners on made-up images whose context is biased, with and without two losses, and compare errors.

    The losses are those of Hendricks et al. (2018): appearance confusion and confident. Each kind of captioner sees
    the same images; they are tried on balanced ones, and on some drawn as in training.

    Example: bptt-viz bias --seeds 1 --updates 20 --tested 200
    See also: attend, docs/bias.md
    """
    from dataclasses import asdict
    from functools import partial

    from threadpoolctl import threadpool_limits

    from bptt_viz.analyses.bias import bias_study
    from bptt_viz.console.progress import progress
    from bptt_viz.render.bias import bias_csv, bias_report
    from bptt_viz.results.bias import BiasSetting

    form_of(output)
    setting = BiasSetting(
        bias, women, evident, neutral, confusion, confident, cell, hidden, updates, rate, batch, tested, seeds, seed
    )
    with progress("bias") as tick, threadpool_limits(1):
        found = bias_study(setting, tick)

    data, report = partial(bias_csv, found), partial(bias_report, found)
    deliver("bias", found, asdict(setting), output, json, data, report)
