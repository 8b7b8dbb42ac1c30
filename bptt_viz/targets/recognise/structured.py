"""Lists and dicts of gradients beside the lists and dicts of inputs that they are the gradients of."""

from collections.abc import Iterator, Mapping, Sequence

from bptt_viz.targets.declaration import Argument
from bptt_viz.targets.recognise.inference.dims import Conflict
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Pending, Seq, Table, Value
from bptt_viz.targets.recognise.matching import TIERS, Basis
from bptt_viz.targets.recognise.names import differentiated
from bptt_viz.targets.roles import names

Pairs = list[tuple[str, str]]
"""Names of gradients, each with the name of its input."""


def by_structure(
    run: Run, given: Sequence[str], returned: Sequence[Argument], values: Mapping[str, Value]
) -> dict[int, tuple[str, Basis]]:
    """Return which input each gradient within a list or dict belongs to, by its place in the order of names.

    A list or dict of gradients is held against that of inputs which it is named after; lists that no name tells of,
    against those left over that are made up alike and have the same shapes, in their order.

    Args:
        run: with what is known of the inputs.
        given: what goes in.
        returned: what comes back.
        values: of what comes back, by name.
    """
    order = {each.name: at for at, each in enumerate(names(tuple(returned)))}
    left = {name: value for name in given if isinstance(value := run.known(Pending(name)), Seq | Table)}
    waiting = [each for each in returned if each.items and each.kind in {"dict", "list", "tuple"}]
    found: dict[int, tuple[str, Basis]] = {}

    def take(each: Argument, name: str, pairs: Pairs, basis: Basis) -> None:
        found.update({order[gradient]: (of, basis) for gradient, of in pairs if gradient in order})
        waiting.remove(each)
        del left[name]

    for basis, fits in TIERS:
        for each in [*waiting]:
            called = [name for name in left if any(fits(base, name) for base in differentiated(each.name))]
            pairs = beside(run, each, left[called[0]]) if called else None
            if pairs:
                take(each, called[0], pairs, basis)
    for each in (each for each in [*waiting] if run.lists or _has_dicts(each)):
        alike = {name: pairs for name, value in left.items() if (pairs := beside(run, each, value))}
        fitting = next((name for name, pairs in alike.items() if _fit(run, pairs, values)), None)
        if alike and (fitting or len(alike) == 1):  # what has other shapes than all that it may belong to is wrong
            chosen = fitting or next(iter(alike))
            take(each, chosen, alike[chosen], "structure")
    return found


def beside(run: Run, gradients: Argument, inputs: Value) -> Pairs | None:
    """Return the gradients with the inputs that stand where they stand; None if they are not made up alike."""
    if _is_leaf(run, inputs):
        return [(gradients.name, inputs.name)] if isinstance(inputs, Pending) and gradients.kind == "name" else None
    inputs = run.known(inputs)
    parts = [*_parts(gradients, inputs)]
    if len(parts) != len(gradients.items) or not parts:
        return None
    inner = [beside(run, *part) for part in parts]
    return None if None in inner else [pair for each in inner if each is not None for pair in each]


def _parts(gradients: Argument, inputs: Value) -> Iterator[tuple[Argument, Value]]:
    if gradients.kind == "dict" and isinstance(inputs, Table):
        for item in gradients.items:
            keys = (item.keyword, *differentiated(item.keyword))
            key = next((key for key in keys if key in inputs.items), None)
            if key is not None:
                yield item, inputs.items[key]
    elif gradients.kind in {"list", "tuple"} and isinstance(inputs, Seq) and len(inputs.items) == len(gradients.items):
        yield from zip(gradients.items, inputs.items, strict=True)


def _is_leaf(run: Run, of: Value) -> bool:
    return isinstance(of, Pending) and isinstance(run.known(of), Pending | Arr)


def _has_dicts(argument: Argument) -> bool:
    return argument.kind == "dict" or any(map(_has_dicts, argument.items))


def _fit(run: Run, pairs: Pairs, values: Mapping[str, Value]) -> bool:
    """Make gradients as large as inputs, if they can be."""
    bound = dict(run.dims.bound)
    for gradient, of in pairs:
        value = values.get(gradient, UNKNOWN)
        shape, own = run.shape(value) if value is not UNKNOWN else None, run.known(Pending(of))
        try:
            if shape is not None and isinstance(own, Arr):
                run.equate(own.shape, shape)
        except Conflict:
            run.dims.bound = bound
            return False
    return True
