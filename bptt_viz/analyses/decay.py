"""Fits a rate to norms that grow or shrink with distance, and judges what becomes of a gradient."""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, inf, isfinite, log, nan, sqrt

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.results.norms_chain import (
    FLOAT16,
    FLOAT32,
    GONE,
    GROWN,
    HORIZON,
    LOST,
    UNDERFLOW16,
    Chain,
    Crossing,
    Decay,
    Memory,
    Trend,
)

_NORMAL = 1.959964  # the standard normal's 97.5 % quantile
_LONGEST_TRANSIENT = 10
_ROUNDING = 1e-9  # rates closer to 1 than this are 1


def fit_decay(norms: Sequence[float], smallest: float = 0.0) -> Decay | None:
    """Fit a straight line to log ‖·‖ against distance by least squares.

    The fit leaves out the transient (the first fifth of the points, at most ten) and everything from the first norm on
    that is not finite or not above `smallest`.

    A log-norm is a sum of one random term a step, so the residuals of neighbouring distances are far from independent
    and the usual standard error would be much too small. But the least-squares slope is a weighted mean of these
    terms, the log-ratios e_j of neighbouring norms, with weights k_j = Σ_{i ≥ j} (d_i − d̄) / Σ (d − d̄)²: its standard
    error is √(s² Σ k²) with s² = Σ k (e − slope)² / (1 − Σ k²), and 1/Σ k² counts the terms that it rests on.

    Args:
        norms: by distance 0, 1, …; each at least 0.
        smallest: norms up to here are taken for underflow.

    Returns:
        The line, or None with fewer than two points.
    """
    values = np.asarray(norms, float)
    count = _usable(values, smallest)
    if count < 2:
        return None
    skip = transient(count)
    logs = np.log(values[skip:count])
    terms = np.diff(logs)
    weights = line_weights(len(terms))
    slope = float(weights @ terms)
    error, reach = _scatter(terms, weights, slope)
    low, high = (None, None) if error is None else (_exp(slope - reach), _exp(slope + reach))
    half_life, doubling = (log(2) / -slope if slope < 0 else None, log(2) / slope if slope > 0 else None)
    intercept, r_squared = _line(np.arange(skip, count, dtype=float), logs, slope)
    return Decay(_exp(slope), low, high, error, half_life, doubling, r_squared, intercept, skip, count - 1)


