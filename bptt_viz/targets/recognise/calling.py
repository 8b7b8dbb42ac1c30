"""How a user's functions are called: what forward is given, and what each argument of backward is."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from bptt_viz.targets.declaration import Argument
from bptt_viz.targets.recognise.inference.values import arguments_of, defaults_of
from bptt_viz.targets.recognise.matching import Taken, is_target, match_arguments, match_gradients
from bptt_viz.targets.recognise.names import LOSS, differentiated, is_cache, losses_among
from bptt_viz.targets.recognise.pairing import is_empty
from bptt_viz.targets.recognise.returned import Functions, own, returned
from bptt_viz.targets.recognise.uses import sizes_in
from bptt_viz.targets.roles import names

Node = ast.FunctionDef
_SCORES = re.compile(r"(d|grad_?)_?(z|zs|z_?t|logits?|scores?|net|pre_?\w*)_?[ty]?", re.IGNORECASE)
_RATE = re.compile(r"(lr|learning_?rate|alpha|eta|step_?size|rate|l_rate)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Calling:
    """How functions or methods are called.

    Attributes:
        forward: the function.
        backward: the function; None if forward returns the gradients too.
        given: forward's parameters that are passed, in order; the others keep their defaults.
        named: those of them that are passed by name, since one before them keeps its default.
        returns: what forward returns.
        taken: what each of backward's arguments is; those left out keep their defaults.
        gradients: what backward returns, or forward if it returns them too.
        loss: the output that is a loss, where backward starts from one; else empty.
        owner: the class, for methods.
        made_of: parameters that an object of the class is made of, in order.
        started: parameters of `made_of` that are passed by name.
        numbers: parameters that are sizes.
        wrapped: whether what is passed to forward stands in lists of one.
        rate: the learning rate with which backward updates attributes itself; empty if it does not.
        updated: those attributes.
        parts: functions of the user's that `forward` is put together from, where it is.
        compared: an output and the target that backward takes the difference of, where no loss is computed.
    """

    forward: Node
    backward: Node | None
    given: tuple[str, ...]
    named: frozenset[str]
    returns: tuple[Argument, ...]
    taken: Mapping[str, Taken] = field(default_factory=dict)
    gradients: tuple[Argument, ...] = ()
    loss: str = ""
    owner: ast.ClassDef | None = None
    made_of: tuple[str, ...] = ()
    started: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    wrapped: bool = False
    rate: str = ""
    updated: tuple[str, ...] = ()
    parts: tuple[Node, ...] = ()
    compared: tuple[str, str] = ("", "")

    @property
    def nodes(self) -> tuple[Node, ...]:
        """The user's own functions that take part."""
        return (*(self.parts or (self.forward,)), *((self.backward,) if self.backward is not None else ()))


def calling(forward: Node, backward: Node, functions: Functions, owner: ast.ClassDef | None = None) -> Calling:
    """Return how a pair is called, as far as names and the functions' own text say it.

    Args:
        forward: the function.
        backward: the function.
        functions: of the module, or methods of the class, whose results they may pass on.
        owner: the class, for methods.
    """
    everything = parameters_of(forward)
    returns, gradients = _returned(forward, backward, everything, functions)
    wanted = {name for name, basis in match_gradients([*names(gradients)], everything).values() if basis != "place"}
    given, named = _given(forward, wanted)
    rate, updated = updates(backward) if owner is not None else ("", ())
    needed = [name for name in parameters_of(backward) if name not in defaults_of(backward) and name != rate]
    taken = match_arguments(needed, returns, given, backward)
    taken |= {name: Taken("unknown") for name, each in taken.items() if _is_before_squashing(name, each, forward)}
    simple, called = _whole(returns, taken)
    if simple == (Argument("name", "out"),) and LOSS.fullmatch(forward.name):
        simple = (Argument("name", "loss"),)
    numbers = frozenset(sizes_in((forward, backward)) & {*given})
    loss = (
        ""
        if any(each.role in {"upstream", "unknown"} for each in taken.values())
        else _loss(simple, called, not parameters_of(backward))
    )
    made = Calling(forward, backward, given, named, simple, called, gradients, loss, numbers=numbers)
    return owned(replace(made, rate=rate, updated=updated), owner)


