"""Functions of Python itself."""

import contextlib
from collections.abc import Mapping, Sequence

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.lists import (
    beside_layers,
    opened_by_name,
    text_of,
    told_apart,
    turn,
)
from bptt_viz.targets.recognise.inference.numpy_functions import FUNCTIONS
from bptt_viz.targets.recognise.inference.passed import Arguments, Keywords, Made, argument, number
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.subscripts import subscript
from bptt_viz.targets.recognise.inference.values import (
    UNKNOWN,
    Arr,
    Const,
    Many,
    Num,
    Pending,
    Seq,
    Table,
    Value,
)


def length_of(run: Run, value: Value) -> Dim | None:
    """Return how many items something has, if that is known."""
    value = opened_by_name(run, run.known(value))
    if isinstance(value, Pending):
        value = run.force(value, least=1)
    if isinstance(value, Arr):
        return run.dims.resolve(value.shape[0]) if value.shape else None
    if isinstance(value, Seq | Table):
        if isinstance(value, Seq) or not (value.item or value.argument):
            return Dim((), len(value.items))
        return value.turns + Dim((), len(value.items)) if value.turns is not None else None
    if isinstance(value, Many):
        if value.length is None:
            value.length = run.dims.fresh()
        return value.length
    return None


def run_through(run: Run, value: Value) -> Value:
    """Return what a loop over something runs through: items that are known, or many alike."""
    value = opened_by_name(run, run.known(value))
    if isinstance(value, Pending):
        value = run.force(value, least=1)
    if isinstance(value, Arr) and value.shape:
        turns = run.dims.resolve(value.shape[0])
        return Many(subscript(run, value, Num(loop=turns)), turns)
    if isinstance(value, Const) and isinstance(value.value, str):  # for gate in "ifog"
        return Seq([Const(letter) for letter in value.value])
    if isinstance(value, Table):
        return Seq([Const(key) for key in value.items if isinstance(key, str)]) if value.items else Many(UNKNOWN)
    return value if isinstance(value, Seq | Many) else Many(UNKNOWN)