def transient(count: int) -> int:
    """Return how many of `count` points the fit leaves out at the start."""
    return min(_LONGEST_TRANSIENT, count // 5)


def _usable(values: Array, smallest: float) -> int:
    bad = np.flatnonzero(~(np.isfinite(values) & (values > smallest)))
    return int(bad[0]) if bad.size else len(values)


def line_weights(count: int) -> Array:
    """Return how much each of `count` log-ratios counts in the least-squares slope: a parabola with sum 1."""
    places = np.arange(count + 1) - count / 2
    return np.cumsum(places[::-1])[::-1][1:] / (places @ places)


def _line(distances: Array, logs: Array, slope: float) -> tuple[float, float]:
    """Return value at distance 0 and R²."""
    intercept = float(logs.mean() - slope * distances.mean())
    spread = float(np.sum((logs - logs.mean()) ** 2))
    left = float(np.sum((logs - intercept - slope * distances) ** 2))
    rounding = len(logs) * (1e-14 * max(1.0, float(np.max(np.abs(logs))))) ** 2
    return intercept, 1.0 if left <= rounding else 1 - left / spread


def _scatter(terms: Array, weights: Array, slope: float) -> tuple[float | None, float]:
    """Return the standard error of the slope and half the width of its 95 % interval."""
    if len(terms) < 2:
        return None, 0.0
    shared = float(weights @ weights)
    error = sqrt(float(weights @ (terms - slope) ** 2) / (1 - shared) * shared)
    return error, student(1 / shared - 1) * error


def student(freedom: float) -> float:
    """Return the 97.5 % quantile of Student's t for at least 1 degree of freedom (Abramowitz & Stegun 26.7.5)."""
    z = _NORMAL
    terms = (
        z,
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return sum(term / freedom**power for power, term in enumerate(terms))


def _exp(exponent: float) -> float:
    return exp(exponent) if exponent < 709 else inf


def follow(norms: Sequence[float], smallest: float = 0.0) -> Chain:
    """Return what the norms ‖∂L_T/∂s_t‖, t = 1 … T, say about the way from T back to 1.

    Args:
        norms: in the order of time.
        smallest: as for `fit_decay`.
    """
    back = list(reversed(norms))
    ratios = [_ratio(near, far) for near, far in pairwise(back)]
    share = back[-1] / back[0] if back[0] > 0 else nan
    decay = fit_decay(back, smallest)
    found = [crossing for limit in (LOST, GROWN) if (crossing := _crossing(back, limit, decay)) is not None]
    crossing = min(found, key=_foretold, default=None)
    return Chain(tuple(norms), (*reversed(ratios), None), share, decay, crossing, _crossing(back, GONE, decay))


def _foretold(crossing: Crossing) -> bool:
    return not crossing.measured


def _ratio(near: float, far: float) -> float | None:
    return far / near if 0 < near < inf and isfinite(far) else None


def _crossing(back: Sequence[float], limit: float, decay: Decay | None) -> Crossing | None:
    """Return when the gradient passes `limit` times its start: as measured if it ends beyond, else by the line."""
    beyond = [value < limit * back[0] if limit < 1 else value > limit * back[0] for value in back]
    if beyond[-1]:
        return Crossing(limit, beyond.index(True), True)
    if decay is None or decay.low is None or decay.high is None or decay.low <= 1 <= decay.high:
        return None
    distance = _distance(back, limit, decay)
    return None if distance == inf else Crossing(limit, distance, False)


def _distance(back: Sequence[float], limit: float, decay: Decay) -> float:
    """Return how many steps the line takes to `limit` times the start, at least as many as were measured."""
    away = (limit < 1) == (decay.rate > 1)
    if away or abs(decay.rate - 1) < _ROUNDING or not 0 < decay.rate < inf:
        return inf
    return max((log(limit) + log(back[0]) - decay.intercept) / log(decay.rate), float(len(back)))


def remember(chain: Chain) -> Memory:
    """Return how far a gradient reaches back before it counts for nothing."""
    back = list(reversed(chain.norms))
    thousandth, float16, float32 = (_crossing(back, limit, chain.decay) for limit in (GONE, FLOAT16, FLOAT32))
    return Memory(thousandth, float16, float32, _underflow(back, chain.decay))


def _underflow(back: Sequence[float], decay: Decay | None) -> Crossing | None:
    if not back[0] > 0:
        return None
    limit = UNDERFLOW16 / back[0]
    return _crossing(back, limit, decay) if limit < 1 else Crossing(limit, 0, True)


def judge(chain: Chain, finite: bool) -> Trend:
    """Return the verdict on a chain.

    A gradient vanishes that is below `LOST` of its start at step 1, and explodes if it is above `GROWN` times its start
    there. So the verdict is about T steps: the same rate may be healthy over 25 and not over 250. Fewer than
    `HORIZON` steps are judged by where the fitted line gets within `HORIZON` steps, or left undetermined if the line
    is too uncertain to say.

    Args:
        chain: all states together.
        finite: no value and no cotangent is infinite or NaN.
    """
    if not finite:
        return Trend.NON_FINITE
    decay, crossing = chain.decay, chain.crossing
    if len(chain.norms) < 2 or not chain.share >= 0:
        return Trend.UNDETERMINED
    if crossing is not None and (crossing.measured or crossing.distance <= HORIZON):
        return Trend.VANISHING if crossing.share == LOST else Trend.EXPLODING
    if decay is None or decay.low is None:
        return Trend.UNDETERMINED
    nearest = min(_distance(chain.norms[::-1], limit, decay) for limit in (LOST, GROWN))
    return Trend.UNDETERMINED if crossing is None and nearest <= HORIZON else Trend.HEALTHY
