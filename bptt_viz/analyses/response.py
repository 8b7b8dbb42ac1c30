"""Lets units run without input from two opposite starts, and measures how long they tell these apart."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bptt_viz import ops
from bptt_viz.analyses.curves_summary import geometric_quantile
from bptt_viz.analyses.response_words import finding, panel_finding
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import largest_singular_value, orthogonal, spectral_radius
from bptt_viz.ops.elementwise import ACTIVATIONS, Slope
from bptt_viz.results.response import Fate, Response, ResponsePanel, ResponseSetting, Run

TOLERANCE = 1e-3
_HORIZON, _VECTOR_HORIZON = 10_000, 1_000
_STEPS, _VECTOR_STEPS = 20, 50
# Movement over two steps below which a run has come to rest, and growth beyond which it has left for good.
_REST, _GROWN = 1e-13, 1e3
_FATES: tuple[Fate, ...] = ("forgets", "keeps", "lingers", "grows")
_WRITTEN = {"relu": "ReLU", "identity": "linear"}

Tick = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Activation:
    """f and its slope, written with y = f(x) as the tape's primitives have it."""

    value: Callable[[Array], Array]
    slope: Slope


def _same(x: Array) -> Array:
    return x


def _one(_: Array | None, y: Array) -> Array:
    return np.ones_like(y)


UNITS = {name: Activation(*ACTIVATIONS[getattr(ops, name)][1:]) for name in ("sigmoid", "tanh", "relu")}
UNITS["identity"] = Activation(_same, _one)
"""What units may be activated with, by name."""


def random_matrix(rng: np.random.Generator, size: int) -> Array:
    """Draw independent normal entries (H, H)."""
    return rng.standard_normal((size, size))


def symmetric_matrix(rng: np.random.Generator, size: int) -> Array:
    """Draw a symmetric matrix (H, H): the sum of a normal one and its transpose."""
    drawn = rng.standard_normal((size, size))
    return drawn + drawn.T


def orthogonal_matrix(rng: np.random.Generator, size: int) -> Array:
    """Draw an orthogonal matrix (H, H)."""
    return orthogonal(rng, size, size, 1.0)


MATRICES = {"random": random_matrix, "symmetric": symmetric_matrix, "orthogonal": orthogonal_matrix}
"""How W is drawn before it is scaled to its spectral radius."""


def response(setting: ResponseSetting, tick: Tick | None = None) -> Response:
    """Run the units of each activation, weight, bias and matrix from +start and −start.

    Args:
        setting: what to run; weights are sorted, repeated items dropped.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: a name is unknown, or a number out of range.
    """
    setting = settled(setting)
    horizon = max(_VECTOR_HORIZON if setting.vector else _HORIZON, int(setting.steps or 0) + 1)
    wanted = [(b, m, a) for b in setting.biases for m in setting.matrices or ("",) for a in setting.activations]
    panels = []
    for place, (bias, matrix, activation) in enumerate(wanted):
        panels.append(_panel(setting, horizon, bias, matrix, activation))
        if tick is not None:
            tick((place + 1) / len(wanted))
    times = np.arange(int(setting.steps or 0) + 1)
    return Response(finding(panels, setting, horizon), setting, horizon, TOLERANCE, times, tuple(panels))


def settled(setting: ResponseSetting) -> ResponseSetting:
    """Return the setting in order, with T filled in and without what scalar units do not have.

    Raises:
        UsageError: a name is unknown, or a number out of range.
    """
    _check_names(setting)
    _check_numbers(setting)
    scalar = {} if setting.vector else {"matrices": (), "hidden": 1, "seeds": 1}
    default = _VECTOR_STEPS if setting.vector else _STEPS
    return replace(
        setting,
        activations=tuple(dict.fromkeys(setting.activations)),
        weights=tuple(sorted({float(weight) for weight in setting.weights})),
        biases=tuple(sorted({float(bias) for bias in setting.biases})),
        steps=default if setting.steps is None else setting.steps,
        **({"matrices": tuple(dict.fromkeys(setting.matrices))} | scalar),  # type: ignore[arg-type]
    )


def _check_names(setting: ResponseSetting) -> None:
    for option, given, known in (
        ("activation", setting.activations, UNITS),
        ("weight", setting.weights, None),
        ("bias", setting.biases, None),
        ("matrix", setting.matrices, MATRICES),
    ):
        if not given:
            raise UsageError(f"--{option} names none; give at least one")
        for item in given:
            if known is not None and item not in known:
                raise UsageError(f"--{option} must be one of {', '.join(known)}, got {item!r}")


def _check_numbers(setting: ResponseSetting) -> None:
    for option, several in (("weight", setting.weights), ("bias", setting.biases), ("start", (setting.start,))):
        for given in several:
            if not (np.isfinite(given) and abs(given) <= 1e6):
                raise UsageError(f"--{option} must be finite and at most 1e6 in size, got {given:g}")
    if setting.vector and min(setting.weights) <= 0:
        raise UsageError(f"--weight with --vector is a spectral radius and positive, got {min(setting.weights):g}")
    if setting.start <= 0:
        raise UsageError(f"--start must be positive (the other run starts at its negative), got {setting.start:g}")
    for option, least in (("steps", 1), ("hidden", 1), ("seeds", 1), ("seed", 0)):
        given = getattr(setting, option)
        if given is not None and given < least:
            raise UsageError(f"--{option} must be at least {least}, got {given}")


def unit_matrices(setting: ResponseSetting, kind: str) -> Array:
    """Return W of spectral radius 1 for each seed, (S, H, H); [[[1]]] for scalar units.

    Each seed has a random stream of its own: more seeds leave the first matrices as they were.
    """
    if not setting.vector:
        return np.ones((1, 1, 1))
    return np.stack([_scaled(kind, setting, s) for s in range(setting.seeds)])


