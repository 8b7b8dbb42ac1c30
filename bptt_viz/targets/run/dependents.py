"""A module's variables that are computed from others: computed anew when those are set to something else."""

import ast
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from types import CodeType
from typing import Any


@dataclass(frozen=True)
class Assignment:
    """A plain assignment at the top of a module.

    Attributes:
        names: that it sets.
        uses: names that it reads.
        code: that does it.
    """

    names: frozenset[str]
    uses: frozenset[str]
    code: CodeType


def assignments(statements: Sequence[ast.stmt], file: str) -> list[Assignment]:
    """Return the assignments among the statements of a module, in order."""
    plain = [each for each in statements if isinstance(each, ast.Assign | ast.AnnAssign)]
    return [
        Assignment(
            frozenset(_names(each, ast.Store)),
            frozenset(_names(each, ast.Load)),
            compile(ast.Module([each], []), file, "exec", dont_inherit=True),
        )
        for each in plain
    ]


def dependents(made: Sequence[Assignment], changed: Collection[str]) -> list[CodeType]:
    """Return what has to be computed anew after some names have been set, which themselves stay as they are."""
    fresh, found = {*changed}, []
    for each in made:
        if each.uses & fresh and not each.names & {*changed}:
            found.append(each.code)
            fresh |= each.names
    return found


def compute(codes: Sequence[CodeType], names: dict[str, Any]) -> None:
    """Compute anew; what cannot be computed stays as it was."""
    for code in codes:
        try:
            exec(code, names)
        except Exception:
            continue


def _names(statement: ast.stmt, context: type[ast.expr_context]) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, context)}
