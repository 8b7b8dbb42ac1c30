"""What stands in square brackets: taking out of arrays, lists and dicts, and putting into them."""

import ast
import contextlib
from collections.abc import Sequence

from bptt_viz.targets.recognise.inference.blocks import Named
from bptt_viz.targets.recognise.inference.choices import Listed
from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.lists import demand_list_of, demand_turns, is_layer, opened_by_index
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import (
    UNKNOWN,
    Arr,
    Block,
    Const,
    Many,
    Num,
    Pending,
    Seq,
    Shape,
    Slice,
    Table,
    Value,
)

_MOST = 8  # items of a list that the code asks for one by one


def subscript(run: Run, of: Value, index: Value) -> Value:
    """Return what stands at an index.

    Raises:
        Conflict: there are fewer axes than the index has.
        Listed: an input turns out to be a list.
    """
    of = opened_by_index(run, run.known(of), index)
    if isinstance(of, Shape):
        return _size_at(run, of.of, index)
    if isinstance(of, Pending) and isinstance(index, Const) and isinstance(index.value, str):
        table = run.decided[of.name] = Table(argument=of.name)
        return _from_table(run, table, index)
    if isinstance(of, Table):
        return _from_table(run, of, index)
    if isinstance(of, Seq):
        return _from_sequence(run, of, index)
    if isinstance(of, Many):
        return Many(of.item) if isinstance(index, Slice) else (of.item or UNKNOWN)
    if isinstance(of, Arr) and isinstance(index, Const) and isinstance(index.value, str):
        demand_list_of(run, of)
        return UNKNOWN
    if isinstance(of, Pending | Arr):
        return _from_array(run, of, index)
    return UNKNOWN


def store(run: Run, of: Value, index: Value, new: Value) -> None:
    """Put something at an index.

    Raises:
        Conflict: it does not fit there.
    """
    of = run.known(of)
    if isinstance(of, Table):
        _into_table(run, of, index, new)
    elif isinstance(of, Many):
        of.item = run.unify(of.item, new) if of.item is not None else new
    elif isinstance(of, Seq):
        at = _constant(index)
        if isinstance(at, int) and -len(of.items) <= at < len(of.items):
            of.items[at] = new
    elif isinstance(of, Pending | Arr):
        place, shape = _from_array(run, of, index), run.shape(new)
        if isinstance(place, Arr) and shape is not None and (shape or isinstance(run.known(new), Arr)):
            fit(run, place.shape, shape)


def fit(run: Run, place: Sequence[Dim], shape: Sequence[Dim], computed: bool = False) -> None:
    """Make a shape fit into a place, where an axis of 1 may be spread out but no axis can be added to the place.

    That a number is spread over a matrix is hardly meant, nor that something computed is, such as a sum over rows.
    """
    if len(shape) > len(place) and any(run.dims.resolve(axis).number != 1 for axis in shape[: len(shape) - len(place)]):
        raise Conflict(f"{len(shape)} axes into {len(place)}")
    run.dims.strained += 2 * (len(place) > 1 and len(shape) < len(place) and (computed or not shape))
    for there, axis in zip(reversed(place), reversed(shape), strict=False):
        if run.dims.resolve(axis).number != 1:
            run.dims.unify(there, axis)


def _size_at(run: Run, of: Value, index: Value) -> Value:
    at = _constant(index)
    if not isinstance(at, int):
        return UNKNOWN if not isinstance(index, Slice) else _from_sequence(run, shape_items(run, run.force(of)), index)
    array = run.force(of, least=at + 1 if at >= 0 else -at)
    return Num(run.dims.resolve(array.shape[at])) if isinstance(array, Arr) else UNKNOWN


def shape_items(run: Run, array: Value) -> Seq:
    """Return an array's shape as a tuple of numbers."""
    return Seq([Num(axis) for axis in run.shape(array) or ()])


