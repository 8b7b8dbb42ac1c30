"""Arrays joined along an axis, or cut into parts."""

from collections.abc import Sequence
from itertools import pairwise

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.passed import Arguments, Keywords, Made, argument, number
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.subscripts import subscript
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Many, Num, Pending, Seq, Slice, Value


def joined_along(axis: int | None, added: bool = False, columns: bool = False) -> Made:
    """`concatenate`, `hstack`, `vstack` and `stack`: along an axis that is given, or is always the same."""

    def joined(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
        given = argument(arguments, keywords, 1, "axis") if axis is None else None
        parts = run.known(arguments[0])
        if isinstance(parts, Many) and parts.item is not None:
            return _of_alike(run, parts, number(run, given) or 0, added)
        if not isinstance(parts, Seq):
            return UNKNOWN
        at = axis if axis is not None else (number(run, given) if given is not None else 0)
        if at is None or any(run.known(part) is UNKNOWN for part in parts.items):
            return UNKNOWN
        if added:
            return _stacked(run, [run.shape(part) for part in parts.items], at)
        return _concatenated(run, parts.items, at, columns)

    return joined


def _of_alike(run: Run, parts: Many, at: int, added: bool) -> Value:
    shape = run.shape(parts.item or UNKNOWN)
    if shape is None:
        return UNKNOWN
    length = parts.length or run.dims.fresh()
    if added:
        at = at if at >= 0 else len(shape) + 1 + at
        return Arr((*shape[:at], length, *shape[at:]))
    return Arr(tuple(run.dims.fresh() if place == at % len(shape) else axis for place, axis in enumerate(shape)))


def _stacked(run: Run, shapes: Sequence[tuple[Dim, ...] | None], at: int) -> Value:
    first = shapes[0] if shapes else None
    if first is None:
        return UNKNOWN
    for shape in shapes[1:]:
        if shape is not None:
            run.equate(first, shape)
    at = at if at >= 0 else len(first) + 1 + at
    return Arr((*first[:at], Dim((), len(shapes)), *first[at:]))


def _concatenated(run: Run, parts: Sequence[Value], at: int, columns: bool) -> Value:
    """Concatenate; `hstack` and `vstack` join vectors along their only axis, or as rows."""
    known = [run.force(part) for part in parts if not isinstance(run.known(part), Pending)]
    rank = max((len(run.shape(part) or ()) for part in known), default=0) or None
    shapes = [run.shape(run.force(part, rank)) for part in parts]
    if any(not shape for shape in shapes):
        return UNKNOWN
    full = [shape for shape in shapes if shape]
    rank = len(full[0])
    if columns and rank == 1:
        if at == 1:
            return Arr((_total(run, [shape[0] for shape in full]),))
        return _stacked(run, full, 0)
    if any(len(shape) != rank for shape in full) or not -rank <= at < rank:
        raise Conflict(f"joined along axis {at} of {rank}")
    at %= rank
    for shape in full[1:]:
        run.equate(full[0][:at] + full[0][at + 1 :], shape[:at] + shape[at + 1 :])
    return Arr((*full[0][:at], _total(run, [shape[at] for shape in full]), *full[0][at + 1 :]))


def _total(run: Run, axes: Sequence[Dim]) -> Dim:
    total = Dim()
    for axis in axes:
        total = total + run.dims.resolve(axis)
    return total


def split_along(axis: int | None) -> Made:
    """`split`, `hsplit` and `vsplit`: into equal parts, or at places."""

    def split(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
        given = argument(arguments, keywords, 2, "axis") if axis is None else None
        at = axis if axis is not None else (number(run, given) if given is not None else 0)
        parts = run.known(argument(arguments, keywords, 1, "indices_or_sections") or UNKNOWN)
        if at is None or not isinstance(parts, Num | Seq):
            return UNKNOWN
        of = run.force(arguments[0], least=at + 1 if at >= 0 else -at)
        if not isinstance(of, Arr):
            return UNKNOWN
        at %= len(of.shape)
        return Seq(_parts(run, of, at, parts), mutable=True)

    return split


def _parts(run: Run, of: Arr, at: int, parts: Value) -> list[Value]:
    count = number(run, parts)
    if count is not None:
        part = run.dims.divided(of.shape[at], count)
        ends: list[Value] = [Num(part * place) for place in range(1, count)]
    else:
        ends = parts.items if isinstance(parts, Seq) else []
    bounds = [None, *ends, None]
    skipped: list[Value] = [Slice(None, None, None)] * at
    return [subscript(run, of, Seq([*skipped, Slice(start, stop, None)])) for start, stop in pairwise(bounds)]
