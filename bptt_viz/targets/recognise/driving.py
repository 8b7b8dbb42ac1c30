"""How a file itself calls a forward pass, a loss and a backward pass one after the other, as its training does."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

Origin = tuple[str, int]
"""What a variable holds: (`returned`, place) of what forward returns, or (`given`, place) of what it takes."""


@dataclass(frozen=True, slots=True)
class Driven:
    """One place that calls forward.

    Attributes:
        scope: the statements around it.
        known: what each variable there holds.
    """

    scope: ast.AST
    known: Mapping[str, Origin]

    def arguments(self, name: str) -> dict[int | str, Origin | None] | None:
        """Return where each argument of a call of another function comes from; None if it is not called there.

        Arguments that come from nowhere known, such as targets, have no origin.
        """
        for call in _calls(self.scope, name):
            found: dict[int | str, Origin | None] = {at: self._origin(each) for at, each in enumerate(call.args)}
            return found | {each.arg: self._origin(each.value) for each in call.keywords if each.arg is not None}
        return None

    def _origin(self, value: ast.expr) -> Origin | None:
        return self.known.get(value.id) if isinstance(value, ast.Name) else None


def driven(scopes: Iterable[ast.AST], forward: str) -> Iterator[Driven]:
    """Yield the places among some functions and statements that call a forward pass and keep what it returns."""
    for scope in scopes:
        for each in ast.walk(scope):
            call = each.value if isinstance(each, ast.Assign) else None
            if isinstance(each, ast.Assign) and isinstance(call, ast.Call) and _name(call) == forward:
                known: dict[str, Origin] = {
                    value.id: ("given", at) for at, value in enumerate(call.args) if isinstance(value, ast.Name)
                }
                spots = each.targets[0].elts if isinstance(each.targets[0], ast.Tuple) else each.targets
                known |= {spot.id: ("returned", at) for at, spot in enumerate(spots) if isinstance(spot, ast.Name)}
                yield Driven(scope, known)


def _calls(scope: ast.AST, name: str) -> Iterator[ast.Call]:
    yield from (each for each in ast.walk(scope) if isinstance(each, ast.Call) and _name(each) == name)


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
