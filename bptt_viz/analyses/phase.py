"""Maps decay rates over gains, and biases or lengths, and finds the border between vanishing and exploding."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bptt_viz.analyses.bounds import STEEPEST
from bptt_viz.analyses.curves import VANILLA, biased, demand_used, written
from bptt_viz.analyses.curves_summary import curve
from bptt_viz.analyses.meanfield import critical_gain, foretold_rate
from bptt_viz.analyses.networks import MATRICES, Draws, Tick, capital, demand, draws, gradient_norms, model, nameless
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import cell_class, windows
from bptt_viz.results.curves import Curve
from bptt_viz.results.network import Network
from bptt_viz.results.norms_chain import GROWN, LOST
from bptt_viz.results.phase import Border, Phase, PhaseSetting
from bptt_viz.texts import read_text

_TINY = float(np.finfo(float).tiny)
_KEEPS = ("f", "z")
"""Gates by which the kept state is multiplied."""
_STEPS = {"bias": 40, "length": 80}
_SHORTEST = 3
_USUAL = {True: (0.0, 1.0), False: (-2.0, 5.0)}
"""Biases of a vanilla cell, as a deviation, and of a gate."""


def phase(setting: PhaseSetting, tick: Tick = lambda _: None) -> Phase:
    """Return the map of decay rates, and its borders.

    Args:
        setting: what to run.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: a name is unknown, a number out of range, the text too short, or the cell has no such gate.
    """
    setting, network = settled(setting)
    text = read_text(setting.text)
    drawn = draws(
        network, len(windows(text, 1).vocabulary), setting.hidden, setting.seeds, setting.seed, setting.input_scale
    )
    run = _Run(setting, network, drawn, np.linspace(*setting.gains, setting.columns), text)
    heights, rates, borders = (_by_length if setting.against == "length" else _by_bias)(run, tick)
    words, axis = _finding(setting, network, heights, borders), _axis(setting)
    # A result names files, not the folders they lay in.
    shown = replace(setting, cell=Path(setting.cell).name, text=Path(setting.text).name)
    return Phase(words, shown, nameless(network), axis, run.gains, heights, rates, borders)


def settled(setting: PhaseSetting) -> tuple[PhaseSetting, Network]:
    """Return the setting with T and biases filled in, and its network.

    Raises:
        UsageError: a name is unknown, a number out of range, or the text too short.
    """
    vanilla = setting.cell == VANILLA
    demand_used(setting.settings, (setting.cell,))
    demand("against", setting.against, ("bias", "length"))
    demand("activation", setting.activation, tuple(STEEPEST))
    demand("matrix", setting.matrix, tuple(MATRICES))
    biases = setting.biases or _USUAL[vanilla]
    _demand_range("gains", setting.gains, 0.0)
    _demand_range("biases", biases, 0.0 if vanilla else -np.inf)
    if not (np.isfinite(setting.input_scale) and setting.input_scale >= 0):
        raise UsageError(f"--input-scale must be finite and not negative, got {setting.input_scale:g}")
    text = read_text(setting.text)
    steps = min(_STEPS[setting.against], max(2, len(text) - 1)) if setting.steps is None else setting.steps
    sized = replace(setting, biases=biases, steps=steps)
    for option, least in (("columns", 2), ("rows", 2), ("seeds", 1), ("hidden", 1), ("steps", 2)):
        if getattr(sized, option) < least:
            raise UsageError(f"--{option} must be at least {least}, got {getattr(sized, option)}")
    windows(text, steps)  # refuses a text that is too short
    activation = setting.activation if vanilla else ""
    network = Network(written(setting.cell, activation), setting.cell, activation, setting.matrix, setting.settings)
    return sized, network


def _demand_range(option: str, ends: tuple[float, float], least: float) -> None:
    low, high = ends
    if not (np.isfinite([low, high]).all() and least <= low < high):
        raise UsageError(f"--{option} wants LOW,HIGH with {least:g} ≤ LOW < HIGH, got {low:g},{high:g}")


@dataclass(frozen=True, slots=True)
class _Run:
    """What all rows of a map share.

    Attributes:
        setting: what was asked for.
        network: the kind of network.
        drawn: its draws.
        gains: by column.
        text: the text that is read.
    """

    setting: PhaseSetting
    network: Network
    drawn: Draws
    gains: Array
    text: str

    def row(self, drawn: Draws, steps: int) -> list[Curve]:
        """Return the curves of one row, from left to right."""
        batch = windows(self.text, steps)
        made = model(self.network, len(batch.vocabulary), self.setting.hidden, steps)
        norms = gradient_norms(made, drawn, self.gains.tolist(), batch)
        return [curve(self.network, float(g), own, None, _TINY) for g, own in zip(self.gains, norms, strict=True)]


Found = tuple[Array, Array, tuple[Border, ...]]


def _by_bias(run: _Run, tick: Tick) -> Found:
    """Return biases, rates, and where the rate is 1."""
    setting = run.setting
    biases = np.linspace(*setting.biases or _USUAL[True], setting.rows)
    rates = np.empty((len(biases), len(run.gains)))
    for row, bias in enumerate(biases):
        rates[row] = [each.rate for each in run.row(_with_bias(run, float(bias)), setting.steps or _STEPS["bias"])]
        tick((row + 1) / len(biases))
    measured = tuple(crossing(run.gains, np.log(row)) for row in rates)
    return biases, rates, (Border("rate 1", measured, tuple(_critical(run, float(bias)) for bias in biases)),)


def _by_length(run: _Run, tick: Tick) -> Found:
    """Return lengths, rates, and where a tenth of the gradient is left, and ten times as much."""
    steps = run.setting.steps or _STEPS["length"]
    lengths = np.unique(np.geomspace(min(_SHORTEST, steps), steps, run.setting.rows).round().astype(int))
    rates = np.empty((len(lengths), len(run.gains)))
    for row, length in enumerate(lengths):
        rates[row] = [each.rate for each in run.row(run.drawn, int(length))]
        tick((row + 1) / len(lengths))
    theory, borders = _foretold(run), []
    for share, name in ((LOST, "1/10 left"), (GROWN, "10 times")):
        level = np.log(share)
        measured = (crossing(run.gains, k * np.log(row) - level) for k, row in zip(lengths, rates, strict=True))
        foretold = (None if theory is None else crossing(run.gains, k * np.log(theory) - level) for k in lengths)
        borders.append(Border(name, tuple(measured), tuple(foretold)))
    return lengths, rates, tuple(borders)


def _foretold(run: _Run) -> Array | None:
    other = _other(run, 0.0)
    if other is None:
        return None
    return np.array([foretold_rate(run.setting.activation, gain, other) for gain in run.gains])


def _with_bias(run: _Run, bias: float) -> Draws:
    """Return the networks with biases of that deviation, or with that bias of the gate that keeps the state."""
    setting, values = run.setting, dict(run.drawn.values)
    if setting.cell == VANILLA:
        return biased(run.drawn, bias, setting.seed)
    place = cell_class(setting.cell).gates.index(_kept(setting))
    values["b_h"] = values["b_h"].copy()
    values["b_h"][..., place * setting.hidden : (place + 1) * setting.hidden] = bias
    return replace(run.drawn, values=values)


def _kept(setting: PhaseSetting) -> str:
    made = cell_class(setting.cell)
    found = next((gate for gate in _KEEPS if gate in made.gates), None)
    if found is None or "b_h" not in made(1, 1).parameters():
        raise UsageError("a map against biases needs the rnn, or a cell with a gate f or z and a bias b_h")
    return found


def _other(run: _Run, bias: float) -> float | None:
    """Return σ², the variance of inputs and biases; None where theory has nothing to say."""
    if run.setting.cell != VANILLA or run.setting.matrix == "identity":
        return None
    return float(np.mean(np.square(run.drawn.values["W_xh"]))) + bias**2


def _critical(run: _Run, bias: float) -> float | None:
    other = _other(run, bias)
    return None if other is None else critical_gain(run.setting.activation, other)


def crossing(gains: Array, heights: Array) -> float | None:
    """Return the first gain at which a line rises through 0, interpolated; None if it does not.

    Args:
        gains: ascending, (G,).
        heights: the line's, (G,); places with NaN are passed over.
    """
    known = np.isfinite(heights)
    x, y = gains[known], heights[known]
    rises = np.flatnonzero((y[:-1] < 0) & (y[1:] >= 0))
    if not rises.size:
        return None
    k = int(rises[0])
    return float(x[k] - y[k] * (x[k + 1] - x[k]) / (y[k + 1] - y[k]))


def _axis(setting: PhaseSetting) -> str:
    if setting.against == "length":
        return "length T"
    if setting.cell == VANILLA:
        return "deviation of the biases, σ_b"
    return f"bias of gate {_kept(setting)}"


def _finding(setting: PhaseSetting, network: Network, heights: Array, borders: Sequence[Border]) -> str:
    name = capital(network.name)
    if setting.against == "length":
        return f"{name} keeps between a tenth and ten times of its gradient {_kept_words(heights, borders)}"
    (border,) = borders
    known = [(h, g) for h, g in zip(heights, border.measured, strict=True) if g is not None]
    low, high = setting.gains
    if not known:
        return f"{name} has no border between vanishing and exploding at gains from {low:g} to {high:g}"
    what = "biases of deviation" if setting.cell == VANILLA else "a bias of"
    ends = [f"{g:.2f} with {what} {h:.3g}" for h, g in dict.fromkeys((known[0], known[-1]))]
    return f"{name} turns from vanishing to exploding at gain {' and '.join(ends)}"


def _kept_words(heights: Array, borders: Sequence[Border]) -> str:
    rows = list(zip(heights, *(border.measured for border in borders), strict=True))
    said = [
        f"over {int(k)} steps at gains from {low:.2f} to {high:.2f}"
        for k, low, high in (rows[len(rows) // 2], rows[-1])
        if low is not None and high is not None
    ]
    return ", ".join(said) if said else f"over {int(heights[-1])} steps at no gain within the map"