def _scaled(kind: str, setting: ResponseSetting, s: int) -> Array:
    drawn = MATRICES[kind](np.random.default_rng([setting.seed, s]), setting.hidden)
    # The 2-norm of a symmetric or orthogonal matrix is its spectral radius, and exact where eigenvalues are not.
    return drawn / (spectral_radius(drawn) if kind == "random" else largest_singular_value(drawn))


@dataclass(frozen=True, slots=True)
class _Trace:
    """What one simulation kept; W weights, S seeds, two starts.

    Attributes:
        plotted: h(0) … h(T), (T+1, W, S, 2, H).
        agree: applications until the two runs agree, 0 where they never do, (W, S).
        rested: whether both runs have come to rest, (W, S).
        final: the states when they came to rest, else the last ones, (W, S, 2, H).
    """

    plotted: Array
    agree: Array
    rested: Array
    final: Array


def _panel(setting: ResponseSetting, horizon: int, bias: float, kind: str, activation: str) -> ResponsePanel:
    matrices = unit_matrices(setting, kind)
    with np.errstate(over="ignore", invalid="ignore"):
        trace = _trace(setting, horizon, bias, UNITS[activation], matrices)
        runs = tuple(_run(setting, trace, w, UNITS[activation]) for w in range(len(setting.weights)))
    name = _WRITTEN.get(activation, activation)
    return ResponsePanel(activation, name, kind, bias, panel_finding(runs, setting, horizon), runs)


def _trace(setting: ResponseSetting, horizon: int, bias: float, unit: Activation, matrices: Array) -> _Trace:
    """Apply f until everything has come to rest, or to the horizon."""
    shown = int(setting.steps or 0) + 1
    turned = np.multiply.outer(np.array(setting.weights), matrices.swapaxes(-1, -2))
    first = setting.start / np.sqrt(setting.hidden) * np.array([1.0, -1.0])[:, None]
    h = np.broadcast_to(first, (*turned.shape[:2], 2, setting.hidden))
    before = after = final = h
    agree, rested = np.zeros(h.shape[:2], int), np.zeros(h.shape[:2], bool)
    plotted = []
    for k in range(1, horizon + 1):
        before, after, h = after, h, unit.value(h @ turned + bias)
        gap = np.linalg.norm(h[:, :, 0] - h[:, :, 1], axis=-1)
        agree = np.where((agree == 0) & (gap <= TOLERANCE * setting.start), k, agree)
        # Kept from the first moment of rest: later it may sink below the smallest number, where ReLU's slope is 0.
        final = np.where(rested[..., None, None], final, h)
        rested |= _rested(h, before)
        if k <= shown:
            plotted.append(h)
        elif rested.all():
            break
    return _Trace(np.stack(plotted), agree, rested, final)


def _rested(h: Array, before: Array) -> Array:
    """Tell where both runs have stopped moving, or change between two values, (W, S)."""
    moved = np.max(np.abs(h - before), axis=(-1, -2))
    size = np.max(np.abs(h), axis=(-1, -2))
    return (moved <= _REST * np.maximum(1.0, size)) & np.isfinite(size)


def _run(setting: ResponseSetting, trace: _Trace, w: int, unit: Activation) -> Run:
    plotted, weight = trace.plotted[:, w], setting.weights[w]
    fates = [_fate(setting, trace, w, s) for s in range(plotted.shape[1])]
    fate = max(_FATES, key=fates.count)
    values, mirrored = (_shown(setting, plotted[:, :, start]) for start in (0, 1))
    counts = [int(trace.agree[w, s]) for s, own in enumerate(fates) if own == "forgets"]
    settled = _settled(setting, trace, w, fate)
    slope = np.abs(weight * unit.slope(None, np.array(settled))) if np.isfinite(settled) else np.nan
    return Run(
        weight=weight,
        values=values,
        mirrored=mirrored,
        power=setting.start * np.abs(weight) ** np.arange(1, len(values) + 1),
        rate=_rate(values),
        fate=fate,
        agree=round(float(np.median(counts))) if fate == "forgets" else None,
        settled=settled,
        slope=float("nan") if setting.vector else float(slope),
    )


def _fate(setting: ResponseSetting, trace: _Trace, w: int, s: int) -> Fate:
    size = float(np.max(np.abs(trace.final[w, s])))
    if not trace.rested[w, s] and not size <= _GROWN * max(1.0, setting.start):
        return "grows"
    if trace.agree[w, s]:
        return "forgets"
    return "keeps" if trace.rested[w, s] else "lingers"


def _settled(setting: ResponseSetting, trace: _Trace, w: int, fate: Fate) -> float:
    if fate == "grows":
        return float("inf")
    if not trace.rested[w].all():
        return float("nan")
    return float(_shown(setting, trace.final[None, w, :, 0])[0])


def _shown(setting: ResponseSetting, states: Array) -> Array:
    """Return what is plotted of states (K, S, H): the scalar itself, or the median norm over the seeds, (K,)."""
    if not setting.vector:
        return states[:, 0, 0]
    return geometric_quantile(np.linalg.norm(states, axis=-1).T, 0.5)


def _rate(values: Array) -> float:
    """Return the mean factor a step of |h| over the second half of the steps at which it is in range; NaN if none."""
    sizes = np.abs(values)
    usable = (sizes > np.finfo(float).tiny) & np.isfinite(sizes)
    reach = len(values) - 1 if usable.all() else int(np.argmin(usable)) - 1
    if reach < 1:
        return float("nan")
    return float((sizes[reach] / sizes[reach // 2]) ** (1 / (reach - reach // 2)))