def _range(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    ends = [run.as_size(each) for each in arguments[:2]]
    apart = _told_apart(run, ends, arguments[2:])
    if apart is not None:
        return apart
    if not all(isinstance(end, Num) and end.dim is not None for end in ends) or not ends:
        return Many(Num())
    start, stop = (ends[0], ends[1]) if len(ends) > 1 else (Num(Dim()), ends[0])
    assert isinstance(start, Num)
    assert isinstance(stop, Num)
    backwards = len(arguments) > 2 and stop.dim in (Dim((), -1), Dim())
    turns = (start.dim or Dim()) - (stop.dim or Dim()) if backwards else (stop.dim or Dim()) - (start.dim or Dim())
    turns = run.dims.resolve(turns)
    return Many(Num(loop=turns), turns)


def _told_apart(run: Run, ends: Sequence[Value], step: Arguments) -> Value | None:
    """Return a range over layers, whose turns are followed one by one; None of others."""
    numbers = [number(run, each) for each in (*ends, *step)]
    if None in numbers or not numbers or (step and not numbers[-1]):
        return None
    start, stop, by = (0, *numbers, 1) if len(ends) == 1 else (*numbers, 1)[:3]
    return told_apart(run, start or 0, stop or 0, by or 1)


def _enumerated(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    through = run_through(run, arguments[0]) if arguments else UNKNOWN
    start = number(run, argument(arguments, keywords, 1, "start")) or 0
    if isinstance(through, Seq):
        count = len(through.items)
        numbers = [turn(start + at, count) if run.lists else Num(Dim((), start + at)) for at in range(count)]
        return Seq([Seq([*pair]) for pair in zip(numbers, through.items, strict=True)])
    turns = length_of(run, arguments[0])
    return Many(Seq([Num(loop=turns), through.item or UNKNOWN]), turns) if isinstance(through, Many) else UNKNOWN


def _zipped(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    if any(run.lists.get(each.argument) for each in map(run.known, arguments) if isinstance(each, Seq)):
        arguments = [beside_layers(run, each) for each in arguments]
    through = [run_through(run, each) for each in arguments]
    known = [each for each in through if isinstance(each, Seq)]
    if known and len(known) == len(through):
        return Seq([Seq(list(row)) for row in zip(*(each.items for each in known), strict=False)])
    firsts = [
        each.item or UNKNOWN if isinstance(each, Many) else next(iter(each.items), UNKNOWN)
        for each in through
        if isinstance(each, Many | Seq)
    ]
    lengths = [each.length for each in through if isinstance(each, Many) and each.length is not None]
    for other in lengths[1:]:
        with contextlib.suppress(Conflict):  # people zip what is equally long
            run.dims.unify(lengths[0], other)
    return Many(Seq(firsts), lengths[0] if lengths else None)


def _length(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    found = length_of(run, arguments[0]) if arguments else None
    return Num(found if found is not None else run.dims.fresh())


def _first(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return run_through(run, arguments[0]) if arguments else Many()


def _turned(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    of = _first(run, arguments, keywords)
    return Seq(of.items[::-1], of.mutable) if isinstance(of, Seq) else of


def _whole(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    of = run.known(arguments[0]) if arguments else UNKNOWN
    if isinstance(of, Arr) and of.shape and of.origin:
        raise Conflict("a whole number of an array")
    if isinstance(of, Arr) and of.origin and not of.shape:  # an index that is made sure to be one
        return of
    return of if isinstance(of, Num) else Num()


def _list(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    of = run_through(run, arguments[0]) if arguments else Many()
    return Seq([*of.items], mutable=True) if isinstance(of, Seq) else of


def _dict(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    of = run.known(arguments[0]) if arguments else UNKNOWN
    return Table({**(of.items if isinstance(of, Table) else {}), **keywords})


def _sum(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    of = run.known(arguments[0]) if arguments else UNKNOWN
    if isinstance(of, Seq | Many):
        return (of.items[0] if of.items else UNKNOWN) if isinstance(of, Seq) else of.item or UNKNOWN
    return FUNCTIONS["sum"](run, [of, Num(Dim())], {}) if isinstance(of, Arr) else UNKNOWN


def _largest(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    numbers = [run.known(each) for each in arguments]
    if len(numbers) > 1 and all(isinstance(each, Num) for each in numbers):
        return next(
            (each for each in numbers if isinstance(each, Num) and each.dim is not None and each.dim.terms), Num()
        )
    return Arr(())


def _text(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    text = text_of(run, arguments[0]) if arguments else None
    return Const(text) if text is not None else UNKNOWN


def _nothing(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return UNKNOWN


BUILTINS: Mapping[str, Made] = {
    "range": _range,
    "xrange": _range,
    "len": _length,
    "reversed": _turned,
    "sorted": _first,
    "iter": _first,
    "set": _first,
    "enumerate": _enumerated,
    "zip": _zipped,
    "izip": _zipped,
    "int": _whole,
    "float": FUNCTIONS["tanh"],
    "abs": FUNCTIONS["tanh"],
    "pow": FUNCTIONS["tanh"],
    "list": _list,
    "tuple": _list,
    "dict": _dict,
    "OrderedDict": _dict,
    "sum": _sum,
    "max": _largest,
    "min": _largest,
    "str": _text,
    "repr": _text,
    "deepcopy": FUNCTIONS["copy"],
    "namedtuple": _nothing,
    **dict.fromkeys(
        (
            "print",
            "isinstance",
            "getattr",
            "setattr",
            "hasattr",
            "super",
            "type",
            "bool",
            "open",
            "next",
            "any",
            "all",
            "map",
            "filter",
            "callable",
            "format",
        ),
        _nothing,
    ),
}
