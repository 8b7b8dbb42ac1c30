"""From gradient norms of many seeds to medians, bands, rates and a finding."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bptt_viz.analyses.bounds import STEEPEST, bound_rate
from bptt_viz.analyses.meanfield import foretold_rate
from bptt_viz.analyses.networks import Draws, capital
from bptt_viz.arrays import Array
from bptt_viz.results.curves import Curve, CurvesSetting, Panel, Verdict
from bptt_viz.results.network import Network

QUANTILES = (0.1, 0.9)
# A curve counts as vanished or exploded once its whole band has changed by this factor.
_FACTOR = 10.0


def panel(network: Network, setting: CurvesSetting, norms: Array, drawn: Draws) -> Panel:
    """Return one network's curves.

    Args:
        network: its kind.
        setting: radii, biases, start and dtype count.
        norms: ‖∂L_T/∂s_{T−k}‖, (radii, S, T+1).
        drawn: its draws, at radius 1.
    """
    tiny = float(np.finfo(setting.dtype).tiny)
    gamma = STEEPEST.get(network.activation)
    singular = drawn.singular if gamma is not None else None
    made = []
    for radius, own in zip(setting.radii, norms, strict=True):
        found = curve(network, radius, own, None if singular is None else radius * singular, tiny)
        made.append(replace(found, foretold=_foretold(network, radius, setting, drawn)))
    return Panel(network.name, gamma, tuple(made))


def _foretold(network: Network, radius: float, setting: CurvesSetting, drawn: Draws) -> float | None:
    """Return √χ; entries of variance radius²/H have that spectral radius if H is large, as has an orthogonal matrix."""
    if not network.activation or network.matrix == "identity":
        return None
    other = float(np.mean(np.square(drawn.values["W_xh"]))) + setting.bias**2
    return foretold_rate(network.activation, radius, other, setting.start)


def curve(network: Network, radius: float, norms: Array, singular: Array | None, tiny: float) -> Curve:
    """Return the curve of one network at one radius.

    Args:
        network: its kind.
        radius: spectral radius of the recurrent matrices.
        norms: ‖∂L_T/∂s_{T−k}‖, (S, T+1).
        singular: the largest singular value of each W_hh, (S,); None if no bound is known.
        tiny: the smallest normal number of the dtype that the norms were computed in.
    """
    usable = np.isfinite(norms[:, 0]) & (norms[:, 0] >= tiny)
    kept = in_range(norms[usable], tiny)
    sunk, risen = kept[:, -1] == 0, np.isinf(kept[:, -1])
    died = _died(norms[usable], tiny)
    # The dead are counted apart: among the living they would be cliffs in the median.
    told = np.ones_like(died) if died.all() else ~died
    lower, median, upper = (geometric_quantile(kept[told], q) for q in (QUANTILES[0], 0.5, QUANTILES[1]))
    # Over the same seeds as the curve, or it might not bound it.
    factor = None if singular is None else _bound(network, singular[usable][told] if told.any() else singular)
    rate, reach = _rate(median)
    with np.errstate(over="ignore", under="ignore"):
        bound = np.power(np.nan if factor is None else factor, np.arange(norms.shape[-1], dtype=float))
    return Curve(
        label=f"{radius:g}",
        network=network,
        radius=radius,
        median=median,
        lower=lower,
        upper=upper,
        bound=bound,
        bound_rate=factor,
        foretold=None,
        guaranteed=factor is not None and factor < 1,
        rate=rate,
        half_life=_half_life(rate),
        reach=reach,
        died=int(died.sum()),
        underflowed=int((sunk & ~died).sum()),
        overflowed=int(risen.sum()),
        unmeasured=int((~usable).sum()),
        verdict=_verdict(lower[-1], upper[-1], int(died.sum()), len(kept)),
    )


def _bound(network: Network, singular: Array) -> float:
    """Return γ λ1, with the median λ1 of these networks."""
    return bound_rate(network.activation, float(geometric_quantile(singular[:, None], 0.5)[0]))


def in_range(norms: Array, tiny: float) -> Array:
    """Return the norms over their first; 0 from the first below `tiny` on, infinite from the first overflow on.

    Args:
        norms: (S, T+1), the first column finite and not below `tiny`.
        tiny: the smallest normal number; below it a number has lost digits.
    """
    sunk = np.logical_or.accumulate(norms < tiny, axis=-1)
    risen = np.logical_or.accumulate(~np.isfinite(norms), axis=-1) & ~sunk
    with np.errstate(all="ignore"):
        ratios = norms / norms[:, :1]
    return np.where(sunk, 0.0, np.where(risen, np.inf, ratios))


def _died(norms: Array, tiny: float) -> Array:
    """Tell of each seed whether its norm fell to exactly 0 from well within range, (S,)."""
    before, after = norms[:, :-1], norms[:, 1:]
    return np.any((after == 0) & (before > tiny / np.finfo(float).eps), axis=-1)


def geometric_quantile(rows: Array, q: float) -> Array:
    """Return a quantile over the rows, with logarithms interpolated where it falls between two of them.

    A norm of 0 counts as smaller than every other and is never averaged away.

    Args:
        rows: (S, K), not negative; infinities count as larger than every other.
        q: between 0 and 1.

    Returns:
        (K,); NaN if there are no rows.
    """
    if len(rows) == 0:
        return np.full(rows.shape[-1], np.nan)
    ordered = np.sort(rows, axis=0)
    place = q * (len(rows) - 1)
    low, high = ordered[int(np.floor(place))], ordered[int(np.ceil(place))]
    share = place - np.floor(place)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = np.exp((1 - share) * np.log(low) + share * np.log(high))
    return np.where((low == high) | (share == 0), low, between)


def _rate(median: Array) -> tuple[float, int]:
    """Return the mean factor a step, and up to which k the median allows to tell."""
    good = np.isfinite(median) & (median > 0)
    reach = len(median) - 1 if good.all() else max(0, int(np.argmin(good)) - 1)
    return (float(np.exp(np.log(median[reach]) / reach)) if reach else float("nan")), reach


def _half_life(rate: float) -> float:
    change = abs(float(np.log(rate)))
    return float(np.log(2)) / change if change != 0 else float("inf")


def _verdict(lower: float, upper: float, died: int, seeds: int) -> Verdict:
    if seeds == 0:
        return "unmeasured"
    if 2 * died >= seeds:
        return "dies"
    if upper < 1 / _FACTOR:
        return "vanishes"
    return "explodes" if lower > _FACTOR else "neither"


_UNKNOWN: tuple[tuple[Verdict, str], ...] = (("unmeasured", ""),)
# Stands where a radius follows, until the sentence is whole.
_WORD = "\0"
_PLURAL = {"vanishes": "vanish", "explodes": "explode", "dies": "die"}


def finding(panels: Sequence[Panel]) -> str:
    """Return one sentence on which activations vanish, explode or die at which radii.

    Activations of which the same can be said share a clause.
    """
    grouped: dict[tuple[tuple[Verdict, str], ...], list[str]] = {}
    for each in panels:
        grouped.setdefault(_clauses(each), []).append(each.name)
    sentence = "; ".join(_said(names, clauses) for clauses, names in grouped.items())
    # The first number says what it is, the others follow it.
    return capital(sentence).replace(_WORD, "radius ", 1).replace(_WORD, "")


def _clauses(each: Panel) -> tuple[tuple[Verdict, str], ...]:
    """Return what happens to one activation, each with the radii at which it does."""
    verdicts = [curve.verdict for curve in each.curves]
    if set(verdicts) == {"unmeasured"}:
        return _UNKNOWN
    radii = [curve.radius for curve in each.curves]
    found: list[tuple[Verdict, str]] = []
    kinds: tuple[Verdict, ...] = ("dies", "vanishes", "explodes")
    for kind in kinds:
        if kind in verdicts:
            found.append((kind, _where(radii, [verdict == kind for verdict in verdicts])))
    return tuple(found)


def _where(radii: Sequence[float], hit: Sequence[bool]) -> str:
    """Say which of the ascending radii are hit."""
    chosen = [f"{radius:g}" for radius, yes in zip(radii, hit, strict=True) if yes]
    first, last = hit.index(True), len(hit) - 1 - hit[::-1].index(True)
    if first == last:
        return f"at {_WORD}{chosen[0]}"
    if len(chosen) == len(radii):
        return f"at every radius from {chosen[0]} to {chosen[-1]}"
    if last - first + 1 > len(chosen):
        return f"at {_WORD}{', '.join(chosen[:-1])} and {chosen[-1]}"
    if first == 0:
        return f"up to {_WORD}{chosen[-1]}"
    return f"from {_WORD}{chosen[0]}" + ("" if last == len(hit) - 1 else f" to {chosen[-1]}")


def _said(names: Sequence[str], clauses: tuple[tuple[Verdict, str], ...]) -> str:
    several = len(names) > 1
    subject = f"{', '.join(names[:-1])} and {names[-1]}" if several else names[0]
    if clauses == _UNKNOWN:
        return f"{subject} could not be measured"
    if not clauses:
        return f"{subject} neither {'vanish nor explode' if several else 'vanishes nor explodes'}"
    said = [f"{_PLURAL[verb] if several else verb} {where}" for verb, where in clauses]
    return f"{subject} {' and '.join(said)}"
