"""Numbers in code that may be sizes of arrays."""

import ast
from collections.abc import Iterator

from bptt_viz.targets.run.loading import Loaded

_SHAPED = frozenset(
    {"zeros", "ones", "empty", "full", "reshape", "randn", "rand", "normal", "uniform", "arange", "eye"}
)
_LARGEST = 500


def written_sizes(loaded: Loaded) -> list[int]:
    """Return numbers that are written where sizes stand: in shapes, as bounds of slices, as constants of the module."""
    constants = (value for value in vars(loaded.module).values() if type(value) is int)
    found = dict.fromkeys([*constants, *_in_shapes(loaded.tree)])
    return [size for size in found if 1 < size <= _LARGEST]


def _in_shapes(tree: ast.AST) -> Iterator[int]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Slice):
            yield from _numbers([bound for bound in (node.lower, node.upper) if bound is not None])
        elif isinstance(node, ast.Call) and _name(node.func) in _SHAPED:
            yield from _numbers(node.args)


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _numbers(expressions: list[ast.expr]) -> Iterator[int]:
    """Yield whole numbers that stand alone or in a tuple, not those that something is multiplied with."""
    for each in expressions:
        for part in each.elts if isinstance(each, ast.Tuple | ast.List) else [each]:
            if isinstance(part, ast.Constant) and type(part.value) is int:
                yield part.value
