"""Which argument of a backward pass is what, and which gradient belongs to which input: by name, else by place."""

import ast
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from bptt_viz.targets.declaration import Argument
from bptt_viz.targets.recognise.inference.values import arguments_of
from bptt_viz.targets.recognise.names import alike, differentiated, is_cache, is_upstream, meaning
from bptt_viz.targets.recognise.returned import own
from bptt_viz.targets.recognise.uses import bounds_in, sizes_in
from bptt_viz.targets.roles import names

_TARGET = re.compile(
    r"y|t|ys|ts|y_?true|(target|label|truth|gold|expected|desired)\w*|[a-z]+_(target|label|truth|true)s?", re.IGNORECASE
)
_PENALTY = re.compile(
    r"(l1|l2|reg|lambda|lam|lambd|regularization|regularisation|weight_?decay|decay)(_\w+)?|\w+_reg", re.IGNORECASE
)
_COUNTERS = frozenset(["i", "j", "k", "step", "time_step", "timestep", "time", "idx", "index", "start", "end"])
Basis = Literal["name", "rule", "words", "spelling", "structure", "place", "shape"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What an argument of backward is.

    Attributes:
        role: `upstream` of an output, something forward `returned`, an `input`, a `number` that is 0, a `size`, or
            `unknown`.
        of: the output, returned thing or input; several outputs for a cotangent that comes as a tuple.
        basis: what says so.
    """

    role: Literal["upstream", "returned", "input", "number", "size", "unknown"]
    of: tuple[str, ...] = ()
    basis: Basis = "name"


def match_arguments(
    parameters: Sequence[str], returns: Sequence[Argument], inputs: Iterable[str], node: ast.FunctionDef
) -> dict[str, Taken]:
    """Return what each argument of backward is.

    Args:
        parameters: of backward, in order.
        returns: what forward returns.
        inputs: arguments of forward.
        node: of backward, for what it does with its arguments.
    """
    found: dict[str, Taken] = {}
    inputs = {*inputs}
    by_name = {each.name: each for each in returns}
    for parameter in parameters:
        if parameter not in by_name and parameter not in inputs and _is_number(parameter, node):
            found[parameter] = Taken("number")
        elif parameter in by_name:
            found[parameter] = Taken("returned", (parameter,))
        elif parameter in inputs:
            found[parameter] = Taken("input", (parameter,))
    sizes = {name for name in bounds_in(node) | sizes_in((node,)) if not (is_target(name) or name in _COUNTERS)}
    found |= {each: Taken("size", (each,)) for each in parameters if each not in found and each in sizes}
    _match_returned([each for each in parameters if each not in found], by_name, found)
    free = [each for each in returns if each.name not in {name for taken in found.values() for name in taken.of}]
    _match_upstreams([each for each in parameters if each not in found], outputs_of(returns), found)
    _match_rest([each for each in parameters if each not in found], free, found, node)
    return found


def _match_returned(parameters: Sequence[str], returned: Iterable[str], found: dict[str, Taken]) -> None:
    """Match what is called like something that forward returns, and not like a cotangent: `h_T` is `h_t`."""
    for parameter in (each for each in parameters if not (_like_cotangent(each) or is_target(each))):
        alike_ones = [name for name in returned if _same_but_case(parameter, name)]
        if len(alike_ones) == 1 and all(alike_ones[0] not in taken.of for taken in found.values()):
            found[parameter] = Taken("returned", (alike_ones[0],), "words")


def _is_number(parameter: str, node: ast.FunctionDef) -> bool:
    """Tell whether 0 does for an argument: it weighs a penalty, or nothing is done with it nor said by its name."""
    if _PENALTY.fullmatch(parameter):
        return True
    read = {each.id for each in own(node) if isinstance(each, ast.Name)}
    said = _like_cotangent(parameter) or is_cache(parameter) or is_target(parameter)
    return parameter not in read and not said and bool(read & {each.arg for each in arguments_of(node)} - {"self"})


def _like_cotangent(name: str) -> bool:
    return is_upstream(name) or bool(differentiated(name))


def outputs_of(returns: Sequence[Argument]) -> list[Argument]:
    """Return what may be outputs: what stands by itself or in a tuple of states, but not what is in a cache."""
    if len(returns) == 1:
        return [*names(tuple(returns))]
    kept = [each for each in returns if _states(each)]
    return [*names(tuple(kept))]


def _match_upstreams(parameters: Sequence[str], outputs: Sequence[Argument], found: dict[str, Taken]) -> None:
    for basis, fits in (*TIERS, ("words", _same_but_next)):
        for parameter in parameters:
            gone = {name for taken in found.values() if taken.role == "upstream" for name in taken.of}
            free = [each.name for each in outputs if each.name not in gone]
            candidates = [name for name in free if not is_cache(name) or parameter == f"d{name}"]
            fitting = [name for name in candidates if any(fits(base, name) for base in differentiated(parameter))]
            if parameter not in found and fitting:
                found[parameter] = Taken("upstream", (fitting[0],), basis)


def _match_rest(
    parameters: Sequence[str], free: Sequence[Argument], found: dict[str, Taken], node: ast.FunctionDef
) -> None:
    """Match what has no name that says it: caches are taken apart, cotangents are called `dout` or stand in front."""
    gone = {name for taken in found.values() for name in taken.of}
    left = [each for each in free if each.name not in gone]
    takers = [each for each in parameters if each not in found and _takes_cache(each, node)]
    caches = _caches(left, bool(takers))
    outputs = [each for each in left if each not in caches]
    for parameter in takers[: len(caches)]:
        found[parameter] = Taken("returned", (caches.pop(0).name,), "rule")
    waiting = [each for each in parameters if each not in found and not is_target(each)]
    others = [each for each in waiting if each not in takers and not _is_filled(each, node)]
    told = any(taken.role == "upstream" and _like_cotangent(name) for name, taken in found.items())
    named = [each for each in others if _like_cotangent(each)] or ([] if told else others[: len(outputs)])
    for parameter in named:
        if outputs:
            found[parameter] = _upstream(parameter, outputs, len(named), node)
    leftover = [*caches, *outputs]
    for parameter in (each for each in waiting if each not in found and not _is_filled(each, node)):
        found[parameter] = Taken("returned", (leftover.pop(0).name,), "place") if leftover else Taken("unknown")
    found |= {each: Taken("unknown") for each in parameters if each not in found}


def _takes_cache(parameter: str, node: ast.FunctionDef) -> bool:
    """Tell whether a parameter is a cache: it is called so, or is unpacked and not called like a cotangent."""
    if is_cache(parameter):
        return True
    return unpacked(node, parameter) > 0 and not _like_cotangent(parameter)


def _caches(left: Sequence[Argument], needed: bool) -> list[Argument]:
    """Return which returned things are caches; if one is needed, the last tuple may be one too."""
    found = [each for each in left if is_cache(each.name) or each.kind in {"dict", "list"} or not _states(each)]
    tuples = [each for each in left if each.kind == "tuple"]
    return found or (tuples[-1:] if needed else [])


def is_target(name: str) -> bool:
    """Tell whether a name is one of what a network should put out."""
    return _TARGET.fullmatch(name) is not None


def _states(returned: Argument) -> bool:
    """Tell whether what is returned is an array, or a tuple of states such as `(h, c)`, rather than a cache."""
    if returned.kind != "tuple":
        return returned.kind == "name"
    return len(returned.items) <= 2 and all(item.kind == "name" for item in returned.items)


def _upstream(parameter: str, outputs: list[Argument], waiting: int, node: ast.FunctionDef) -> Taken:
    """Take the outputs that a cotangent stands for away from those that are left."""
    opened = unpacked(node, parameter)
    if outputs[0].kind != "name":
        return Taken("upstream", tuple(each.name for each in names(outputs.pop(0).items)), "rule")
    if opened > 1 and waiting == 1 and len(outputs) >= opened:
        taken = [outputs.pop(0).name for _ in range(opened)]
        return Taken("upstream", tuple(taken), "rule")
    return Taken("upstream", (outputs.pop(0).name,), "rule" if is_upstream(parameter) else "place")


def unpacked(node: ast.FunctionDef, parameter: str) -> int:
    """Return into how many names a parameter is unpacked, 1 if it is a dict or list; 0 if it is used as an array."""
    for each in own(node):
        if isinstance(each, ast.Assign) and _is(each.value, parameter):
            for target in each.targets:
                if isinstance(target, ast.Tuple | ast.List):
                    return len(target.elts)
        at = each.slice if isinstance(each, ast.Subscript) and _is(each.value, parameter) else None
        if isinstance(at, ast.Constant) and isinstance(at.value, str):
            return 1
    return 0


def _is_filled(parameter: str, node: ast.FunctionDef) -> bool:
    """Tell whether a function adds to what stands under texts in a parameter, as to a dict of gradients so far."""
    return any(
        isinstance(each, ast.AugAssign)
        and isinstance(each.target, ast.Subscript)
        and _is(each.target.value, parameter)
        and isinstance(each.target.slice, ast.Constant)
        and isinstance(each.target.slice.value, str)
        for each in own(node)
    )


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _equal(base: str, name: str) -> bool:
    return base == name


def _same_but_case(base: str, name: str) -> bool:
    return base.lower().replace("_", "") == name.lower().replace("_", "")


def _same_meaning(base: str, name: str) -> bool:
    one, other = meaning(base), meaning(name)
    return one == other or _without_step(one) == _without_step(other)


def _same_but_next(base: str, name: str) -> bool:
    """Tell whether a cotangent is what the next step hands back of a state: `dh_next` is one of `h`."""
    return "next" in meaning(base) and [part for part in meaning(base) if part != "next"] == [*meaning(name)]


def _without_step(parts: Sequence[str]) -> tuple[str, ...]:
    """Return a name's words without the `t` or `s` at their ends: `xt` and `xs` are `x`."""
    return tuple(part[:-1] if len(part) == 2 and part[-1] in "ts" else part for part in parts)


def _starts(base: str, name: str) -> bool:
    """Tell whether a name is one of the first state of what a gradient is named after: `h0`, `h_prev` for `dh`."""
    return tuple(part for part in meaning(name) if part != "prev") == meaning(base)


TIERS: Sequence[tuple[Basis, Callable[[str, str], bool]]] = (
    ("rule", _equal),
    ("rule", _same_but_case),
    ("words", _same_meaning),
    ("spelling", alike),
)


def match_gradients(
    returns: Sequence[Argument],
    inputs: Sequence[str],
    ordered: Sequence[str] | None = None,
    known: Mapping[int, tuple[str, Basis]] = MappingProxyType({}),
) -> dict[int, tuple[str, Basis]]:
    """Return which input each returned thing is the gradient of, by its place in the order of names.

    Args:
        returns: names that backward returns, dicts and tuples opened.
        inputs: of forward that can have a gradient, in order.
        ordered: those of them that gradients without a name may belong to, in order; all if None.
        known: what is known already, since they stand at the same place of a list or dict.
    """
    found = dict(known)

    def left() -> list[str]:
        gone = {name for name, _ in found.values()}
        return [name for name in inputs if name not in gone]

    for at, each in enumerate(returns):
        label = each.keyword or each.name
        if at not in found and label.startswith("d") and label[1:] in left():
            found[at] = (label[1:], "name")
    for basis, fits in (*TIERS, ("words", _starts)):
        for at, each in enumerate(returns):
            bases = (*differentiated(each.keyword or each.name), *((each.keyword,) if each.keyword else ()))
            fitting = [name for base in bases for name in left() if fits(base, name)]
            if at not in found and fitting:
                found[at] = (fitting[0], basis)
    rest = [at for at in range(len(returns)) if at not in found]
    waiting = [name for name in left() if ordered is None or name in ordered]
    if rest and len(rest) == len(waiting):
        found |= {at: (name, "place") for at, name in zip(rest, waiting, strict=True)}
    return found


def by_place_alone(found: Mapping[int, tuple[str, Basis]]) -> set[int]:
    """Return the places of gradients that were given to an input by nothing but their order."""
    return {at for at, (_, basis) in found.items() if basis == "place"}
