"""Computes the error surface of one recurrent unit with its gradient, and steps down from its wall."""

from collections.abc import Callable
from math import hypot

import numpy as np

from bptt_viz import ops
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.results.surface import Place, Step, Surface, SurfaceSetting
from bptt_viz.tape import Tape, backward

Tick = Callable[[float], None]

# Points on the tape at once: 2**14 of them take about 20 MB over 50 steps.
_AT_ONCE = 2**14
_WALL_PLACES, _SCAN, _ZOOMS, _ZOOM = 7, 1001, 7, 20
_STEEP = 100.0
# Beyond it, products of w and b would leave the range of the numbers.
_FARTHEST = 1e100
_PROFILE = 801


def error_and_slopes(setting: SurfaceSetting, w: Array, b: Array) -> tuple[Array, Array, Array]:
    """Return E, ∂E/∂w and ∂E/∂b by one backward pass over all points, each of the points' shape.

    Args:
        setting: its steps, start and target count.
        w: any shape, as one leading axis of copies of the unit.
        b: the same shape.
    """
    tape = Tape()
    weight, bias = tape.leaf(w, "w"), tape.leaf(b, "b")
    x = tape.constant(np.full(np.shape(w), setting.start, np.result_type(w, b)), "x")
    for t in range(1, setting.steps + 1):
        with tape.at(t):
            x = ops.add(ops.multiply(weight, ops.sigmoid(x)), bias, "x")
    missed = ops.subtract(ops.sigmoid(x), setting.target)
    error = ops.multiply(missed, missed, "E")
    found = backward(tape, {error: np.ones_like(error.value)}, (weight, bias))
    return error.value, found[weight], found[bias]


def surface(setting: SurfaceSetting, tick: Tick | None = None) -> Surface:
    """Return the surface over a grid of w and b, its wall, and a step with and without clipping.

    Args:
        setting: what to run.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: a number is out of range.
    """
    _check(setting)
    w = np.linspace(*setting.w_range, setting.grid)
    b = np.linspace(*setting.b_range, setting.grid)
    error, slope_w, slope_b = _grid(setting, w, b, tick)
    usual = float(np.median(np.hypot(slope_w, slope_b)))
    candidates = [steepest(setting, float(x)) for x in np.linspace(*setting.w_range, 2 * _WALL_PLACES + 1)[1::2]]
    inside = [place for place in candidates if setting.b_range[0] < place.b < setting.b_range[1]]
    wall = tuple(place for place in inside if place.norm > _STEEP * usual)
    start = _start(setting)
    clips = start.norm >= setting.threshold
    plain = _stepped(setting, start, 1.0)
    clipped = _stepped(setting, start, setting.threshold / start.norm if clips else 1.0)
    along, profile = _profile(setting, start, clipped)
    where = "the wall" if start.norm > _STEEP * usual else f"(w, b) = ({start.w:.4g}, {start.b:.4g})"
    finding = _finding(setting, start, where, plain, clipped)
    return Surface(finding, setting, w, b, error, slope_w, slope_b, wall, start, clips, plain, clipped, along, profile)


def _check(setting: SurfaceSetting) -> None:
    for option, (low, high) in (("w", setting.w_range), ("b", setting.b_range)):
        if not -_FARTHEST <= low < high <= _FARTHEST:
            raise UsageError(f"--{option} wants LOW,HIGH, ascending and within ±{_FARTHEST:g}, got {low:g},{high:g}")
    for option, given in (("rate", setting.rate), ("threshold", setting.threshold)):
        if not (np.isfinite(given) and given > 0):
            raise UsageError(f"--{option} must be positive and finite, got {given:g}")
    for option, given in (("start", setting.start), ("target", setting.target)):
        if not np.isfinite(given):
            raise UsageError(f"--{option} must be finite, got {given:g}")
    if setting.point is not None and not np.isfinite(setting.point).all():
        raise UsageError("--point must be finite")
    if setting.point is not None and np.abs(setting.point).max() > _FARTHEST:
        raise UsageError(f"--point must be at most {_FARTHEST:g} in size")
    if setting.steps < 1 or setting.grid < 2:
        raise UsageError("--steps must be at least 1 and --grid at least 2")


