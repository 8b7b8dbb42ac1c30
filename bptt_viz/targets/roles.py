"""What each name of a declaration stands for: an input, an output, its cotangent, a cache or a gradient."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bptt_viz.errors import UsageError
from bptt_viz.targets.declaration import Argument, Call, Target
from bptt_viz.targets.notation import printed_call
from bptt_viz.targets.sizes import letters


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of a target, by what they stand for.

    Attributes:
        inputs: arrays that go in, in order: arguments, globals, and what the object is made of.
        outputs: what forward returns that a cotangent is sent back from; one alone is a loss if `upstreams` is empty.
        upstreams: backward's arguments that are cotangents, with the output that each belongs to.
        caches: what forward returns that backward takes as it is.
        gradients: what is returned (or left in the object) that is a gradient, with the input that each belongs to.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    upstreams: Mapping[str, str]
    caches: tuple[str, ...]
    gradients: Mapping[str, str]


def roles(target: Target, place: str) -> Roles:
    """Sort out a declaration's names.

    Args:
        target: the declaration.
        place: where it stands, for messages.

    Raises:
        UsageError: a name stands for nothing; the message names the key and what to write.
    """
    _demand_shapes(target, place)
    _demand_unlike(target, place)
    inputs = tuple(name for name in dict.fromkeys(_going_in(target)) if name in target.shapes)
    returned = tuple(name.name for name in names(target.forward.returns))
    if target.backward is None:
        gradients = _gradients(target.forward, inputs) | _left_behind(target)
        outputs = ("loss",) if "loss" in returned else tuple(name for name in returned if name not in gradients)[:1]
        found = Roles(inputs, outputs, {}, (), gradients)
    else:
        found = _of_a_pair(target, target.backward, inputs, returned)
    if not found.outputs:
        raise UsageError(f"{place} forward: nothing is returned that could be differentiated; write -> h, cache")
    if target.backward is not None:
        _demand_arguments(target.backward, found, target, place)
    _demand_gradients(target, found, place)
    return found


def names(arguments: tuple[Argument, ...]) -> Iterator[Argument]:
    """Yield the names among arguments, also those within dicts, lists and tuples."""
    for argument in arguments:
        if argument.kind == "name":
            yield argument
        yield from names(argument.items)


def is_complete(target: Target) -> bool:
    """Tell whether a target says all that there is to say about the parameters of its object."""
    declared = [each.name for each in names(target.parameters)]
    return target.object is None or (bool(declared) and all(name in target.shapes for name in declared))


def size_letters(target: Target) -> tuple[str, ...]:
    """Return the letters that stand for sizes, in order of appearance."""
    found: list[str] = [*target.sizes]
    for spec in target.shapes.values():
        for size in (*spec.axes, spec.below):
            found += letters(size)
    return tuple(dict.fromkeys(found))


def _of_a_pair(target: Target, backward: Call, inputs: tuple[str, ...], returned: tuple[str, ...]) -> Roles:
    taken = tuple(name.name for name in names(backward.arguments))
    upstreams = {f"d{output}": output for output in returned if f"d{output}" in taken}
    outputs = tuple(upstreams.values())
    caches = tuple(name for name in returned if name in taken)
    if target.losses:
        upstreams, outputs = {}, ("loss",)
    if not outputs:
        outputs = ("loss",) if "loss" in returned else tuple(name for name in returned if name not in caches)[:1]
    return Roles(inputs, outputs, upstreams, caches, _gradients(backward, inputs) | _left_behind(target))


def _gradients(call: Call, inputs: tuple[str, ...]) -> dict[str, str]:
    """Return the returned names that are gradients; in a dict an input's own name stands for its gradient."""
    of_name = {f"d{name}": name for name in inputs}
    found = {each.name: of_name[each.name] for each in names(call.returns) if each.name in of_name}
    return found | {each.name: each.name for each in _in_dicts(call.returns) if each.name in inputs}


def _in_dicts(arguments: tuple[Argument, ...]) -> Iterator[Argument]:
    for each in arguments:
        yield from names(each.items) if each.kind == "dict" else _in_dicts(each.items)


def _left_behind(target: Target) -> dict[str, str]:
    if not target.gradients and not target.update:
        return {}
    return {f"d{each.name}": each.name for each in names(target.parameters)}


def _going_in(target: Target) -> Iterator[str]:
    passed_on = {each.name for each in names(target.first.returns)} if target.first is not None else set()
    for call in (target.object, target.first, target.forward):
        if call is not None:
            yield from (each.name for each in names(call.arguments) if each.name not in passed_on)
    yield from (each.name for each in names(target.parameters))
    yield from target.forward.globals
    if target.backward is not None and (target.backward.owner or target.losses):
        yield from (each.name for each in names(target.backward.arguments) if each.name in target.shapes)


def _demand_shapes(target: Target, place: str) -> None:
    known = {*target.shapes, *target.constants, *size_letters(target), target.update}
    going_in = tuple(dict.fromkeys(_going_in(target)))
    for name in (name for name in going_in if name not in known):
        raise UsageError(
            f"{place} shapes: nothing says what {name} of {printed_call(target.forward)} is; add its sizes, such as"
            f' "{name}: N H", or its value under constants'
        )
    for key, given in (("shapes", target.shapes), ("gates", target.gates)):
        for name in (name for name in given if name not in going_in):
            raise UsageError(f"{place} {key}: {name} goes in nowhere; choose from {', '.join(going_in)}")


def _demand_unlike(target: Target, place: str) -> None:
    """Refuse a name that is an array and a size: what is passed where it stands could be either."""
    used = {letter for spec in target.shapes.values() for axis in (*spec.axes, spec.below) for letter in letters(axis)}
    for name in (name for name in target.shapes if name in used):
        raise UsageError(f"{place} shapes: {name} is an array and a size; give the size another letter")


def _demand_arguments(backward: Call, found: Roles, target: Target, place: str) -> None:
    known = {*found.inputs, *found.upstreams, *found.caches, *target.constants, *size_letters(target)}
    known |= {each.name for each in names(target.forward.returns)} | {target.update}
    known |= {each.name for each in names(target.first.returns)} if target.first is not None else set()
    known |= {each.name for each in target.forward.arguments if each.items}
    for each in names(backward.arguments):
        if each.name not in known:
            outputs = ", ".join(f"d{name.name}" for name in names(target.forward.returns))
            raise UsageError(
                f"{place} backward: {each.name} stands for nothing that forward takes or returns; a cotangent is named"
                f" after its output: {outputs}"
            )


def _demand_gradients(target: Target, found: Roles, place: str) -> None:
    call = target.backward or target.forward
    key = "forward" if target.backward is None else "backward"
    if not found.gradients:
        wanted = ", ".join(f"d{name}" for name in found.inputs if target.shapes[name].kind == "float")
        raise UsageError(
            f"{place} {key}: no gradient is returned; write -> {wanted} in the order in which it returns them"
        )
    if target.backward is not None:
        known = found.gradients.keys() | {each.name for each in names(target.forward.returns)}
        for each in names(call.returns):
            if each.name not in known:
                raise UsageError(
                    f"{place} backward: {each.name} is the gradient of no input; name it after its input, such as"
                    f" d{found.inputs[0]}, or write _ if it is none"
                )
