"""Arrays in which several gates lie side by side: which slices the code cuts out of them, and their names."""

from dataclasses import dataclass

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim, Dims
from bptt_viz.targets.recognise.inference.values import Block


@dataclass(frozen=True, slots=True)
class Named:
    """A slice that has a name.

    Attributes:
        name: of the variable.
        block: where it was cut out.
        size: along the axis that was cut.
    """

    name: str
    block: Block
    size: Dim


def close(dims: Dims, blocks: list[Named]) -> None:
    """Take arrays of unknown size that are cut up from their start, one slice after the other, to end with the last."""
    for total in dict.fromkeys(dims.resolve(each.block.total) for each in blocks):
        if total.unknown is None:
            continue
        cut = [
            (dims.resolve(each.block.start), dims.resolve(each.block.start + each.size))
            for each in blocks
            if dims.resolve(each.block.total) == total
        ]
        end, turns = Dim(), 0
        while turns < len(cut) and any(start == end and stop != end for start, stop in cut):
            end, turns = next(stop for start, stop in cut if start == end and stop != end), turns + 1
        if turns > 1 and end.terms and total.terms[0] not in end.terms:
            try:
                dims.unify(total, end)
            except Conflict:
                continue