def _constant(index: Value) -> object:
    if isinstance(index, Seq) and any(isinstance(each, Num) and is_layer(each) for each in index.items):
        return tuple(map(_constant, index.items))  # (layer, t): apart for each layer, alike for each time step
    if isinstance(index, Num) and index.dim is not None:
        return index.dim.number
    return index.value if isinstance(index, Const) else None


def _from_table(run: Run, table: Table, index: Value) -> Value:
    key = _constant(index)
    if key is not None and key in table.items:
        return table.items[key]
    if table.argument and isinstance(key, str):
        table.items[key] = Pending(run.free(key, table.argument))
        return table.items[key]
    if table.item is not None:
        return table.item
    return next(iter(table.items.values()), UNKNOWN) if not isinstance(key, str) else UNKNOWN


def _into_table(run: Run, table: Table, index: Value, new: Value) -> None:
    key = _constant(index)
    if key is None or not (isinstance(key, str | tuple) or is_layer(index)):
        table.item = run.unify(table.item, new) if table.item is not None else new
        if key is None:
            table.turns = table.turns or (index.loop if isinstance(index, Num) else None)
            return
    table.items[key] = new


def _from_sequence(run: Run, of: Seq, index: Value) -> Value:
    if isinstance(index, Slice):
        ends = [None if end is None else _constant(end) for end in (index.start, index.stop, index.step)]
        whole = [end for end in ends if isinstance(end, int)]
        if len(whole) == sum(end is not None for end in (index.start, index.stop, index.step)):
            start, stop, step = (end if isinstance(end, int) else None for end in ends)
            return Seq(of.items[start:stop:step], of.mutable)
        return Many(of.items[0] if of.items else None)
    at = _constant(index)
    if isinstance(at, int):
        if not -len(of.items) <= at < len(of.items):
            if of.argument and at < _MOST:
                raise Listed(lists={of.argument: at + 1 if at >= 0 else -at})
            raise Conflict(f"item {at} of {len(of.items)}")
        return of.items[at]
    if of.argument and isinstance(index, Num):
        demand_turns(run, index, len(of.items))
    return of.items[0] if of.items else UNKNOWN


def _from_array(run: Run, of: Value, index: Value) -> Value:
    parts = index.items if isinstance(index, Seq) and not index.mutable else [index]
    parts = [run.known(part) for part in parts]
    if any(part is UNKNOWN for part in parts):
        for part in (part for part in parts if isinstance(part, Arr | Pending)):
            _index_shape(run, part, run.dims.fresh())
        return UNKNOWN
    taken = [part for part in parts if not _adds_or_skips(part)]
    array = run.force(of, least=len(taken))
    return _taken(run, array, parts, len(taken)) if isinstance(array, Arr) else subscript(run, array, index)


def _adds_or_skips(part: Value) -> bool:
    return isinstance(part, Const) and (part.value is None or part.value is Ellipsis)


def _taken(run: Run, array: Arr, parts: Sequence[Value], used: int) -> Value:
    shape: list[Dim] = []
    advanced: list[tuple[Dim, ...]] = []
    at, place = 0, 0
    block = None
    for part in parts:
        if isinstance(part, Const) and part.value is Ellipsis:
            shape += array.shape[at : at + len(array.shape) - used]
            at += len(array.shape) - used
        elif isinstance(part, Const) and part.value is None:
            shape.append(Dim((), 1))
        elif isinstance(part, Slice):
            length, start = _sliced(run, array.shape[at], part)
            if start is not None and not run.dims.same(length, array.shape[at]):
                block = _within(array.block, Block(at - len(array.shape), start, array.shape[at]))
                if run.watching:
                    run.cuts.append(Named("", block, length))
            shape.append(length)
            at += 1
        elif isinstance(part, Num | Const) or (
            isinstance(part, Arr) and not part.shape and not part.origin and part.moved is None
        ):
            _walked(run, array.shape[at], part)
            at += 1
        else:
            advanced.append(_index_shape(run, part, array.shape[at]))
            place = len(shape) if len(advanced) == 1 else place
            at += 1
    if advanced:
        run.dims.strained += 2 * (min(map(len, advanced)) == 0 < max(map(len, advanced)))  # one index for all rows
        shape[place:place] = run.broadcast(*advanced)
    return Arr((*shape, *array.shape[at:]), "" if advanced else array.origin, block, array.boolean)


