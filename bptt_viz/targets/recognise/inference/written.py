"""Sizes as docstrings write them, `4H` or `H+D`, as expressions of unknowns."""

import ast
from collections.abc import MutableMapping

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim, Dims
from bptt_viz.targets.sizes import parsed


def as_dim(size: str | int, letters: MutableMapping[str, Dim], dims: Dims) -> Dim:
    """Return a size that is written down; each letter is an unknown, the same wherever it stands.

    Raises:
        Conflict: it cannot be read.
    """
    if isinstance(size, int):
        return Dim((), size)
    tree = parsed(size)
    if tree is None:
        raise Conflict(size)
    return _dim(tree, letters, dims)


def _dim(node: ast.expr, letters: MutableMapping[str, Dim], dims: Dims) -> Dim:
    if isinstance(node, ast.Name):
        if node.id not in letters:
            letters[node.id] = dims.fresh(node.id)
        return letters[node.id]
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return Dim((), node.value)
    if not isinstance(node, ast.BinOp):
        raise Conflict(ast.unparse(node))
    left, right = _dim(node.left, letters, dims), _dim(node.right, letters, dims)
    if isinstance(node.op, ast.Add | ast.Sub):
        return left + right if isinstance(node.op, ast.Add) else left - right
    if isinstance(node.op, ast.FloorDiv) and right.number:
        return dims.divided(left, right.number)
    factor, of = (left, right) if left.number is not None else (right, left)
    if not isinstance(node.op, ast.Mult) or factor.number is None:
        raise Conflict(ast.unparse(node))
    return of * factor.number
