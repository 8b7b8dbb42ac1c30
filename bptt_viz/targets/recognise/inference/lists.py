"""Inputs that are lists of what is not alike, such as one dict of weights for each layer.

How many items such a list has is nobody's to tell: two are supposed, or as many as the code asks for. Loops over them
are followed turn by turn, since one layer's sizes are not the next one's.
"""

from collections.abc import Iterator

from bptt_viz.targets.recognise.inference.choices import Listed
from bptt_viz.targets.recognise.inference.dims import Dim
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import Arr, Const, Many, Num, Pending, Seq, Table, Value
from bptt_viz.targets.recognise.names import is_bias, is_parameter, is_weight, singular

LAYERS = 2
_OTHERWISE = 1.0  # how unlikely it is that the rows of a weight are walked along because it is a list of weights
_TURNS = 8
_OF_ARRAYS = frozenset(["shape", "T", "ndim", "dot", "astype", "sum"])


def layers(run: Run) -> int:
    """Return how many items lists of layers have."""
    return max(run.lists.values(), default=0) or LAYERS


def demand_list(run: Run, name: str, count: int = 0) -> None:
    """Have an input followed anew as a list, unless it was seen before whether it is one.

    Raises:
        Listed: it has not been followed as a list yet.
    """
    if name and name not in run.lists:
        raise Listed(lists={name: count or layers(run)})


def demand_list_of(run: Run, item: Arr, count: int = 0) -> None:
    """Have what an array was taken out of followed anew as a list, since the array turns out to be none.

    Raises:
        Listed: it has not been followed as a list yet.
    """
    whole = run.decided.get(item.origin)
    if isinstance(whole, Arr) and len(item.shape) < len(whole.shape):
        demand_list(run, item.origin, count)


def doubt_list(run: Run, of: Seq, attribute: str) -> None:
    """Have an input followed anew as an array of layers, if it is asked for what lists do not have.

    Raises:
        Listed: it was taken for a list.
    """
    if of.argument and attribute in _OF_ARRAYS and run.lists.get(of.argument):
        raise Listed(lists={of.argument: 0})


def opened_by_name(run: Run, value: Value) -> Value:
    """Return an input that is walked along, as a list if its name is the plural of a weight's or a bias's."""
    if isinstance(value, Pending) and singular(value.name) != value.name and is_parameter(singular(value.name)):
        return run.as_list(value.name, layers(run))
    return value


def opened_by_index(run: Run, of: Value, index: Value) -> Value:
    """Return what an index is taken of, as a list if the index tells layers apart.

    Raises:
        Listed: it is a list that was taken for an array before.
    """
    if not isinstance(index, Num):
        return of
    of = opened_by_name(run, of)
    if is_layer(index):
        if isinstance(of, Pending):
            return run.as_list(of.name, layers(run))
        whole = of.item if isinstance(of, Many) else of
        if isinstance(whole, Arr) and (of is not whole or _is_whole(run, whole)):
            demand_list(run, whole.origin)
    elif index.loop is not None and index.dim is None:
        _doubt(run, of, index.loop)
    elif isinstance(of, Pending) and index.dim is not None and of.name not in run.lists and _has_tables(run, index):
        return run.as_list(of.name, layers(run))
    return of


def _has_tables(run: Run, index: Num) -> bool:
    """Tell whether another input is a list of dicts that has an item at an index."""
    at = index.dim.number if index.dim is not None else None
    lists = [each for each in run.decided.values() if isinstance(each, Seq)]
    return at is not None and any(
        at < len(each.items) and any(isinstance(run.known(item), Table) for item in each.items) for each in lists
    )


def _doubt(run: Run, of: Value, loop: Dim) -> None:
    """Try also whether a weight whose rows are walked along is a list, unless the loop is along another array.

    Raises:
        Listed: that is the way to try.
    """
    name = of.name if isinstance(of, Pending) else of.origin if isinstance(of, Arr) and _is_whole(run, of) else ""
    likely = is_weight(name) and not is_bias(name) and not _runs_along_another(run, name, loop)
    if likely and name not in run.lists and run.choices.choose([0.0, _OTHERWISE]):
        raise Listed(lists={name: layers(run)}, sure=False)


def _runs_along_another(run: Run, name: str, loop: Dim) -> bool:
    others = (each for other, each in run.decided.items() if isinstance(each, Arr) and other != name)
    return any(run.dims.same(each.shape[-1], loop) for each in others if each.shape)  # features, not layers


def _is_whole(run: Run, array: Arr) -> bool:
    decided = run.decided.get(array.origin)
    return isinstance(decided, Arr) and len(decided.shape) == len(array.shape)


def is_layer(index: Value) -> bool:
    """Tell whether a number is that of a turn of a loop that is followed turn by turn."""
    return isinstance(index, Num) and index.loop is not None and index.dim is not None


def turn(at: int, turns: int) -> Num:
    """Return the number of one turn of a loop that is followed turn by turn."""
    return Num(Dim((), at), Dim((), turns))


def told_apart(run: Run, start: int, stop: int, step: int) -> Seq | None:
    """Return a range whose turns are followed one by one, as those over layers are; None if they are too many."""
    turns = range(start, stop, step)
    if not (run.lists or run.numbers) or len(turns) > min(layers(run) + 1, _TURNS):
        return None
    return Seq([turn(at, len(turns)) for at in turns])


def beside_layers(run: Run, value: Value) -> Value:
    """Return what is run through beside a list of layers: as a list too, one item a layer.

    Raises:
        Listed: it is an input that was taken for an array before.
    """
    value = run.known(value)
    if isinstance(value, Pending) and value.name not in run.lists:
        return run.as_list(value.name, layers(run))
    if isinstance(value, Many) and value.item is not None:
        if isinstance(value.item, Arr):
            demand_list_of(run, value.item)
        return Seq([value.item] * layers(run), mutable=True)
    return value


def text_of(run: Run, value: Value) -> str | None:
    """Return what a text or the number of a layer is written as; None of what is not known.

    Raises:
        Listed: it is the number of a turn that has to be told from the others, as in `params[f"W{layer}"]`.
    """
    value = run.known(value)
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    if not isinstance(value, Num):
        return None
    if value.dim is None:
        demand_turns(run, value, layers(run))
    number = run.dims.resolve(value.dim).number if value.dim is not None else None
    return None if number is None else str(number)


def demand_turns(run: Run, index: Num, count: int) -> None:
    """Have the number of turns of a loop that runs over a list's items followed anew as their number.

    Raises:
        Listed: an argument or an axis of one is this number, and it was not followed so yet.
    """
    terms = run.dims.resolve(index.loop).terms if index.loop is not None else ()
    for name, size in _sizes(run):
        own = run.dims.resolve(size)
        if own.unknown is not None and own.terms == terms and name not in run.numbers:
            raise Listed(run.lists, {name: count})


def _sizes(run: Run) -> Iterator[tuple[str, Dim]]:
    """Yield the sizes among the inputs: numbers by name, and axes as in `h0[0]`."""
    for name, value in run.decided.items():
        if isinstance(value, Num) and value.dim is not None:
            yield name, value.dim
        elif isinstance(value, Arr):
            yield from ((f"{name}[{at}]", axis) for at, axis in enumerate(value.shape))
