"""Curves of vanishing and exploding."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Literal

from rich.console import Group

from bptt_viz.analyses.curves import curves as analyse
from bptt_viz.console.lists import items, numbers
from bptt_viz.console.options import parse_settings
from bptt_viz.console.output import provenance
from bptt_viz.console.shown import Shown, figured
from bptt_viz.render.curves import curves_csv, curves_head, curves_numbers, curves_report
from bptt_viz.results.curves import Curves, CurvesSetting

if TYPE_CHECKING:
    pass


def curves(setting: CurvesSetting, plot: bool = False, tick: Callable[[float], None] = lambda _: None) -> Shown[Curves]:
    """Measure how gradients fade and grow with the distance back in time.

    Args:
        setting: cells, radii, sizes and the like.
        plot: the report draws the curves in the terminal too.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: the setting makes no sense.
    """
    found = analyse(setting, tick)

    return figured(
        "curves",
        found,
        provenance("curves", asdict(found.setting)),
        found.finding,
        lambda: curves_csv(found),
        lambda boxed, _: curves_report(found, boxed, plot),
        lambda: (curves_head(found), Group(*curves_numbers(found, False))),
    )


def setting_of(
    cell: Sequence[str] | None,
    activation: Sequence[str] | None,
    radius: Sequence[str] | None,
    seeds: int,
    matrix: Sequence[str] | None,
    hidden: int,
    steps: int | None,
    text: str,
    input_scale: float,
    start: float,
    bias: float,
    settings: list[str] | None,
    by: Literal["network", "radius"],
    seed: int,
    dtype: str,
) -> CurvesSetting:
    """Return what the options of `curves` ask for; lists are texts with commas, None for the usual ones.

    Raises:
        UsageError: a list is empty or holds no numbers, or a setting has no `=`.
    """
    usual = CurvesSetting()
    return CurvesSetting(
        cells=tuple(items("cell", cell)) if cell else usual.cells,
        activations=tuple(items("activation", activation)) if activation else usual.activations,
        radii=numbers("radius", radius) if radius else usual.radii,
        matrices=tuple(items("matrix", matrix)) if matrix else usual.matrices,
        seeds=seeds,
        hidden=hidden,
        steps=steps,
        text=text,
        seed=seed,
        dtype=dtype,
        input_scale=input_scale,
        start=start,
        bias=bias,
        settings=parse_settings(settings),
        by=by,
    )
