"""Heights of layered boxes and links: straight where possible, never closer than their room allows."""

from collections.abc import Sequence
from itertools import pairwise

from bptt_viz.analyses.graph.layout.layering import Columns

_SEPARATION = 12.0
_SWEEPS = 40
_FAR = float("inf")
_ALMOST = 36.0


def depths(made: Columns) -> list[float]:
    """Return each item's distance from the top, found by letting neighbours pull at each other."""
    depth = [0.0] * len(made.column)
    for column in made.order:
        _settle(made, column, depth, [float(k) for k in range(len(column))], [1.0] * len(column))
    for sweep in range(_SWEEPS):
        for column in made.order if sweep % 2 == 0 else made.order[::-1]:
            pulls = [_pull(made, item, depth) for item in column]
            _settle(made, column, depth, [wish for wish, _ in pulls], [weight for _, weight in pulls])
    for _ in range(3):
        for chain in made.chains:
            _straighten(made, chain, depth)
        for item in made.boxes.values():
            _align(made, item, depth)
    return depth


def _pull(made: Columns, item: int, depth: Sequence[float]) -> tuple[float, float]:
    """Return where an item's neighbours want it, and how much."""
    weights = [(n, _stiffness(made, item, n)) for n in (*made.before[item], *made.behind[item])]
    total = sum(weight for _, weight in weights)
    return (sum(weight * depth[n] for n, weight in weights) / total if total else depth[item]), total or 0.1


def _stiffness(made: Columns, item: int, neighbour: int) -> float:
    return (1.0, 2.0, 8.0)[made.is_passage(item) + made.is_passage(neighbour)]


def _settle(
    made: Columns, column: Sequence[int], depth: list[float], wishes: Sequence[float], weights: Sequence[float]
) -> None:
    """Move a column's items as close to their wishes as their order and room allow.

    The weighted least-squares solution by pooling adjacent violators (Ayer et al. 1955).
    """
    offsets = [0.0]
    for above, below in pairwise(column):
        offsets.append(offsets[-1] + _distance(made, above, below))
    pools: list[tuple[float, float, int]] = []  # mean wish, weight, number of items
    for wish, weight, offset in zip(wishes, weights, offsets, strict=False):
        mean, total, count = wish - offset, weight, 1
        while pools and pools[-1][0] >= mean:
            other, heavy, more = pools.pop()
            mean, total, count = (mean * total + other * heavy) / (total + heavy), total + heavy, count + more
        pools.append((mean, total, count))
    settled = (mean for mean, _, count in pools for _ in range(count))
    for item, value, offset in zip(column, settled, offsets, strict=False):
        depth[item] = value + offset


def _distance(made: Columns, above: int, below: int) -> float:
    return made.down[above] + made.up[below] + _SEPARATION


def _straighten(made: Columns, chain: Sequence[int], depth: list[float]) -> None:
    """Put all passages of a link at one height, its source's or target's if possible, if nothing stands in the way."""
    free = [_free(made, item, depth) for item in chain]
    low, high = max(lowest for lowest, _ in free), min(highest for _, highest in free)
    if low > high:
        return
    ends = depth[made.before[chain[0]][0]], depth[made.behind[chain[-1]][0]]
    middle = sum(depth[item] for item in chain) / len(chain)
    fitting = [end for end in ends if low <= end <= high]
    chosen = min(fitting or [min(max(middle, low), high)], key=lambda end: abs(end - middle))
    for item in chain:
        depth[item] = chosen


def _align(made: Columns, item: int, depth: list[float]) -> None:
    """Put a box at the height of a wire that almost meets it at its own."""
    low, high = _free(made, item, depth)
    near = [depth[n] for n in (*made.before[item], *made.behind[item]) if abs(depth[n] - depth[item]) <= _ALMOST]
    fitting = [wish for wish in near if low <= wish <= high]
    if fitting:
        depth[item] = min(fitting, key=lambda wish: abs(wish - depth[item]))


def _free(made: Columns, item: int, depth: Sequence[float]) -> tuple[float, float]:
    """Return between which depths an item can move without touching its neighbours in the column."""
    column = made.order[made.column[item]]
    k = column.index(item)
    low = depth[column[k - 1]] + _distance(made, column[k - 1], item) if k else -_FAR
    high = depth[column[k + 1]] - _distance(made, item, column[k + 1]) if k + 1 < len(column) else _FAR
    return low, high
