"""How captions name a person's group: error rate, ratio, divergence of outcomes (Hendricks et al. 2018, section 4)."""

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.models.equal_losses import GROUPS


def named_group(words: Array) -> Array:
    """Return which group each caption names first: 0 for G_w, 1 for G_m, −1 for neither, (N,).

    Args:
        words: numbers of the words, (T, N).
    """
    group = np.select([np.isin(words, each) for each in GROUPS], range(len(GROUPS)), -1)
    first = (group >= 0).argmax(axis=0)
    return np.asarray(group[first, np.arange(words.shape[1])])


def outcome_shares(named: Array, true: Array) -> Array:
    """Return for each group the shares of captions that name it, the other one, and neither, (2, 3).

    Args:
        named: 0, 1 or −1, (N,).
        true: 0 or 1, (N,); a group without a member has shares of NaN.
    """
    rows = []
    for group in range(len(GROUPS)):
        said = named[true == group]
        rows.append([np.sum(said == group), np.sum(said == 1 - group), np.sum(said == -1)])
    with np.errstate(invalid="ignore"):
        return np.asarray(rows) / np.sum(rows, axis=1, keepdims=True)


def error_rate(named: Array, true: Array) -> float:
    """Return (men called women + women called men) / all."""
    return float(np.mean((named >= 0) & (named != true)))


def group_ratio(group: Array) -> float:
    """Return #G_w/#G_m; infinite where there is no G_m."""
    women, men = (int(np.sum(group == k)) for k in range(len(GROUPS)))
    return women / men if men else float("inf")


def divergence(shares: Array) -> float:
    """Return the Jensen–Shannon divergence, base 2, of two distributions (2, K): 0 if alike, 1 if apart; NaN of NaN."""
    if np.isnan(shares).any():
        return float("nan")
    middle = shares.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(shares > 0, shares * np.log2(shares / middle), 0.0)
    return float(terms.sum() / len(shares))
