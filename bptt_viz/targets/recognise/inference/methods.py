"""Methods of lists, dicts, texts and arrays."""

from collections.abc import Sequence

from bptt_viz.targets.recognise.inference.builtins import run_through
from bptt_viz.targets.recognise.inference.lists import demand_list_of, text_of
from bptt_viz.targets.recognise.inference.numpy_functions import FUNCTIONS
from bptt_viz.targets.recognise.inference.passed import Keywords, number
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.subscripts import subscript
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Const, Many, Num, Pending, Seq, Table, Value


def list_method(run: Run, of: Seq | Many, name: str, arguments: Sequence[Value]) -> Value:
    """Follow a method of a list."""
    if name in {"append", "insert", "appendleft"} and arguments:
        place = number(run, arguments[0]) if name == "insert" else 0 if name == "appendleft" else None
        _put(run, of, arguments[-1], place)
    elif name == "extend" and arguments:
        more = run_through(run, arguments[0])
        for item in (
            more.items if isinstance(more, Seq) else [more.item] if isinstance(more, Many) and more.item else []
        ):
            _put(run, of, item)
    elif name in {"pop", "popleft"}:
        if isinstance(of, Seq):
            return _taken_out(run, of, 0 if name == "popleft" else number(run, arguments[0]) if arguments else -1)
        return of.item or UNKNOWN
    elif name == "reverse" and isinstance(of, Seq) and not run.around:
        of.items.reverse()
    elif name in {"index", "count"}:
        return Num()
    elif name == "copy":
        return of
    return Const(None)


def _taken_out(run: Run, of: Seq, place: int | None) -> Value:
    """Take an item out of a list; what a loop takes out is left there, since the next turn's may be any."""
    if place is None or not -len(of.items) <= place < len(of.items):
        return of.items[-1] if of.items else UNKNOWN
    return of.items[place] if run.around else of.items.pop(place)


def _put(run: Run, of: Seq | Many, item: Value, place: int | None = None) -> None:
    """Put something into a list, at its end or at a place; what a loop puts in is alike, turn by turn."""
    if isinstance(of, Seq):
        last = run.known(of.items[-1]) if of.items and run.around else UNKNOWN
        alike = isinstance(last, Arr) and isinstance(item, Arr) and len(last.shape) == len(item.shape)
        of.items.insert(len(of.items) if place is None else place, run.unify(last, item) if alike else item)
    elif run.around or of.item is not None:
        if of.item is None and of.length is None and not of.fixed and of.depth == len(run.around) - 1:
            of.length = run.around[-1]  # one a turn
        of.item = run.unify(of.item, item) if of.item is not None else item
    else:
        of.fixed.insert(len(of.fixed) if place is None else place, item)


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


def text_method(run: Run, of: Const, name: str, arguments: Sequence[Value]) -> Value:
    """Follow `"W{}".format(layer)`."""
    parts = [text_of(run, each) for each in arguments] if name == "format" else [None]
    if not isinstance(of.value, str) or None in parts:
        return UNKNOWN
    try:
        return Const(of.value.format(*parts))
    except (ValueError, LookupError):
        return UNKNOWN


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
_OF_ARRAYS = ["T", "shape", "ndim", "size", "dtype", "real", "imag", "flat", "item", "tolist", "fill", "sort", "trace"]
OF_VALUES = frozenset([*_OF_ARRAYS, *_ARRAY_METHODS, *dir(list), *dir(dict), *dir(str)])
"""Attributes of arrays, lists, dicts and texts."""


def array_method(run: Run, of: Value, name: str, arguments: Sequence[Value], keywords: Keywords) -> Value:
    """Follow a method of an array, or of an input that turns out to be an array, a list or a dict by it."""
    if isinstance(of, Arr) and name in _OF_TABLES:
        demand_list_of(run, of)
    if isinstance(of, Pending) and name in _OF_TABLES:
        table = run.decided[of.name] = Table(argument=of.name)
        return table_method(run, table, name, arguments)
    if name in _ARRAY_METHODS and name in FUNCTIONS:
        return FUNCTIONS[name](run, [of, *arguments], keywords)
    if name == "item":
        return Arr(())
    return UNKNOWN
