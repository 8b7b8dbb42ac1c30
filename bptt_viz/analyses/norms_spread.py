"""Gradient norms row by row and draw by draw: their quantiles, their rates, and how many draws have which verdict."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from bptt_viz.analyses.decay import fit_decay, follow, judge
from bptt_viz.analyses.runs import Ends
from bptt_viz.arrays import Array
from bptt_viz.models import Rollout
from bptt_viz.results.nonfinite import Place
from bptt_viz.results.norms import Series
from bptt_viz.results.norms_spread import HIGH, LOW, NormBand, RateBand, Spread
from bptt_viz.topologies import Layer


@dataclass(frozen=True, slots=True)
class Draw:
    """One draw of the weights.

    Attributes:
        rows: (layers, N, T), norms of the gradient of each row's own last loss; 0 where a layer has no step.
        steps: of each layer, which of the T places are its own.
        place: the first number that is not finite, if there is one.
    """

    rows: Array
    steps: tuple[slice, ...]
    place: Place | None

    @property
    def norms(self) -> Array:
        """‖∂L_T‖ (T,) over all layers and rows; L_T is the mean of the rows' losses."""
        return _norms(self.rows, (0, 1)) / self.rows.shape[1]


def draw(rollout: Rollout, last: Ends, place: Place | None) -> Draw:
    """Return the norms of one draw, row by row.

    Args:
        rollout: the recorded values.
        last: gradients of the last loss alone, L_T, the mean over N rows.
        place: the first number that is not finite, if there is one.
    """
    count = next(iter(rollout.layers[0].states[0].values())).shape[-2]
    rows = np.zeros((len(rollout.layers), count, rollout.steps))
    for k, run in enumerate(rollout.layers):
        found = last.of(run)
        states = [np.concatenate([found[at[name]] for name in run.cell.states], axis=-1) for at in run.states[1:]]
        rows[k, :, place_of(run, rollout.steps)] = _norms(np.stack(states, axis=1).astype(float), -1)
    return Draw(rows * count, tuple(place_of(run, rollout.steps) for run in rollout.layers), place)


def place_of(run: Layer, steps: int) -> slice:
    """Return the places of a layer's steps, in the order of its run, among T places that end where its loss is."""
    first = steps - run.first if run.backward else run.first - 1
    return slice(first, first + len(run.steps))


def _norms(array: Array, axis: int | tuple[int, ...]) -> Array:
    """Return Euclidean norms along axes, scaled so that squares neither underflow nor overflow."""
    largest = np.max(np.abs(array), axis=axis, keepdims=True)
    scale = np.where(np.isfinite(largest) & (largest > 0), largest, 1.0)
    return np.squeeze(scale, axis=axis) * np.sqrt(np.sum((array / scale) ** 2, axis=axis))


def middle(draws: Sequence[Draw]) -> tuple[float, ...]:
    """Return the median over the draws of ‖∂L_T‖ at each step."""
    return _quantile(np.stack([one.norms for one in draws]), 0.5)


def spread(draws: Sequence[Draw], smallest: float) -> Spread | None:
    """Return what the draws and rows have in common; None if there is one row of one draw.

    Args:
        draws: at least one.
        smallest: norms up to here are taken for underflow.
    """
    rows = np.concatenate([one.rows for one in draws], axis=1)
    size = draws[0].rows.shape[1]
    if rows.shape[1] == 1:
        return None
    verdicts = Counter(judge(follow(one.norms.tolist(), smallest), one.place is None).value for one in draws)
    whole = _norms(rows, 0)
    rate = _rates(whole, smallest * size)
    layers = tuple(_band(own[:, at]) for own, at in zip(rows, draws[0].steps, strict=True))
    return Spread(len(draws), size, dict(verdicts.most_common()), rate, _band(whole), layers)


def _band(rows: Array) -> NormBand:
    return NormBand(_quantile(rows, LOW), _quantile(rows, 0.5), _quantile(rows, HIGH))


def _quantile(rows: Array, share: float) -> Series:
    """Return a quantile at each step; what is not finite counts as larger than everything."""
    ordered = np.sort(np.where(np.isfinite(rows), rows, np.inf), axis=0)
    below, part = divmod(share * (len(rows) - 1), 1)
    low, high = ordered[int(below)], ordered[min(int(below) + 1, len(rows) - 1)]
    finite = np.isfinite(high)
    between = low + part * (np.where(finite, high, 0.0) - np.where(finite, low, 0.0))
    return tuple(np.where(finite | (part == 0), between, np.inf).tolist())


def _rates(rows: Array, smallest: float) -> RateBand | None:
    lines = [fit_decay(row[::-1], smallest) for row in rows]
    rates = [line.rate for line in lines if line is not None and 0 < line.rate < np.inf]
    if not rates:
        return None
    low, median, high = np.exp(np.quantile(np.log(rates), (LOW, 0.5, HIGH))).tolist()
    slope = log(median)
    return RateBand(
        *(median, low, high),
        half_life=log(2) / -slope if slope < 0 else None,
        doubling=log(2) / slope if slope > 0 else None,
        count=len(rates),
    )
