"""A gradient taken apart along random directions, block by block: for functions with too many entries to move each."""

from collections.abc import Iterator

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.differences import Method, slopes
from bptt_viz.checking.problem import Described, Outputs, Problem, kind_of
from bptt_viz.results.check import Judgement

# How many entries of foreign code are moved one by one, each by an evaluation of its own or by a copy of its own.
_ALONE, _TOGETHER = 5_000, 50_000
# With two directions a block, the odds that a wrong gradient looks right twice are nil.
_DIRECTIONS = 2
# Numbers in the directions that are held at once.
_ROOM = 4_000_000


def affordable(problem: Problem) -> bool:
    """Tell whether every entry can be moved in bearable time; our own models, which share much, are never refused."""
    if not isinstance(problem, Described):
        return True
    return sum(value.size for value in problem.inputs.values()) <= (_TOGETHER if problem.batched else _ALONE)


def names_of_blocks(problem: Problem, name: str) -> tuple[str, ...]:
    """Return an input's gates if it packs several, its time steps if it is a sequence, or nothing to tell apart."""
    axis, gates = kind_of(problem, name).time_axis, problem.gates.get(name, ())
    if len(gates) > 1:
        return gates
    return tuple(map(str, range(problem.inputs[name].shape[axis]))) if axis is not None else ("",)


class Blocks:
    """Random directions that move one block of one input each.

    Attributes:
        name: the input.
        names: of its blocks: gates, time steps from 0, or a single empty one.
    """

    def __init__(self, problem: Problem, name: str, rng: np.random.Generator) -> None:
        self.name = name
        self.names = names_of_blocks(problem, name)
        kind, value = kind_of(problem, name), problem.inputs[name]
        axis = kind.gate_axis if len(problem.gates.get(name, ())) > 1 else (kind.time_axis or 0)
        blocks = np.array_split(np.arange(value.size).reshape(value.shape), len(self.names), axis) if value.ndim else []
        self._places = [block.ravel() for block in blocks] or [np.arange(1)]
        self._shape = value.shape
        self._drawn = [rng.standard_normal((_DIRECTIONS, places.size)) for places in self._places]

    def numeric(self, problem: Problem, sets: list[Outputs], method: Method, eps: float | None) -> Array:
        """Return the slopes of K projected outputs along all directions: (K, blocks, directions)."""
        found = [slopes(problem, sets, {self.name: part}, method, eps).value for part in self._parts()]
        return np.concatenate(found, axis=-1).reshape(len(sets), len(self.names), _DIRECTIONS)

    def analytic(self, gradient: Array) -> Array:
        """Return a gradient's projections: (blocks, directions)."""
        flat = gradient.ravel()
        pairs = zip(self._drawn, self._places, strict=True)
        return np.stack([drawn @ flat[places] for drawn, places in pairs])

    def _parts(self) -> Iterator[Array]:
        """Write the directions out, some blocks at a time: (P, *shape)."""
        size = max(1, int(np.prod(self._shape)))
        count = max(1, _ROOM // (size * _DIRECTIONS))
        for start in range(0, len(self._places), count):
            places, drawn = self._places[start : start + count], self._drawn[start : start + count]
            written = np.zeros((len(places), _DIRECTIONS, size))
            for block, where, what in zip(written, places, drawn, strict=True):
                block[:, where] = what
            yield written.reshape(-1, *self._shape)


def all_blocks(problem: Problem) -> list[Blocks]:
    """Return the blocks of every input, their directions drawn from a seed of their own."""
    rng = np.random.default_rng(0)
    return [Blocks(problem, name, rng) for name in problem.inputs]


def projected_slopes(
    problem: Problem, blocks: list[Blocks], cotangents: Outputs, method: Method, judgement: Judgement
) -> dict[str, Array]:
    """Return the slopes of each output alone along every block's directions: (outputs, blocks, directions) by input."""
    sets: list[Outputs] = [{place: value} for place, value in cotangents.items()]
    return {each.name: each.numeric(problem, sets, method, judgement.eps) for each in blocks}
