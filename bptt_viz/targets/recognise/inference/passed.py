"""Arguments of a call, and the numbers, sizes and axes among them."""

from collections.abc import Callable, Mapping, Sequence

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import Const, Num, Pending, Seq, Shape, Value

Arguments = Sequence[Value]
Keywords = Mapping[str, Value]
Made = Callable[[Run, Arguments, Keywords], Value]


def argument(arguments: Arguments, keywords: Keywords, at: int, *names: str) -> Value | None:
    """Return an argument passed by position or by one of its names; None if it was not passed."""
    if at < len(arguments):
        return arguments[at]
    return next((keywords[name] for name in names if name in keywords), None)


def number(run: Run, value: Value | None) -> int | None:
    """Return a whole number that is known."""
    value = run.known(value) if value is not None else None
    return run.dims.resolve(value.dim).number if isinstance(value, Num) and value.dim is not None else None


def sizes(run: Run, value: Value | None) -> tuple[Dim, ...] | None:
    """Return a shape that is passed as a number or a tuple of numbers; None if it is not known."""
    value = run.known(value) if value is not None else None
    if isinstance(value, Shape):
        return run.shape(value.of)
    if isinstance(value, Pending) and value.name not in run.taken:
        return None
    value = run.as_size(value) if value is not None else None
    if isinstance(value, Num):
        return (value.dim if value.dim is not None else run.dims.fresh(),)
    if not isinstance(value, Seq):
        return None
    items = [run.as_size(item) for item in value.items]
    return tuple(each.dim if isinstance(each, Num) and each.dim is not None else run.dims.fresh() for each in items)


def least_rank(run: Run, given: Value | None) -> int:
    """Return how many axes an array has at least of which these are some."""
    given = run.known(given) if given is not None else None
    found = [number(run, each) for each in (given.items if isinstance(given, Seq) else [given])]
    return max((at + 1 if at >= 0 else -at for at in found if at is not None), default=0)


def axes_of(run: Run, given: Value | None, rank: int) -> set[int] | None:
    """Return the axes that are passed as a number, a tuple or None, counted from the front; None if not known."""
    given = run.known(given) if given is not None else None
    if given is None or (isinstance(given, Const) and given.value is None):
        return set(range(rank))
    found = [number(run, each) for each in (given.items if isinstance(given, Seq) else [given])]
    if None in found:
        return None
    if any(not -rank <= at < rank for at in found if at is not None):
        raise Conflict(f"axis {found} of {rank} axes")
    return {at % rank for at in found if at is not None}
