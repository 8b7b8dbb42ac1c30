"""Arithmetic, comparison and matrix products of what is known about values."""

import ast
import contextlib
import operator
from collections.abc import Callable, Mapping
from dataclasses import replace

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim, resolved
from bptt_viz.targets.recognise.inference.lists import text_of
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
    Value,
)

_NUMBERS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Mod: operator.mod,
    ast.FloorDiv: operator.floordiv,
    ast.Div: operator.floordiv,
    ast.Pow: operator.pow,
}

_SPREAD = 2.0  # how unlikely it is that one step of one sequence is added to a whole batch


def arithmetic(run: Run, kind: ast.operator, left: Value, right: Value) -> Value:
    """Return what an operator makes of two things.

    Raises:
        Conflict: their shapes do not fit.
    """
    left, right = _sized(run, run.known(left), run.known(right))
    if isinstance(kind, ast.MatMult):
        return product(run, left, right)
    if isinstance(left, Num) and isinstance(right, Num):
        return _number(run, kind, left, right)
    if isinstance(left, Seq) != isinstance(right, Seq):
        left, right = _as_sizes(run, left), _as_sizes(run, right)
    if isinstance(left, Seq | Many) or isinstance(right, Seq | Many):
        found = _lists(kind, left, right)
        if found is not None:
            return found
    if isinstance(left, Const) and isinstance(right, Const) and not isinstance(left.value, str | None):
        return Arr(())
    if isinstance(left, Const) and isinstance(left.value, str):
        return _text(run, kind, left, right)
    found = elementwise(run, left, right)
    if isinstance(kind, ast.Add) and isinstance(found, Arr):
        found = replace(found, moved=_moved(left, right) or _moved(right, left))
    if isinstance(kind, ast.Add | ast.Sub) and isinstance(found, Arr) and found.block is None:
        return replace(found, block=_common(run, left, right))
    return found


def _sized(run: Run, *values: Value) -> list[Value]:
    """Return two things as they are, or as sizes if one is what an object is made of and the other might be a size."""
    pending = {value.name for value in values if isinstance(value, Pending)}
    if pending and pending <= run.making and all(isinstance(value, Pending | Num) for value in values):
        return [run.as_size(value) for value in values]
    return [*values]


def _moved(size: Value, entries: Value) -> tuple[str, Dim] | None:
    if isinstance(size, Num) and size.dim is not None and isinstance(entries, Arr) and entries.origin:
        return entries.origin, size.dim
    return None


def _common(run: Run, *values: Value) -> Block | None:
    """Return the slice that a sum is of, if all of its parts that are slices are the same one."""
    blocks = [value.block for value in map(run.known, values) if isinstance(value, Arr) and value.block is not None]
    return blocks[0] if len({run.dims.resolve(each.start) for each in blocks}) == 1 else None


def elementwise(run: Run, *values: Value) -> Value:
    """Return what comes of things entry by entry; a slice of a packed array stays one if nothing else is an array.

    Raises:
        Conflict: their shapes do not fit.
    """
    if any(run.known(value) is UNKNOWN for value in values):
        return UNKNOWN
    shapes = [run.shape(value) for value in values]
    if any(shape is None for shape in shapes):
        return UNKNOWN
    arrays = [value for value in map(run.known, values) if isinstance(value, Arr) and value.shape]
    whole = run.broadcast(*filter(None, shapes))
    row = any(value.row for value in arrays)
    if row and any(axis.number != 1 for axis in resolved(run.dims, whole[:-1])):
        run.dims.strained += _SPREAD
    return Arr(whole, block=arrays[0].block if len(arrays) == 1 else None, row=row and len(whole) == 1)


def product(run: Run, left: Value, right: Value, dot: bool = False) -> Value:
    """Return a matrix product, as of `@`, or of `np.dot`, which differs for numbers and for more than two axes.

    Raises:
        Conflict: the inner sizes differ.
    """
    if run.known(left) is UNKNOWN or run.known(right) is UNKNOWN:
        return UNKNOWN
    one, other = run.shape(left), run.shape(right)
    if one is None or other is None:
        return UNKNOWN
    if not one or not other:
        if not dot or any(
            isinstance(run.known(value), Arr) for value, shape in ((left, one), (right, other)) if not shape
        ):
            raise Conflict("a matrix product of a number")
        return Arr(run.broadcast(one, other))
    run.dims.unify(one[-1], other[-1 if len(other) == 1 else -2])
    if len(one) == 1 or len(other) == 1:
        behind = other[:-2] + other[-1:] if len(other) > 1 else ()
        shape = (*one[:-1], *behind)
        return Arr(shape, row=len(shape) == 1)
    if dot:
        return Arr((*one[:-1], *other[:-2], other[-1]), block=_of_product(run, left, right))
    return Arr((*run.broadcast(one[:-2], other[:-2]), one[-2], other[-1]), block=_of_product(run, left, right))


