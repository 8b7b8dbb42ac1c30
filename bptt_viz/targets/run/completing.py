"""What a declaration leaves to the object: which parameters it has, where their gradients stand, how large they are."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.targets.declaration import Argument, Spec, Target
from bptt_viz.targets.roles import Roles, is_complete, names
from bptt_viz.targets.run.attributes import attribute_paths, read
from bptt_viz.targets.run.binding import literal
from bptt_viz.targets.run.code import Code
from bptt_viz.targets.run.drawing import drawn, letters_of
from bptt_viz.targets.run.loading import Loaded

_PAIRS = (("params", "grads"), ("parameters", "gradients"), ("params", "gradients"), ("weights", "grads"))
_PATTERNS = ("d{}", "{}_grad", "grad_{}", "{}_diff", "d_{}", "{}grad", "grad{}", "g_{}", "{}_gradient")
# Sizes whose small multiples and sums are all unlike, so that a length tells what it is made of.
_PRIMES = (11, 13, 17, 19, 23, 29, 31, 37, 41, 43)
_NO_ROLES = Roles((), (), {}, (), {})


def completed(target: Target, loaded: Loaded) -> Target:
    """Return a target with what its object says of parameters and gradients that the declaration leaves out.

    Raises:
        Raised: the object cannot be made.
    """
    if target.object is None or is_complete(target):
        return target
    letters = dict.fromkeys([*letters_of(target.shapes), *_sizes_of_object(target)])
    sizes = {name: target.sizes.get(name, prime) for name, prime in zip(letters, _PRIMES, strict=False)}
    made, values = _made(target, loaded, sizes)
    if not target.parameters:
        target = _discovered(target, made, values)
    missing = {name: path for name, path in attribute_paths(target.parameters).items() if name not in target.shapes}
    arrays = {name: np.asarray(read(made, path)) for name, path in missing.items()}
    return replace(target, shapes={**target.shapes, **{name: _spec(array, sizes) for name, array in arrays.items()}})


def _sizes_of_object(target: Target) -> Iterator[str]:
    assert target.object is not None, "the caller has made sure"
    known = {*target.shapes, *target.constants}
    yield from (each.name for each in names(target.object.arguments) if each.name not in known)


def _made(target: Target, loaded: Loaded, sizes: Mapping[str, int]) -> tuple[Any, dict[str, Any]]:
    """Make the object once, as its class does, with what it was made of."""
    assert target.object is not None, "the caller has made sure"
    rng = np.random.default_rng(0)
    code = Code(target, _NO_ROLES, loaded, sizes)
    values = {name: drawn(spec, sizes, rng) for name, spec in target.shapes.items()}
    values |= {name: literal(value, sizes) for name, value in target.constants.items()}
    loaded.restore()
    made, _ = code.called("object", target.object, None, values)
    return made, values


def _discovered(target: Target, made: Any, values: Mapping[str, Any]) -> Target:
    """Return the target with the parameters that the object keeps in the usual ways."""
    for held, gradients in _PAIRS:
        parameters = _in_container(held, getattr(made, held, None), values)
        if parameters is not None and _returns_all(target, parameters.items):
            return replace(target, parameters=(parameters,))
        if parameters is not None and (hasattr(made, gradients) or target.update):
            return replace(target, parameters=(parameters,), gradients=target.gradients or gradients)
    arrays = {name: value for name, value in vars(made).items() if _is_parameter(value)}
    if target.update:
        return replace(target, parameters=tuple(Argument("name", name) for name in arrays))
    pattern = max(_PATTERNS, key=lambda each: sum(each.replace("{}", name) in vars(made) for name in arrays))
    own = [name for name in arrays if (target.gradients or pattern).replace("{}", name) in vars(made)]
    if not own:
        returned = [Argument("name", name) for name in arrays if _returns_all(target, (Argument("name", name),))]
        return replace(target, parameters=tuple(returned))
    return replace(
        target, parameters=tuple(Argument("name", name) for name in own), gradients=target.gradients or pattern
    )


def _returns_all(target: Target, parameters: tuple[Argument, ...]) -> bool:
    """Tell whether the gradients of parameters are returned, so that they need not be looked for."""
    calls = (target.forward, *([target.backward] if target.backward is not None else []))
    returned = {each.name for call in calls for each in names(call.returns)}
    return all(f"d{item.name}" in returned for item in parameters)


def _in_container(held: str, container: Any, values: Mapping[str, Any]) -> Argument | None:
    """Return the parameters in a dict by their keys, those in a list by what they were made of, else by number."""
    if isinstance(container, dict) and container and all(map(_is_parameter, container.values())):
        items = [Argument("name", _identifier(str(key)), str(key)) for key in container]
        return Argument("dict", held, items=tuple(items))
    if isinstance(container, list) and container and all(map(_is_parameter, container)):
        given_as = {id(value): name for name, value in values.items()}
        items = [Argument("name", given_as.get(id(value), f"{held}{k}")) for k, value in enumerate(container)]
        return Argument("list", held, items=tuple(items))
    return None


def _identifier(key: str) -> str:
    return key if key.isidentifier() else "p_" + re.sub(r"\W", "_", key)


def _is_parameter(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind == "f" and value.ndim > 0


def _spec(array: Array, sizes: Mapping[str, int]) -> Spec:
    return Spec(tuple(_size(length, sizes) for length in array.shape))


def _size(length: int, sizes: Mapping[str, int]) -> str | int:
    """Return the letters that make up a length, all of which stand for unlike sizes; else the number."""
    for count in (1, 2, 3, 4):
        for name, size in sizes.items():
            if count * size == length:
                return name if count == 1 else f"{count}{name}"
    sums = ((f"{a}+{b}", x + y) for a, x in sizes.items() for b, y in sizes.items() if a < b)
    return next((text for text, size in sums if size == length), length)