def _is_before_squashing(parameter: str, taken: Taken, forward: Node) -> bool:
    """Tell whether nothing but its place makes a cotangent one of a softmax, when its name is that of what goes in."""
    if taken.role != "upstream" or not _SCORES.fullmatch(parameter) or {*differentiated(parameter)} & {*taken.of}:
        return False
    made = [
        value
        for each in own(forward)
        if isinstance(each, ast.Assign)
        for at, value in _pairs(each)
        if _is(at, taken.of)
    ]
    return any(isinstance(each, ast.Call) and re.search("softmax|sigmoid", ast.unparse(each.func)) for each in made)


def _is(node: ast.expr, names: Sequence[str]) -> bool:
    return isinstance(node, ast.Name) and node.id in names


def loss_calling(forward: Node, loss: str, functions: Functions, owner: ast.ClassDef | None = None) -> Calling:
    """Return how a function is called that returns a loss with its gradients."""
    returns = returned(forward, functions)
    given, named = _given(forward, {name for name in defaults_of(forward) if is_target(name)})
    numbers = frozenset(sizes_in((forward,)) & {*given})
    return owned(Calling(forward, None, given, named, returns, {}, returns, loss, numbers=numbers), owner)


def owned(how: Calling, owner: ast.ClassDef | None) -> Calling:
    """Return how methods are called, with what an object of their class is made of: arrays, and sizes in any case."""
    start = method_of(owner, "__init__") if owner is not None else None
    if owner is None or start is None:
        return replace(how, owner=owner)
    sizes = sizes_in(each for each in owner.body if isinstance(each, ast.FunctionDef))
    sizes |= {name for name, attribute in _kept(start) if attribute in sizes}
    known = parameters_of(start)
    made_of, started = _given(start, {name for name in known if name in sizes})
    return replace(how, owner=owner, made_of=made_of, started=started, numbers=how.numbers | (sizes & {*known}))


def _loss(returns: Sequence[Argument], taken: Mapping[str, Taken], alone: bool) -> str:
    """Return the loss that a backward pass without cotangents starts from; empty if forward returns none."""
    whole = {name for each in taken.values() for name in each.of}
    left = [each.name for each in returns if each.name not in whole and each.kind == "name"]
    found = losses_among(left) or (left if whole or alone else [])
    return found[0] if found else ""


def _kept(start: Node) -> Sequence[tuple[str, str]]:
    """Return the parameters that are kept under attributes."""
    found = []
    for each in own(start):
        if isinstance(each, ast.Assign):
            for target, value in _pairs(each):
                if isinstance(target, ast.Attribute) and isinstance(value, ast.Name):
                    found.append((value.id, target.attr))
    return found


def _pairs(node: ast.Assign) -> Sequence[tuple[ast.expr, ast.expr]]:
    found = []
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            found += [*zip(target.elts, node.value.elts, strict=False)]
        else:
            found.append((target, node.value))
    return found


def updates(node: ast.FunctionDef) -> tuple[str, tuple[str, ...]]:
    """Return the learning rate with which a method updates attributes itself, and which; nothing if it does not."""
    rate, found = "", []
    for each in own(node):
        if isinstance(each, ast.AugAssign) and isinstance(each.op, ast.Sub | ast.Add):
            place = each.target.value if isinstance(each.target, ast.Subscript) else each.target
            names = [
                inner.id if isinstance(inner, ast.Name) else inner.attr
                for inner in ast.walk(each.value)
                if isinstance(inner, ast.Name | ast.Attribute)
            ]
            rates = [name for name in names if _RATE.fullmatch(name)]
            if isinstance(place, ast.Attribute) and rates:
                rate = rates[0]
                found.append(ast.unparse(place).removeprefix("self."))
    return rate, tuple(dict.fromkeys(found))


