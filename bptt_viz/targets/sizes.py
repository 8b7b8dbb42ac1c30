"""Sizes of axes: letters, fixed numbers and what is computed from them, such as `4H` or `H+D+1`."""

import ast
import re
from collections.abc import Callable, Mapping
from functools import lru_cache

from bptt_viz.errors import UsageError

_WORDS = {"None", "True", "False"}
_BARE_PRODUCT = re.compile(r"(?<![\w.])(\d+)(?=[^\W\d])")
_OPERATORS: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.FloorDiv: lambda a, b: a // b,
}


def is_size(text: str) -> bool:
    """Tell whether a text is a size."""
    tree = parsed(text)
    return tree is not None and all(_allowed(node) for node in ast.walk(tree))


@lru_cache(1024)
def letters(size: str | int | None) -> tuple[str, ...]:
    """Return the letters that a size is computed from, in order."""
    tree = parsed(str(size)) if size is not None else None
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name)] if tree is not None else []
    return tuple(node.id for node in sorted(found, key=lambda node: node.col_offset))


def measured(size: str | int, sizes: Mapping[str, int]) -> int:
    """Return a size as a number.

    Args:
        size: the size.
        sizes: what each letter stands for.

    Raises:
        UsageError: it has a letter that stands for nothing.
    """
    for letter in letters(size):
        if letter not in sizes:
            raise UsageError(f'nothing says how large {letter} in {size!r} is; add sizes = "{letter}=5"')
    tree = parsed(str(size))
    assert tree is not None, size
    return _value(tree, sizes)


@lru_cache(1024)
def parsed(text: str) -> ast.expr | None:
    """Return a size as an expression of Python; None if it is none."""
    try:
        return ast.parse(_BARE_PRODUCT.sub(r"\1*", text.strip()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _allowed(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        return node.id not in _WORDS
    if isinstance(node, ast.Constant):
        return type(node.value) is int
    return isinstance(node, ast.BinOp | ast.Load) or type(node) in _OPERATORS


def _value(node: ast.expr, sizes: Mapping[str, int]) -> int:
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_value(node.left, sizes), _value(node.right, sizes))
    if isinstance(node, ast.Name):
        return sizes[node.id]
    assert isinstance(node, ast.Constant)
    assert isinstance(node.value, int)
    return node.value