def _grid(setting: SurfaceSetting, w: Array, b: Array, tick: Tick | None) -> tuple[Array, Array, Array]:
    """Return E, ∂E/∂w and ∂E/∂b over the grid, (B, W) each, a few rows at a time."""
    rows = max(1, _AT_ONCE // len(w))
    parts = []
    for first in range(0, len(b), rows):
        chunk = b[first : first + rows]
        parts.append(error_and_slopes(setting, *np.broadcast_arrays(w[None, :], chunk[:, None])))
        if tick is not None:
            tick(min(1.0, (first + rows) / len(b)))
    error, slope_w, slope_b = (np.concatenate(each) for each in zip(*parts, strict=True))
    return error, slope_w, slope_b


def place_at(setting: SurfaceSetting, w: float, b: float) -> Place:
    """Return one point of the surface."""
    error, slope_w, slope_b = (float(v[0]) for v in error_and_slopes(setting, np.array([w]), np.array([b])))
    return Place(w, b, error, slope_w, slope_b, hypot(slope_w, slope_b))


def steepest(setting: SurfaceSetting, w: float) -> Place:
    """Return where the gradient is largest at one w, by scans over b, each closer than the one before.

    A wall too thin for any point of a scan to stand on it still shows in the difference of E between two of them.
    """
    low, high = setting.b_range
    best = low
    for _ in range(_ZOOMS):
        b = np.linspace(low, high, _SCAN)
        error, slope_w, slope_b = error_and_slopes(setting, np.full_like(b, w), b)
        cell = b[1] - b[0]
        if not cell > 0:
            break
        jumps = np.abs(np.diff(error, append=error[-1])) / cell
        found = int(np.argmax(np.maximum(np.hypot(slope_w, slope_b), jumps)))
        best = float(b[found])
        low, high = max(low, best - _ZOOM * cell), min(high, best + _ZOOM * cell)
    return place_at(setting, w, best)


def _start(setting: SurfaceSetting) -> Place:
    if setting.point is not None:
        return place_at(setting, *setting.point)
    return steepest(setting, (setting.w_range[0] + setting.w_range[1]) / 2)


def _stepped(setting: SurfaceSetting, start: Place, factor: float) -> Step:
    """Take one step against the gradient, the gradient scaled by a factor first."""
    scale = setting.rate * factor
    w, b = start.w - scale * start.slope_w, start.b - scale * start.slope_b
    if not max(abs(w), abs(b)) <= _FARTHEST:
        raise UsageError(
            f"--rate {setting.rate:g} throws the unclipped step beyond {_FARTHEST:g}; choose a smaller one"
        )
    return Step(scale * start.norm, place_at(setting, w, b))


def _profile(setting: SurfaceSetting, start: Place, clipped: Step) -> tuple[Array, Array]:
    """Return distances along −g and E there, from a step's length uphill to three of them downhill."""
    along = np.linspace(-1.5, 3.0, _PROFILE) * (clipped.length or 1.0)
    size = start.norm or 1.0
    points = (start.w - along * start.slope_w / size, start.b - along * start.slope_b / size)
    return along, error_and_slopes(setting, *points)[0]


def _finding(setting: SurfaceSetting, start: Place, where: str, plain: Step, clipped: Step) -> str:
    if start.norm < setting.threshold:
        return f"The gradient, {start.norm:.2g}, is below θ = {setting.threshold:g}: clipping leaves the step as it is"
    thrown = f"an unclipped step goes {plain.length:.3g} away to E = {plain.end.error:.2g}{_stuck(plain.end)}"
    kept = f"clipped to θ = {setting.threshold:g} it goes {clipped.length:.2g} and lands at E = {clipped.end.error:.2g}"
    return f"From {where}, where E = {start.error:.2g}, {thrown}; {kept}"


def _stuck(end: Place) -> str:
    return ", where the gradient is 0" if end.norm < 1e-12 else ""