def with_rate(arguments: Sequence[Argument], backward: Node, rate: str) -> tuple[Argument, ...]:
    """Return what a backward pass is passed together with the learning rate, if it takes that, at its place."""
    order = [name for name in parameters_of(backward) if name not in defaults_of(backward)]
    if rate not in parameters_of(backward):
        return tuple(arguments)
    at = order.index(rate) if rate in order else len(arguments)
    passed = Argument("name", rate, "" if rate in order else rate)
    return (*arguments[:at], passed, *arguments[at:])


def methods_of(owner: ast.ClassDef) -> dict[str, Node]:
    """Return the methods of a class by their names."""
    return {each.name: each for each in owner.body if isinstance(each, ast.FunctionDef)}


def method_of(owner: ast.ClassDef, name: str) -> Node | None:
    """Return a method of a class by its name."""
    return next((each for each in owner.body if isinstance(each, ast.FunctionDef) and each.name == name), None)


def _given(node: Node, wanted: set[str]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Return the parameters that are passed, without those that keep their defaults, and which go by name."""
    everything, optional = parameters_of(node), defaults_of(node)
    arrays = {name for name, default in optional.items() if isinstance(default, ast.Call)}
    given = tuple(name for name in everything if name not in optional or name in wanted | arrays)
    first_left = next((at for at, name in enumerate(everything) if name not in given), len(everything))
    named = {name for at, name in enumerate(everything) if name in given and at > first_left}
    named |= {each.arg for each in node.args.kwonlyargs if each.arg in given}
    return given, frozenset(named)


def _returned(
    forward: Node, backward: Node, inputs: Sequence[str], functions: Functions
) -> tuple[tuple[Argument, ...], tuple[Argument, ...]]:
    """Return what both functions return; of one that is still to be written, what the other one speaks for."""
    returns, gradients = returned(forward, functions), returned(backward, functions)
    taken = parameters_of(backward)
    if not returns and is_empty(forward):
        bases = [next(iter(differentiated(name)), name) for name in taken if not is_cache(name)]
        returns = tuple(Argument("name", name) for name in (*bases[:1], *filter(is_cache, taken)))
    if not gradients and is_empty(backward):
        gradients = tuple(Argument("name", f"d{name}") for name in inputs)
    return returns, gradients


def _whole(returns: Sequence[Argument], taken: Mapping[str, Taken]) -> tuple[tuple[Argument, ...], Mapping[str, Taken]]:
    """Return what backward takes as forward returned it as one thing each; what has no name is a cache."""
    whole = [name for each in taken.values() if each.role == "returned" for name in each.of]
    called = {each.name: each.name for each in returns}
    free = (name for name in ("cache", *(f"cache_{at}" for at in range(2, 99))) if name not in called)
    called |= {name: next(free) for name in whole if name.startswith("_")}
    simple = tuple(Argument("name", called[each.name]) if each.name in whole else each for each in returns)
    return simple, {name: replace(each, of=tuple(called.get(of, of) for of in each.of)) for name, each in taken.items()}


def parameters_of(node: Node) -> tuple[str, ...]:
    """Return a function's parameters, with what `*args` is unpacked into; `self` is none."""
    found = [each.arg for each in (*arguments_of(node), *node.args.kwonlyargs) if each.arg not in {"self", "cls"}]
    return (*found, *spread(node))


def spread(node: Node) -> Sequence[str]:
    """Return the names that `*args` is unpacked into at the start of a function."""
    if node.args.vararg is None:
        return ()
    for each in own(node):
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Name) and each.value.id == node.args.vararg.arg:
            for target in each.targets:
                if isinstance(target, ast.Tuple | ast.List):
                    return [item.id for item in target.elts if isinstance(item, ast.Name)]
    return ()
