"""Measures how the gradient of the last step's loss shrinks or grows on its way back through time."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bptt_viz.analyses.bounds import STEEPEST
from bptt_viz.analyses.curves_summary import QUANTILES, finding, panel
from bptt_viz.analyses.networks import MATRICES, Draws, Tick, demand, draws, gradient_norms, model, nameless
from bptt_viz.errors import UsageError
from bptt_viz.models import Batch, windows
from bptt_viz.results.curves import Curves, CurvesSetting, Panel
from bptt_viz.results.network import Network
from bptt_viz.texts import read_text

DEFAULT_STEPS = 50
VANILLA = "rnn"
_WRITTEN = {"relu": "ReLU", "identity": "linear", "lstm": "LSTM", "gru": "GRU", "peephole": "peephole LSTM"}


def curves(setting: CurvesSetting, tick: Tick = lambda _: None) -> Curves:
    """Return the gradient norm against distance back in time, for each network and radius, over all seeds.

    Args:
        setting: what to run; radii are sorted, whatever is repeated is dropped.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: a name is unknown, a number out of range, or the text too short.
    """
    setting, batch = settled(setting)
    kinds = networks(setting)
    panels = []
    for place, network in enumerate(kinds):
        vocabulary = len(batch.vocabulary)
        drawn = draws(network, vocabulary, setting.hidden, setting.seeds, setting.seed, setting.input_scale)
        drawn = biased(drawn, setting.bias, setting.seed)
        made = model(network, vocabulary, setting.hidden, batch.steps)

        def share(done: float, before: int = place) -> None:
            tick((before + done) / len(kinds))

        norms = gradient_norms(made, drawn, setting.radii, batch, setting.start, setting.dtype, share)
        panels.append(panel(nameless(network), setting, norms, drawn))
    words, heading = finding(panels), "radius"
    if setting.by == "radius":
        panels, heading = by_radius(panels), "network"
    # A result names files, not the folders they lay in.
    cells = tuple(Path(cell).name for cell in setting.cells)
    setting = replace(setting, cells=cells, text=Path(setting.text).name)
    return Curves(words, setting, QUANTILES, np.arange(batch.steps + 1), heading, tuple(panels))


def networks(setting: CurvesSetting) -> list[Network]:
    """Return the kinds of network: vanilla cells once for each activation, the others once, each by all matrices."""
    demand_used(setting.settings, setting.cells)
    found = []
    for cell in setting.cells:
        for activation in setting.activations if cell == VANILLA else ("",):
            for matrix in setting.matrices:
                name = written(cell, activation) + f" with {matrix} W" * (len(setting.matrices) > 1)
                options = {} if cell == VANILLA else setting.settings
                found.append(Network(name, cell, activation, matrix, options))
    return found


def demand_used(settings: Mapping[str, str], cells: Sequence[str]) -> None:
    """Refuse options of cells that are not there.

    Raises:
        UsageError: an option is given, and the only cell is the rnn, whose activation has an option of its own.
    """
    if settings and set(cells) <= {VANILLA}:
        raise UsageError(f"--set {next(iter(settings))} reaches no cell: the rnn has --activation, others have options")


def written(cell: str, activation: str) -> str:
    """Return how a network is written in text; a user's file without its folder."""
    return _WRITTEN.get(activation or cell, activation or Path(cell).name)


def biased(drawn: Draws, deviation: float, seed: int) -> Draws:
    """Return the networks with N(0, deviation²) added to the cell's biases, from random streams of their own."""
    if deviation == 0:
        return drawn
    values = dict(drawn.values)
    for name in drawn.biases:
        shifts = [np.random.default_rng([seed, s, 1]).standard_normal(v.shape) for s, v in enumerate(values[name])]
        values[name] = values[name] + deviation * np.stack(shifts)
    return replace(drawn, values=values)


def by_radius(panels: Sequence[Panel]) -> list[Panel]:
    """Return one panel a radius with one curve a network, instead of the other way round."""
    return [
        Panel(f"radius {curves[0].radius:g}", None, tuple(replace(curve, label=curve.network.name) for curve in curves))
        for curves in zip(*(each.curves for each in panels), strict=True)
    ]


def settled(setting: CurvesSetting) -> tuple[CurvesSetting, Batch]:
    """Return the setting with lists in order and T filled in, and the text's first window.

    Raises:
        UsageError: a name is unknown, a number out of range, or the text too short.
    """
    _check_names(setting)
    _check_numbers(setting)
    text = read_text(setting.text)
    wanted = min(DEFAULT_STEPS, len(text) - 1) if setting.steps is None else setting.steps
    batch = windows(text, wanted)
    return (
        replace(
            setting,
            cells=tuple(dict.fromkeys(setting.cells)),
            activations=tuple(dict.fromkeys(setting.activations)),
            radii=tuple(sorted({float(radius) for radius in setting.radii})),
            matrices=tuple(dict.fromkeys(setting.matrices)),
            steps=batch.steps,
        ),
        batch,
    )


def _check_names(setting: CurvesSetting) -> None:
    named = [("activation", name, tuple(STEEPEST)) for name in setting.activations]
    named += [("matrix", name, tuple(MATRICES)) for name in setting.matrices]
    for option, given, known in (*named, ("dtype", setting.dtype, ("float64", "float32"))):
        demand(option, given, known)
    several = {"cell": setting.cells, "activation": setting.activations, "radius": setting.radii}
    for option, values in (several | {"matrix": setting.matrices}).items():
        if not values:
            raise UsageError(f"--{option} names none; give at least one")


def _check_numbers(setting: CurvesSetting) -> None:
    for radius in setting.radii:
        if not (np.isfinite(radius) and radius > 0):
            raise UsageError(f"--radius must be positive and finite, got {radius:g}")
    for option, value in (("input-scale", setting.input_scale), ("bias", setting.bias)):
        if not (np.isfinite(value) and value >= 0):
            raise UsageError(f"--{option} must be finite and not negative, got {value:g}")
    if not np.isfinite(setting.start):
        raise UsageError(f"--start must be finite, got {setting.start:g}")
    for option, least in (("seeds", 1), ("hidden", 1), ("seed", 0)):
        given = getattr(setting, option)
        if given < least:
            raise UsageError(f"--{option} must be at least {least}, got {given}")
