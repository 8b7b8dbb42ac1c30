"""What one turn of a loop hands on to the next."""

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache


@lru_cache(maxsize=1024)
def handed_on(loop: ast.For) -> frozenset[str]:
    """Return the names that a turn reads before it sets them: what the turn before left."""
    found: set[str] = set()
    own: set[str] = set()
    for each in _in_order(loop.body):
        names = [inner for inner in ast.walk(each) if isinstance(inner, ast.Name)]
        read = {name.id for name in names if isinstance(name.ctx, ast.Load)}
        read |= {each.target.id} if isinstance(each, ast.AugAssign) and isinstance(each.target, ast.Name) else set()
        found |= read - own
        own |= {name.id for name in names if isinstance(name.ctx, ast.Store)}
    return frozenset(found)


def _in_order(body: Sequence[ast.stmt]) -> Iterator[ast.AST]:
    """Yield simple statements and the heads of others in the order in which they are followed."""
    for each in body:
        inner = [part for name in ("body", "orelse", "finalbody") for part in getattr(each, name, [])]
        if not inner:
            yield each
            continue
        yield from (part for part in ast.iter_child_nodes(each) if part not in inner)
        yield from _in_order(inner)
