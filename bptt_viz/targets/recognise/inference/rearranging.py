"""Arrays with their axes in another order, put together, taken apart or spread out."""

import contextlib
from collections.abc import Sequence

from bptt_viz.targets.recognise.inference.dims import ONE, Conflict, Dim
from bptt_viz.targets.recognise.inference.operators import flattened
from bptt_viz.targets.recognise.inference.passed import Arguments, Keywords, argument, axes_of, number, sizes
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Pending, Seq, Value

_REST = Dim((), -1)


def transposed(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `transpose`."""
    given = arguments[1:] if len(arguments) > 1 else [keywords["axes"]] if "axes" in keywords else []
    order = given[0].items if len(given) == 1 and isinstance(given[0], Seq) else given
    of = run.force(arguments[0], len(order) or None)
    if not isinstance(of, Arr):
        return UNKNOWN
    if not order:
        return Arr(of.shape[::-1], of.origin)
    places = [number(run, each) for each in order]
    if any(place is None or not -len(of.shape) <= place < len(of.shape) for place in places):
        raise Conflict("transposed beyond the axes")
    return Arr(tuple(of.shape[place] for place in places if place is not None), of.origin)


def swapped(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `swapaxes`."""
    one, other = (number(run, each) for each in arguments[1:3]) if len(arguments) > 2 else (None, None)
    if one is None or other is None:
        return UNKNOWN
    of = run.force(arguments[0], least=max(one, other) + 1)
    if not isinstance(of, Arr):
        return UNKNOWN
    shape = [*of.shape]
    shape[one], shape[other] = shape[other], shape[one]
    return Arr(tuple(shape), of.origin)


def moved(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `moveaxis`."""
    source, goal = (number(run, each) for each in arguments[1:3]) if len(arguments) > 2 else (None, None)
    of = run.force(arguments[0], least=max(abs(source or 0), abs(goal or 0)) + 1)
    if source is None or goal is None or not isinstance(of, Arr):
        return UNKNOWN
    shape = [*of.shape]
    shape.insert(goal if goal >= 0 else len(shape) + goal, shape.pop(source))
    return Arr(tuple(shape), of.origin)


def reshaped(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `reshape`."""
    given = (
        arguments[1:] if len(arguments) > 1 else [keywords[name] for name in ("shape", "newshape") if name in keywords]
    )
    shape = sizes(run, given[0] if len(given) == 1 else Seq([*given]))
    of = run.known(arguments[0])
    if shape is None or of is UNKNOWN:
        return UNKNOWN
    if isinstance(of, Pending):
        of = _opened(run, of, shape)
    return Arr(_with_rest(run, of, shape), of.origin if isinstance(of, Arr) else "")


def _opened(run: Run, of: Pending, shape: tuple[Dim, ...]) -> Value:
    """Decide what an input is that is reshaped to N·T: it had N and T."""
    before = tuple(factor for axis in shape for factor in run.dims.factors(axis))
    if len(before) == len(shape):
        return of
    made = run.decided[of.name] = Arr(before, of.name)
    return made


def _with_rest(run: Run, of: Value, shape: tuple[Dim, ...]) -> tuple[Dim, ...]:
    """Return a shape with what is left of the array put in for -1; sizes that were not known become known."""
    before = run.shape(of) if not isinstance(of, Pending) or _REST in shape else None
    if before is None:
        return tuple(run.dims.fresh() if axis == _REST else axis for axis in shape)
    if isinstance(of, Pending) and before and _REST not in (shape[0], before[0]):
        with contextlib.suppress(Conflict):
            run.dims.unify(before[0], shape[0])  # nothing is known of it but that it is made to have these rows
    one, other = _uncommon(run, before, [axis for axis in shape if axis != _REST])
    if _REST in shape:
        rest = ONE
        for factor in one:
            rest = run.dims.product(rest, factor)
        return tuple((rest if not other else run.dims.fresh()) if axis == _REST else axis for axis in shape)
    if len(one) == len(other):
        run.equate(one, other)
    run.dims.strained += 1.5 * (len(one) != len(other))
    if not one or not other:
        for factor in (*one, *other):
            run.dims.unify(factor, ONE)
    return shape


def _uncommon(run: Run, before: Sequence[Dim], after: Sequence[Dim]) -> tuple[list[Dim], list[Dim]]:
    """Return the factors of two shapes that only one of them has."""
    one, other = (
        [run.dims.resolve(factor) for axis in shape for factor in run.dims.factors(axis)] for shape in (before, after)
    )
    for factor in [*one]:
        if factor in other:
            one.remove(factor)
            other.remove(factor)
    return [factor for factor in one if factor.number != 1], [factor for factor in other if factor.number != 1]


def flat(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `ravel` and `flatten`."""
    made, of = flattened(run, arguments[0]), run.known(arguments[0])
    return Arr(made.shape, of.origin) if isinstance(made, Arr) and isinstance(of, Arr) else made


def squeezed(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `squeeze`."""
    shape = run.shape(arguments[0]) if run.known(arguments[0]) is not UNKNOWN else None
    if shape is None:
        return UNKNOWN
    given = argument(arguments, keywords, 1, "axis")
    axes = (
        axes_of(run, given, len(shape))
        if given is not None
        else {at for at, axis in enumerate(shape) if axis.number == 1}
    )
    return Arr(tuple(axis for at, axis in enumerate(shape) if at not in (axes or ())))


def expanded(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `expand_dims`."""
    shape = run.shape(arguments[0]) if run.known(arguments[0]) is not UNKNOWN else None
    at = number(run, argument(arguments, keywords, 1, "axis"))
    if shape is None or at is None:
        return UNKNOWN
    at = at if at >= 0 else len(shape) + 1 + at
    return Arr((*shape[:at], ONE, *shape[at:]))


def spread(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    """Follow `broadcast_to`."""
    shape = sizes(run, argument(arguments, keywords, 1, "shape"))
    return Arr(shape) if shape is not None else UNKNOWN
