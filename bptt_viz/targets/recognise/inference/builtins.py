"""Functions of Python itself, and methods of lists, dicts and arrays."""

from collections.abc import Mapping, Sequence

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.numpy_functions import FUNCTIONS
from bptt_viz.targets.recognise.inference.passed import Arguments, Keywords, Made
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
    value = run.known(value)
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
    value = run.known(value)
    if isinstance(value, Pending):
        value = run.force(value, least=1)
    if isinstance(value, Arr) and value.shape:
        turns = run.dims.resolve(value.shape[0])
        return Many(subscript(run, value, Num(loop=turns)), turns)
    if isinstance(value, Table):
        return Seq([Const(key) for key in value.items if isinstance(key, str)]) if value.items else Many(UNKNOWN)
    return value if isinstance(value, Seq | Many) else Many(UNKNOWN)


def _range(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    ends = [run.as_size(each) for each in arguments[:2]]
    if not all(isinstance(end, Num) and end.dim is not None for end in ends) or not ends:
        return Many(Num())
    start, stop = (ends[0], ends[1]) if len(ends) > 1 else (Num(Dim()), ends[0])
    assert isinstance(start, Num)
    assert isinstance(stop, Num)
    backwards = len(arguments) > 2 and stop.dim in (Dim((), -1), Dim())
    turns = (start.dim or Dim()) - (stop.dim or Dim()) if backwards else (stop.dim or Dim()) - (start.dim or Dim())
    turns = run.dims.resolve(turns)
    return Many(Num(loop=turns), turns)


def _enumerated(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    through = run_through(run, arguments[0]) if arguments else UNKNOWN
    if isinstance(through, Seq):
        return Seq([Seq([Num(Dim((), at)), item]) for at, item in enumerate(through.items)])
    turns = length_of(run, arguments[0])
    return Many(Seq([Num(loop=turns), through.item or UNKNOWN]), turns) if isinstance(through, Many) else UNKNOWN


def _zipped(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    through = [run_through(run, each) for each in arguments]
    known = [each for each in through if isinstance(each, Seq)]
    if known and len(known) == len(through):
        return Seq([Seq(list(row)) for row in zip(*(each.items for each in known), strict=False)])
    firsts = [
        each.item or UNKNOWN if isinstance(each, Many) else next(iter(each.items), UNKNOWN)
        for each in through
        if isinstance(each, Many | Seq)
    ]
    return Many(Seq(firsts), next((each.length for each in through if isinstance(each, Many) and each.length), None))


def _length(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    found = length_of(run, arguments[0]) if arguments else None
    return Num(found if found is not None else run.dims.fresh())


def _first(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return run_through(run, arguments[0]) if arguments else Many()


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


def _nothing(run: Run, arguments: Arguments, keywords: Keywords) -> Value:
    return UNKNOWN


BUILTINS: Mapping[str, Made] = {
    "range": _range,
    "xrange": _range,
    "len": _length,
    "reversed": _first,
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
    "deepcopy": FUNCTIONS["copy"],
    "namedtuple": _nothing,
    **dict.fromkeys(
        (
            "print",
            "isinstance",
            "str",
            "getattr",
            "setattr",
            "hasattr",
            "super",
            "type",
            "bool",
            "open",
            "repr",
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


def list_method(run: Run, of: Seq | Many, name: str, arguments: Sequence[Value]) -> Value:
    """Follow a method of a list."""
    if name in {"append", "insert", "appendleft"} and arguments:
        _put(run, of, arguments[-1])
    elif name == "extend" and arguments:
        more = run_through(run, arguments[0])
        for item in (
            more.items if isinstance(more, Seq) else [more.item] if isinstance(more, Many) and more.item else []
        ):
            _put(run, of, item)
    elif name in {"pop", "popleft"}:
        return (of.items[-1] if of.items else UNKNOWN) if isinstance(of, Seq) else of.item or UNKNOWN
    elif name in {"index", "count"}:
        return Num()
    elif name == "copy":
        return of
    return Const(None)


def _put(run: Run, of: Seq | Many, item: Value) -> None:
    """Put something into a list; what a loop puts in is alike, turn by turn."""
    if isinstance(of, Seq):
        last = run.known(of.items[-1]) if of.items and run.around else UNKNOWN
        alike = isinstance(last, Arr) and isinstance(item, Arr) and len(last.shape) == len(item.shape)
        of.items.append(run.unify(last, item) if alike else item)
    elif run.around or of.item is not None:
        if of.item is None and of.length is None and not of.fixed and of.depth == len(run.around) - 1:
            of.length = run.around[-1]  # one a turn
        of.item = run.unify(of.item, item) if of.item is not None else item
    else:
        of.fixed.append(item)


def table_method(run: Run, of: Table, name: str, arguments: Sequence[Value]) -> Value:
    """Follow a method of a dict; what `get` asks for with a default need not be there."""
    if name in {"get", "pop", "setdefault"} and arguments:
        key = run.known(arguments[0])
        if isinstance(key, Const) and key.value in of.items:
            return of.items[key.value]
        return run.known(arguments[1]) if len(arguments) > 1 else subscript(run, of, key)
    if name in {"items", "iteritems"}:
        pairs: list[Value] = [Seq([Const(key), item]) for key, item in of.items.items() if isinstance(key, str)]
        return Seq(pairs) if pairs else Many(Seq([UNKNOWN, of.item or UNKNOWN]))
    if name in {"values", "itervalues"}:
        return (
            Seq([item for key, item in of.items.items() if isinstance(key, str)])
            if of.items
            else Many(of.item or UNKNOWN)
        )
    if name in {"keys", "iterkeys"}:
        return run_through(run, of)
    if name == "update" and arguments:
        more = run.known(arguments[0])
        of.items.update(more.items if isinstance(more, Table) else {})
    return of if name == "copy" else Const(None)


_ARRAY_METHODS = frozenset(
    [
        "dot",
        "sum",
        "mean",
        "max",
        "min",
        "prod",
        "argmax",
        "argmin",
        "std",
        "var",
        "any",
        "all",
        "transpose",
        "swapaxes",
        "reshape",
        "ravel",
        "flatten",
        "squeeze",
        "copy",
        "astype",
        "clip",
        "cumsum",
        "round",
        "repeat",
        "take",
        "conj",
    ]
)
_OF_TABLES = {"get", "items", "keys", "values", "iteritems", "update", "pop", "setdefault"}


def array_method(run: Run, of: Value, name: str, arguments: Sequence[Value], keywords: Keywords) -> Value:
    """Follow a method of an array, or of an input that turns out to be an array, a list or a dict by it."""
    if isinstance(of, Pending) and name in _OF_TABLES:
        table = run.decided[of.name] = Table(argument=of.name)
        return table_method(run, table, name, arguments)
    if name in _ARRAY_METHODS and name in FUNCTIONS:
        return FUNCTIONS[name](run, [of, *arguments], keywords)
    if name == "item":
        return Arr(())
    return UNKNOWN