def _within(outer: Block | None, inner: Block) -> Block:
    """Return a slice of a slice as one of the whole, if both are along the same axis."""
    if outer is None or outer.axis != inner.axis:
        return inner
    return Block(outer.axis, outer.start + inner.start, outer.total)


def _walked(run: Run, axis: Dim, part: Value) -> None:
    """Take the axis that a loop's variable indexes for the one it runs along, unless it is known to be another."""
    if (
        isinstance(part, Num)
        and part.loop is not None
        and part.dim is None
        and run.dims.resolve(axis).unknown is not None
    ):
        with contextlib.suppress(Conflict):
            run.dims.unify(axis, part.loop)


def width_of(node: ast.Slice) -> int | None:
    """Return how wide a slice such as `t : t + 1` is, wherever it begins; None of others."""
    stop = node.upper
    if node.step is None and isinstance(stop, ast.BinOp) and isinstance(stop.op, ast.Add) and node.lower is not None:
        added = stop.right.value if isinstance(stop.right, ast.Constant) else None
        if isinstance(added, int) and ast.dump(stop.left) == ast.dump(node.lower):
            return added
    return None


def _index_shape(run: Run, part: Value, axis: Dim) -> tuple[Dim, ...]:
    """Return the shape of an array used as an index, and note the input that it comes from."""
    if isinstance(part, Arr | Pending):
        found = run.force(part)
        if isinstance(found, Arr):
            if found.origin and "mask" in found.origin.lower():
                run.masks.add(found.origin)
            elif found.origin and not found.boolean:
                run.integers[found.origin] = axis
            elif found.moved is not None:
                run.integers.setdefault(found.moved[0], run.dims.resolve(axis) - run.dims.resolve(found.moved[1]))
            return found.shape if not found.boolean else (run.dims.fresh(),)
    if isinstance(part, Seq) and part.items:
        first = run.known(part.items[0])
        _walked(run, axis, first)
        if isinstance(first, Arr | Pending):  # `W[:, [symbol]]` takes its columns from where `W[:, symbol]` does
            return (Dim((), len(part.items)), *_index_shape(run, first, axis))
    return (Dim((), len(part.items)),) if isinstance(part, Seq) else run.shape(part) or (run.dims.fresh(),)


def _sliced(run: Run, axis: Dim, part: Slice) -> tuple[Dim, Dim | None]:
    """Return how long a slice is, and where it begins if that is known."""
    axis = run.dims.resolve(axis)
    start_at = run.known(part.start) if part.start is not None else None
    if part.width is not None and isinstance(start_at, Num) and start_at.loop is not None:
        _walked(run, axis, start_at)
        return Dim((), part.width), None
    if isinstance(start_at, Arr) and start_at.origin and part.width is not None:
        if start_at.shape:
            raise Conflict("a slice that begins at an array")
        run.integers[start_at.origin] = axis
        return Dim((), part.width), None
    step = _constant(part.step) if part.step is not None else 1
    if step == -1 and part.start is None and part.stop is None:
        return axis, None
    start, stop = _bound(run, axis, part.start, Dim()), _bound(run, axis, part.stop, axis)
    if step != 1 or start is None or stop is None:
        return run.dims.fresh(), None
    start, stop = run.dims.resolve(start), run.dims.resolve(stop)
    length = run.dims.resolve(stop - start)
    if not length.terms and length.constant < 0:
        return run.dims.fresh(), None
    return length, start


def _bound(run: Run, axis: Dim, end: Value | None, otherwise: Dim) -> Dim | None:
    if end is None or (isinstance(end, Const) and end.value is None):
        return otherwise
    end = run.as_size(end)
    if not isinstance(end, Num) or end.dim is None:
        return None
    negative = all(factor < 0 for _, factor in end.dim.terms) and end.dim.constant <= 0 and end.dim != Dim()
    return axis + end.dim if negative else end.dim
