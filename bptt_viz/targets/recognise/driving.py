"""How a file itself calls a forward pass, a loss and a backward pass one after the other, as its training does."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bptt_viz.targets.recognise.returned import own

Origin = tuple[str, int]
"""What a variable holds: (`returned`, place) of what forward returns, or (`given`, place) of what it takes."""


@dataclass(frozen=True, slots=True)
class Driven:
    """One place that calls forward.

    Attributes:
        scope: the statements around it.
        known: what each variable there holds.
    """

    scope: "Scope"
    known: Mapping[str, Origin]

    def arguments(self, name: str) -> dict[int | str, Origin | None] | None:
        """Return where each argument of a call of another function comes from; None if it is not called there.

        Arguments that come from nowhere known, such as targets, have no origin.
        """
        for call in (each for each in self.scope.calls if _name(each) == name):
            found: dict[int | str, Origin | None] = {at: self._origin(each) for at, each in enumerate(call.args)}
            return found | {each.arg: self._origin(each.value) for each in call.keywords if each.arg is not None}
        return None

    def _origin(self, value: ast.expr) -> Origin | None:
        return self.known.get(value.id) if isinstance(value, ast.Name) else None


@dataclass(frozen=True, slots=True)
class Scope:
    """What is called within a function, or by a module itself.

    Attributes:
        kept: calls whose result is given a name.
        calls: all calls.
    """

    kept: tuple[ast.Assign, ...]
    calls: tuple[ast.Call, ...]


@lru_cache(maxsize=4)
def scopes_of(tree: ast.Module) -> tuple[Scope, ...]:
    """Return a module's functions, methods among them, and what it runs itself."""
    functions = [each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)]
    defined = (ast.FunctionDef, ast.ClassDef)
    rest = [each for node in tree.body if not isinstance(node, defined) for each in ast.walk(node)]
    return tuple(_scope(nodes) for nodes in (*map(own, functions), rest))


def _scope(nodes: Iterable[ast.AST]) -> Scope:
    nodes = [*nodes]
    kept = (each for each in nodes if isinstance(each, ast.Assign) and isinstance(each.value, ast.Call))
    return Scope(tuple(kept), tuple(each for each in nodes if isinstance(each, ast.Call)))


def driven(scopes: Iterable[Scope], forward: str) -> Iterator[Driven]:
    """Yield the places among some scopes that call a forward pass and keep what it returns."""
    for scope in scopes:
        for each in scope.kept:
            call = each.value
            if isinstance(call, ast.Call) and _name(call) == forward:
                known: dict[str, Origin] = {
                    value.id: ("given", at) for at, value in enumerate(call.args) if isinstance(value, ast.Name)
                }
                spots = each.targets[0].elts if isinstance(each.targets[0], ast.Tuple) else each.targets
                known |= {spot.id: ("returned", at) for at, spot in enumerate(spots) if isinstance(spot, ast.Name)}
                yield Driven(scope, known)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
