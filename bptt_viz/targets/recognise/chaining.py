"""Forward passes put together from several functions: a forward pass, then the loss of what it returned.

Many people compute the loss in a function of its own, within the backward pass, or not at all: their backward pass
starts from `y − target`, and takes from the forward pass what it needs.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from bptt_viz.targets.declaration import Argument
from bptt_viz.targets.recognise.calling import Calling, Node, calling, loss_calling, parameters_of, updates
from bptt_viz.targets.recognise.driving import Scope, driven
from bptt_viz.targets.recognise.inference.values import defaults_of
from bptt_viz.targets.recognise.matching import Taken, is_target
from bptt_viz.targets.recognise.names import LOSS, is_cache, meaning
from bptt_viz.targets.recognise.returned import Functions, own, returned
from bptt_viz.targets.recognise.uses import sizes_in

Kind = Literal["loss", "backward", "implied"]
_RATES = frozenset(["learning_rate", "lr", "alpha", "eta"])
_WANTED = re.compile(r"target|label|truth|gold|expected|desired|true|^y_?(s|t|train|batch|real)?$", re.IGNORECASE)
_PREDICTED = ("pred", "prob", "hat", "soft", "output", "ps", "out")


@dataclass(frozen=True, slots=True)
class Chain:
    """A forward pass with what makes a number of it.

    Attributes:
        kind: whether the number comes from a function for the `loss`, from `backward` itself, or is `implied`: then
            backward starts from the difference between an output and its target, and no loss is computed.
        first: the forward pass.
        last: what is called with what that returns; forward itself if the loss is implied.
        passed: to each parameter of `last`, by its name, what is passed on.
        outputs: what forward returns, in order.
        how: the whole is called.
    """

    kind: Kind
    first: Node
    last: Node
    passed: Mapping[str, str]
    outputs: tuple[str, ...]
    how: Calling


def chains(
    forward: Node, backward: Node, functions: Functions, scopes: Sequence[Scope], owner: ast.ClassDef | None = None
) -> Iterator[Chain]:
    """Yield the ways in which a forward and a backward pass may be joined by a loss, likeliest first.

    Args:
        forward: the forward pass, which returns no loss.
        backward: the backward pass.
        functions: of the module, or methods of the class.
        scopes: where the file may call both.
        owner: the class, for methods.
    """
    joint = _Joint(forward, backward, functions, scopes, owner)
    if joint.outputs or owner is not None:
        yield from joint.chains()


class _Joint:
    def __init__(
        self, forward: Node, backward: Node, functions: Functions, scopes: Sequence[Scope], owner: ast.ClassDef | None
    ) -> None:
        self._forward, self._backward, self._functions, self._owner = forward, backward, functions, owner
        self._scopes = scopes
        optional = defaults_of(forward)
        self._given = tuple(name for name in parameters_of(forward) if name not in optional)
        self.outputs = tuple(_called([each.name for each in returned(forward, functions)], self._given))

    def chains(self) -> Iterator[Chain]:
        backward, targets = self._backward, self._targets(self._backward)
        passed = self._passed(backward)
        if not targets or passed is None:
            return
        for loss in self._losses():
            to_loss = self._passed(loss)
            if to_loss is not None and (self._owner is not None or set(to_loss.values()) & {*self.outputs}):
                yield self._chain("loss", loss, to_loss, passed)
        losses = [each.name for each in returned(backward, self._functions) if LOSS.fullmatch(each.name)]
        if losses:
            yield self._within(losses[0], passed)
            return
        made = self._chain("implied", self._forward, {name: name for name in self._given}, passed)
        for compared in self._compared(targets, passed):
            yield replace(made, how=replace(made.how, compared=compared))

    def _losses(self) -> list[Node]:
        """Return the functions that are a loss: called so, and taking a target."""
        return [
            node
            for name, node in self._functions.items()
            if LOSS.fullmatch(name) and node not in (self._forward, self._backward) and self._targets(node)
        ]

    def _targets(self, node: Node) -> list[str]:
        """Return the parameters that forward neither takes nor returns, and that are called as targets are."""
        passed = self._passed(node) or {}
        known = {*self.outputs, *self._given}
        return [name for name, value in passed.items() if value not in known and _is_wanted(name)]

    def _passed(self, node: Node) -> dict[str, str] | None:
        """Return what is passed to each parameter: something that forward returns or takes, or a target.

        None if nothing says what one of them is.
        """
        rate = updates(node)[0]
        needed = [
            name
            for name in parameters_of(node)
            if name not in defaults_of(node) and name != rate and name not in _RATES
        ]
        seen = self._seen(node)
        found = {name: seen.get(name) or self._by_name(name) for name in needed}
        left = [name for name, value in found.items() if not value]
        free = [each for each in self.outputs if each not in found.values()]
        if len(left) == len(free) == 1:  # the one that is left is the other's
            found[left[0]] = free[0]
        return found if all(found.values()) else None

    def _seen(self, node: Node) -> dict[str, str]:
        """Return what the file itself passes to each parameter."""
        order = parameters_of(node)
        for place in driven(self._scopes, self._forward.name):
            arguments = place.arguments(node.name)
            if arguments is None:
                continue
            found = {}
            for at, origin in arguments.items():
                name = order[at] if isinstance(at, int) and at < len(order) else str(at)
                among = {"returned": self.outputs, "given": self._given}[origin[0]] if origin is not None else ()
                if origin is not None and origin[1] < len(among):
                    found[name] = among[origin[1]]
            return found
        return {}

    def _by_name(self, name: str) -> str:
        if name in self.outputs or name in self._given:
            return name
        alike = [each for each in (*self.outputs, *self._given) if meaning(each) == meaning(name)]
        return alike[0] if alike else name if _is_wanted(name) else self._cached(name)

    def _cached(self, name: str) -> str:
        """Return what a cache is, or the one thing that forward returns."""
        caches = [each for each in self.outputs if is_cache(each)]
        if is_cache(name) and len(caches) == 1:
            return caches[0]
        return self.outputs[0] if len(self.outputs) == 1 and any(part in name for part in _PREDICTED) else ""

    def _compared(self, targets: Sequence[str], passed: Mapping[str, str]) -> list[tuple[str, str]]:
        """Return the outputs and the target that backward may take the difference of, likeliest first."""
        if len(targets) != 1:
            return []
        plain = [name for name in self.outputs if not is_cache(name)]
        taken = [value for value in passed.values() if value in plain]
        likely = [name for name in (taken or plain) if any(part in name.lower() for part in _PREDICTED)]
        beside = {**{name: name for name in self.outputs}, **passed}
        found = [name for name in _beside(self._backward, targets[0], beside) if name in plain]
        return [(name, targets[0]) for name in dict.fromkeys((*found, *likely, *taken, *plain))]

    def _chain(self, kind: Kind, last: Node, to_last: Mapping[str, str], passed: Mapping[str, str]) -> Chain:
        call = self._call(last, to_last) if kind == "loss" else "0.0"
        arguments = self._arguments(to_last, passed)
        node = self._composed(arguments, f"    loss = {call}\n    return {', '.join(('loss', *self.outputs))}")
        how = calling(node, self._backward, self._functions, self._owner)
        taken = {name: self._taken(value) for name, value in passed.items()}
        returns = tuple(Argument("name", name) for name in ("loss", *self.outputs))
        how = replace(how, returns=returns, taken=taken, loss="loss")
        return Chain(kind, self._forward, last, to_last, self.outputs, self._sized(how, last))

    def _within(self, loss: str, passed: Mapping[str, str]) -> Chain:
        """Return the chain in which backward computes the loss besides the gradients."""
        node = self._composed(self._arguments(passed), f"    return {self._call(self._backward, passed)}")
        how = loss_calling(node, loss, self._functions, self._owner)
        rate, updated = updates(self._backward)
        parts = returned(self._backward, self._functions)
        how = replace(how, returns=parts, gradients=parts, rate=rate, updated=updated)
        return Chain("backward", self._forward, self._backward, passed, self.outputs, self._sized(how, self._backward))

    def _sized(self, how: Calling, last: Node) -> Calling:
        parts = (self._forward,) if last is self._forward else (self._forward, last)
        made = replace(how, parts=parts)
        return replace(made, numbers=how.numbers | (sizes_in(made.nodes) & {*how.given}))

    def _taken(self, value: str) -> Taken:
        return Taken("returned" if value in self.outputs else "input", (value,))

    def _arguments(self, *passed: Mapping[str, str]) -> list[str]:
        every = [value for each in passed for value in each.values() if value not in self.outputs]
        return [*dict.fromkeys((*self._given, *every))]

    def _composed(self, arguments: Sequence[str], end: str) -> Node:
        """Return a function that calls forward and goes on with what it returns."""
        taken = ", ".join(("self", *arguments) if self._owner is not None else arguments)
        call = self._call(self._forward, {name: name for name in self._given})
        kept = f"{', '.join(self.outputs)} = " if self.outputs else ""
        text = f"def {self._forward.name}({taken}):\n    {kept}{call}\n{end}\n"
        (node,) = ast.parse(text).body
        assert isinstance(node, ast.FunctionDef)
        node.lineno = self._forward.lineno
        return node

    def _call(self, node: Node, passed: Mapping[str, str]) -> str:
        own = "self." if self._owner is not None else ""
        return f"{own}{node.name}({', '.join(f'{name}={value}' for name, value in passed.items())})"


def _called(names: Sequence[str], taken: Sequence[str]) -> Iterator[str]:
    """Yield names of what is returned, unlike each other and those of arguments; what has none is a cache."""
    seen = {*taken}
    for name in names:
        bare = "cache" if name.startswith("_") or not name else name
        numbered = (bare, f"{bare}_out", *(f"{bare}_{count}" for count in range(2, 99)))
        seen.add(found := next(each for each in numbered if each not in seen))
        yield found


def _is_wanted(name: str) -> bool:
    return is_target(name) or _WANTED.search(name) is not None


def _beside(node: Node, target: str, passed: Mapping[str, str]) -> Iterator[str]:
    """Yield what a target is subtracted from, or what an entry is subtracted from at a target's place."""
    sources = _sources(node)
    for each in own(node):
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Sub):
            sides = (each.left, each.right)
        elif isinstance(each, ast.AugAssign) and isinstance(each.op, ast.Sub):
            sides = (each.target, each.value)
        else:
            continue
        names = {name for side in sides for name in _reached(side, sources)}
        if target in names:
            direct = {name for side in sides for name in _names(side)}
            yield from (passed[name] for name in passed if name in direct and name != target)
            yield from (passed[name] for name in passed if name in names - direct and name != target)


def _sources(node: Node) -> dict[str, set[str]]:
    """Return the names that each name is set from."""
    found: dict[str, set[str]] = {}
    for each in own(node):
        if isinstance(each, ast.Assign):
            for target in each.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, set()).update(_names(each.value))
    return found


def _reached(value: ast.expr, sources: Mapping[str, set[str]]) -> set[str]:
    direct = _names(value)
    return direct | {name for each in direct for name in sources.get(each, ())}


def _names(value: ast.AST) -> set[str]:
    return {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}
