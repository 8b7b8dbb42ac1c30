"""Sums over axes that several arrays share: `einsum` and `tensordot`."""

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.passed import Arguments, Keywords, argument, number
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Const, Seq, Value


def einsum(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `einsum` with a formula that has no ellipsis."""
    formula = arguments[0].value if arguments and isinstance(arguments[0], Const) else None
    if not isinstance(formula, str) or "." in formula:
        return UNKNOWN
    left, _, right = formula.replace(" ", "").partition("->")
    sizes_of: dict[str, Dim] = {}
    for letters, value in zip(left.split(","), arguments[1:], strict=False):
        of = run.force(value, len(letters))
        if not isinstance(of, Arr):
            return UNKNOWN
        for letter, axis in zip(letters, of.shape, strict=True):
            run.dims.unify(sizes_of.setdefault(letter, axis), axis)
    return Arr(tuple(sizes_of[letter] for letter in right if letter in sizes_of))


def tensordot(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `tensordot`, which sums over two axes unless it is told others.

    Raises:
        Conflict: the axes are not alike, or there are fewer.
    """
    if len(arguments) < 2 or UNKNOWN in map(run.known, arguments[:2]):
        return UNKNOWN
    asked = argument(arguments, keywords, 2, "axes")
    pairs = _pairs(run, asked)
    if pairs is None:
        return UNKNOWN
    one, other = (
        run.force(each, least=1 + max(axes, default=-1)) for each, axes in zip(arguments, pairs, strict=False)
    )
    if not isinstance(one, Arr) or not isinstance(other, Arr):
        return UNKNOWN
    left, right = ([at % len(of.shape) for at in axes] for of, axes in zip((one, other), pairs, strict=True))
    for mine, theirs in zip(left, right, strict=True):
        run.dims.unify(one.shape[mine], other.shape[theirs])
    rest = [axis for at, axis in enumerate(one.shape) if at not in left]
    return Arr((*rest, *(axis for at, axis in enumerate(other.shape) if at not in right)))


def _pairs(run: Run, asked: Value | None) -> tuple[list[int], list[int]] | None:
    """Return the axes of both that are summed over; None if they are not known."""
    count = 2 if asked is None else number(run, asked)
    if count is not None:
        return [*range(-count, 0)], [*range(count)]
    both = run.known(asked) if asked is not None else UNKNOWN
    if not isinstance(both, Seq) or len(both.items) != 2:
        return None
    found = [_axes(run, each) for each in both.items]
    if len(found[0]) != len(found[1]):
        raise Conflict("as many axes of one as of the other are summed over")
    return (found[0], found[1]) if found[0] else None


def _axes(run: Run, given: Value) -> list[int]:
    items = given.items if isinstance(given, Seq) else [given]
    return [at for each in items if (at := number(run, each)) is not None]
