"""Which input each thing that comes back is the gradient of, in one run."""

from collections.abc import Mapping, Sequence

from bptt_viz.targets.declaration import Argument
from bptt_viz.targets.recognise.calling import Calling
from bptt_viz.targets.recognise.inference.dims import Conflict
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Pending, Table, Value
from bptt_viz.targets.recognise.matching import Basis, by_place_alone, match_gradients
from bptt_viz.targets.recognise.names import differentiated, is_upstream
from bptt_viz.targets.recognise.scene import Scene, array, held, shape_of
from bptt_viz.targets.recognise.structured import by_structure
from bptt_viz.targets.roles import names

_MISSHAPEN = 2.5
Matched = Mapping[int, tuple[str, Basis]]


def matched(
    playing: Scene, inputs: Sequence[str], returned: Sequence[Argument], back: Value, trust_place: bool
) -> tuple[Matched, list[bool]]:
    """Match the gradients with the inputs, make them alike in shape, and tell of each whether its shape is known."""
    run, how = playing.run, playing.how
    returns = possible(how, returned)
    values = dict(held(run, returned, back))
    likely = [name for name in inputs if name not in run.integers]
    told = _of_keys(run, how.given, returned) | by_structure(run, how.given, returned, values)
    found = dict(match_gradients(returns, likely, _ordered(playing), told))
    for at in by_place_alone(found) if not trust_place or how.backward is None else ():
        del found[at]
    known = [alike(run, name, values.get(returns[at].name, UNKNOWN)) for at, (name, _) in found.items()]
    if not trust_place:
        left = [name for name in likely if name not in {each for each, _ in found.values()}]
        more = _by_shape(run, returns, values, left, found, every=how.backward is not None)
        found |= more
        known += [True] * len(more)
    return found, known


def _of_keys(run: Run, given: Sequence[str], returned: Sequence[Argument]) -> dict[int, tuple[str, Basis]]:
    """Return which inputs, called otherwise than the key they stand under, the items of returned dicts belong to."""
    tables = [of for name in given if isinstance(of := run.known(Pending(name)), Table)]
    held = [(key, item) for table in tables for key, item in table.items.items() if isinstance(item, Pending)]
    apart = {f"d{key}": item.name for key, item in held if item.name != key}
    order = [*names(tuple(returned))]
    return {at: (apart[each.keyword], "name") for at, each in enumerate(order) if each.keyword in apart}


def _nameless(name: str) -> bool:
    return bool(differentiated(name)) or name.startswith(("out", "_"))


def alike(run: Run, name: str, gradient: Value) -> bool:
    """Make an input as large as its gradient, and return whether the gradient's size is known."""
    shape = shape_of(run, gradient)
    if shape is None:
        return False
    try:
        found = run.force(Pending(name), len(shape))
        if isinstance(found, Arr):
            run.equate(found.shape, shape)
    except Conflict:
        if not run.lenient:
            raise
        run.dims.strained += _MISSHAPEN
        return False
    return True


def _by_shape(
    run: Run, returns: Sequence[Argument], values: Mapping[str, Value], left: list[str], found: Matched, every: bool
) -> dict[int, tuple[str, Basis]]:
    """Match what is left, or what of it is called like a gradient, where the shape leaves no other way."""
    more: dict[int, tuple[str, Basis]] = {}
    for at, each in enumerate(returns):
        value = values.get(each.name, UNKNOWN)
        likely = every or is_upstream(each.name) or _nameless(each.name)
        shape = run.shape(value) if likely and at not in found and value is not UNKNOWN else None
        fitting = [name for name in left if shape is not None and run.shape(array(run, name)) == shape]
        if len(fitting) == 1:
            more[at] = (fitting[0], "shape")
            left.remove(fitting[0])
    return more


def _ordered(playing: Scene) -> list[str] | None:
    """Return the inputs that gradients without a name may belong to: of a method, its own arguments."""
    if playing.how.owner is None:
        return None
    return [name for name in playing.how.given if name not in playing.own]


def possible(how: Calling, returned: Sequence[Argument]) -> list[Argument]:
    """Return the names of what may be gradients; a loss is none."""
    return [each if each.name != how.loss else Argument("skip") for each in names(tuple(returned))]
