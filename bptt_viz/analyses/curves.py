"""Measures how the gradient of the last step's loss shrinks or grows on its way back through time."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from bptt_viz.analyses.bounds import STEEPEST
from bptt_viz.analyses.curves_summary import QUANTILES, finding, panel
from bptt_viz.arrays import Array
from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import Batch, Rollout, SequenceModel, windows
from bptt_viz.results.curves import Curves, CurvesSetting
from bptt_viz.tape import backward
from bptt_viz.texts import read_text
from bptt_viz.topologies import pattern

Tick = Callable[[float], None]

MATRICES = {"normal": "radius", "orthogonal": "orthogonal", "identity": "identity"}
"""How W_hh can be drawn, and the initialisation that draws it with spectral radius 1."""

DEFAULT_STEPS = 50
# Numbers held at once: 32 MB in float64. Copies of the network beyond that wait for the next chunk.
_ENTRIES = 2**22


@dataclass(frozen=True, slots=True)
class Draws:
    """The networks that all activations and radii share, so that curves differ by nothing else.

    Attributes:
        values: every parameter, (S, rows, columns), vectors as (S, 1, size); W_hh has spectral radius 1.
        singular: the largest singular value of each W_hh, (S,).
    """

    values: Mapping[str, Array]
    singular: Array


def curves(setting: CurvesSetting, tick: Tick | None = None) -> Curves:
    """Return the gradient norm against distance back in time, for each activation and radius, over all seeds.

    Args:
        setting: what to run; radii are sorted, repeated radii and activations dropped.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: a name is unknown, a number out of range, or the text too short.
    """
    setting, batch = settled(setting)
    drawn = draws(setting, len(batch.vocabulary))
    panels = []
    for place, activation in enumerate(setting.activations):

        def share(done: float, before: int = place) -> None:
            if tick is not None:
                tick((before + done) / len(setting.activations))

        norms = gradient_norms(setting, activation, batch, drawn, share)
        panels.append(panel(activation, setting, norms, drawn.singular))
    return Curves(finding(panels), setting, QUANTILES, np.arange(batch.steps + 1), tuple(panels))


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
    activations = tuple(dict.fromkeys(setting.activations))
    radii = tuple(sorted({float(radius) for radius in setting.radii}))
    # A result names the text, not the folder it lay in.
    name = Path(setting.text).name
    return replace(setting, activations=activations, radii=radii, steps=batch.steps, text=name), batch


def _check_names(setting: CurvesSetting) -> None:
    named = [("activation", name, tuple(STEEPEST)) for name in setting.activations]
    named += [("matrix", setting.matrix, tuple(MATRICES)), ("dtype", setting.dtype, ("float64", "float32"))]
    for option, given, known in named:
        if given not in known:
            raise UsageError(f"--{option} must be one of {', '.join(known)}, got {given!r}")
    for option, several in (("activation", setting.activations), ("radius", setting.radii)):
        if not several:
            raise UsageError(f"--{option} names none; give at least one")


def _check_numbers(setting: CurvesSetting) -> None:
    for radius in setting.radii:
        if not (np.isfinite(radius) and radius > 0):
            raise UsageError(f"--radius must be positive and finite, got {radius:g}")
    if not (np.isfinite(setting.input_scale) and setting.input_scale >= 0):
        raise UsageError(f"--input-scale must be finite and not negative, got {setting.input_scale:g}")
    if not np.isfinite(setting.start):
        raise UsageError(f"--start must be finite, got {setting.start:g}")
    for option, least in (("seeds", 1), ("hidden", 1), ("seed", 0)):
        given = getattr(setting, option)
        if given < least:
            raise UsageError(f"--{option} must be at least {least}, got {given}")


def draws(setting: CurvesSetting, vocabulary: int) -> Draws:
    """Draw the networks, each from a random stream of its own: more seeds leave the first ones as they were.

    Args:
        setting: its seed, seeds, hidden size, matrix and input scale count.
        vocabulary: V, the length of a one-hot input.
    """
    model = _model("tanh", vocabulary, setting.hidden, 1)
    initialisation = Initialisation(MATRICES[setting.matrix], 1.0)
    drawn = [model.draw(np.random.default_rng([setting.seed, s]), initialisation) for s in range(setting.seeds)]
    values = {name: np.stack([np.atleast_2d(each[name]) for each in drawn]) for name in drawn[0]}
    values["W_xh"] = values["W_xh"] * setting.input_scale
    return Draws(values, np.linalg.norm(values["W_hh"], 2, axis=(-2, -1)))


def gradient_norms(setting: CurvesSetting, activation: str, batch: Batch, drawn: Draws, tick: Tick) -> Array:
    """Return ‖∂L_T/∂h_{T−k}‖ for k = 0 … T, (radii, S, T+1), in float64.

    Args:
        setting: radii, hidden size, start and dtype count.
        activation: φ.
        batch: one text window (T, 1).
        drawn: the networks.
        tick: takes the finished share.
    """
    model = _model(activation, len(batch.vocabulary), setting.hidden, batch.steps)
    radii = np.repeat(setting.radii, setting.seeds)
    copies = np.tile(np.arange(setting.seeds), len(setting.radii))
    norms = np.empty((len(radii), batch.steps + 1))
    for chunk in _chunks(len(radii), _copy_size(model)):
        values = {name: stacked[copies[chunk]] for name, stacked in drawn.values.items()}
        values["W_hh"] *= radii[chunk, None, None]
        values = {name: value.astype(setting.dtype) for name, value in values.items()}
        norms[chunk] = _norms(model, values, batch, setting)
        tick(chunk.stop / len(radii))
    return norms.reshape(len(setting.radii), setting.seeds, -1)


def _model(activation: str, vocabulary: int, hidden: int, steps: int) -> SequenceModel:
    cell = VanillaRNN(vocabulary, hidden, activation)  # type: ignore[arg-type]
    return SequenceModel((cell,), vocabulary, pattern("many-to-one", steps))


def _copy_size(model: SequenceModel) -> int:
    """Return about how many numbers one copy of a network takes: weights with cotangents, and states over time."""
    hidden, width = model.cells[0].hidden_size, model.output_size
    return 4 * hidden * (hidden + 2 * width) + 12 * model.pattern.steps * hidden


def _chunks(total: int, size: int) -> Iterator[slice]:
    each = max(1, _ENTRIES // size)
    for start in range(0, total, each):
        yield slice(start, min(start + each, total))


def _norms(model: SequenceModel, values: Mapping[str, Array], batch: Batch, setting: CurvesSetting) -> Array:
    """Return the norms of P networks, (P, T+1), from one forward and one backward pass over all of them."""
    start = np.full((len(values["W_hh"]), 1, setting.hidden), setting.start, setting.dtype)
    # Networks that outgrow the dtype are sorted out afterwards.
    with np.errstate(all="ignore"):
        rollout = model.run(values, batch.one_hot(setting.dtype), batch.targets, [{"h": start}])
        states = [state["h"] for state in reversed(rollout.layers[0].states)]
        _hold_weights(rollout)
        found = backward(rollout.tape, {rollout.loss: np.ones_like(rollout.loss.value)}, states)
        return np.stack([row_norms(found[state][:, 0, :]) for state in states], axis=-1)


def _hold_weights(rollout: Rollout) -> None:
    """Make the weights constants of this tape: their gradients, which nobody asks for, would cost most of the time."""
    for used in (*rollout.layers[0].aliases, *rollout.readout.values()):
        for node in used.values():
            node.active = False


def row_norms(rows: Array) -> Array:
    """Return the Euclidean norm of each row in float64; scaled, so that squares neither vanish nor overflow.

    Args:
        rows: (P, H).
    """
    wide = rows.astype(np.float64)
    largest = np.max(np.abs(wide), axis=-1, keepdims=True)
    scale = np.where(largest > 0, largest, 1.0)
    return largest[:, 0] * np.sqrt(np.sum((wide / scale) ** 2, axis=-1))