def _of_product(run: Run, left: Value, right: Value) -> Block | None:
    """Return the slice that a product with a slice of a packed weight is."""
    one, other = run.known(left), run.known(right)
    if isinstance(other, Arr) and other.block is not None and other.block.axis == -1:
        return other.block
    return one.block if isinstance(one, Arr) and one.block is not None and one.block.axis == -2 else None


def outer(run: Run, left: Value, right: Value) -> Value:
    """Return an outer product; what has more axes than one is flattened."""
    flat = [flattened(run, value) for value in (left, right)]
    for each in (each for each in flat if isinstance(each, Arr)):
        if len(run.dims.factors(each.shape[0])) > 1:
            raise Conflict("an outer product of a matrix")
    return Arr((*flat[0].shape, *flat[1].shape)) if all(isinstance(each, Arr) for each in flat) else UNKNOWN  # type: ignore[attr-defined]


def flattened(run: Run, value: Value) -> Value:
    """Return an array as one axis."""
    shape = run.shape(value) if run.known(value) is not UNKNOWN else None
    if shape is None:
        return UNKNOWN
    total = Dim((), 1)
    for axis in shape:
        total = run.dims.product(total, axis)
    of = run.known(value)
    return Arr((total,), of.origin if isinstance(of, Arr) else "")


def counted(run: Run, value: Value) -> Num:
    """Return how many entries an array has, if its axes are known."""
    flat = flattened(run, run.force(value)) if isinstance(run.known(value), Arr | Pending) else UNKNOWN
    return Num(flat.shape[0]) if isinstance(flat, Arr) else Num()


def _number(run: Run, kind: ast.operator, left: Num, right: Num) -> Value:
    if left.dim is None or right.dim is None:
        return Num() if not isinstance(kind, ast.Div) else UNKNOWN
    one, other = run.dims.resolve(left.dim), run.dims.resolve(right.dim)
    if isinstance(kind, ast.Add | ast.Sub):
        return Num(one + other if isinstance(kind, ast.Add) else one - other)
    if one.number is not None and other.number is not None:
        return _plain(kind, one.number, other.number)
    if isinstance(kind, ast.Mult):
        return Num(run.dims.product(one, other))
    if isinstance(kind, ast.FloorDiv | ast.Div) and other.number:
        return Num(run.dims.divided(one, other.number))
    return Num() if not isinstance(kind, ast.Div) else Arr(())


def _plain(kind: ast.operator, one: int, other: int) -> Value:
    if isinstance(kind, ast.Div) and (other == 0 or one % other):
        return Const(one / other) if other else UNKNOWN
    make = _NUMBERS.get(type(kind))
    if (
        make is None
        or (isinstance(kind, ast.Pow) and not 0 <= other < 64)
        or (isinstance(kind, ast.Mod | ast.FloorDiv) and not other)
    ):
        return Arr(())
    return Num(Dim((), make(one, other)))


def _lists(kind: ast.operator, left: Value, right: Value) -> Value | None:
    """Return lists put together or repeated; None if this is arithmetic of what is in them."""
    if isinstance(kind, ast.Add):
        if isinstance(left, Seq) and isinstance(right, Seq):
            return Seq([*left.items, *right.items], left.mutable)
        if isinstance(left, Seq | Many) and isinstance(right, Seq | Many):
            return Many(next((item for item in (*_items(left), *_items(right))), None))
    times = right if isinstance(left, Seq | Many) else left
    of = left if isinstance(left, Seq | Many) else right
    if isinstance(kind, ast.Mult) and isinstance(times, Num | Pending):
        known = times.dim.number if isinstance(times, Num) and times.dim is not None else None
        if isinstance(of, Seq) and known is not None and known * len(of.items) <= 64:
            return Seq(of.items * known, of.mutable)
        return Many(next(iter(_items(of)), None), times.dim if isinstance(times, Num) else None)
    return None


def _as_sizes(run: Run, value: Value) -> Value:
    """Return the shape of an input as a tuple of sizes; other things as they are."""
    shape = run.shape(value.of) if isinstance(value, Shape) else None
    return value if shape is None else Seq([Num(axis) for axis in shape])


def _items(of: Value) -> list[Value]:
    if isinstance(of, Seq):
        return of.items
    return [of.item] if isinstance(of, Many) and of.item is not None else []


def _text(run: Run, kind: ast.operator, left: Const, right: Value) -> Value:
    if isinstance(kind, ast.Add) and isinstance(right, Const) and isinstance(right.value, str):
        return Const(left.value + right.value)
    numbers = [text_of(run, each) for each in (right.items if isinstance(right, Seq) else [right])]
    if isinstance(kind, ast.Mod) and None not in numbers:  # "W%d" % layer
        with contextlib.suppress(TypeError, ValueError):
            return Const(left.value % tuple(int(each) if each and each.isdigit() else each for each in numbers))
    return UNKNOWN
