"""Types that code asks for, decided when it runs: `x.astype(np.float32)` may be told to give another type."""

import ast
import copy
from typing import Any

import numpy as np

from bptt_viz.targets.run.own_numpy import holds, is_real

# What the deciding functions are called in the namespace of users' code.
NAME = "_bptt_viz_type"
_SINGLE = frozenset({"float32", "single", "float16", "half"})
_TEXTS = frozenset({*_SINGLE, "f", "f4", "f2", "e", "<f4", "=f4"})
_MAKERS = frozenset({"zeros", "ones", "empty", "array", "asarray", "zeros_like", "ones_like", "empty_like"})


def mentions_single(tree: ast.AST) -> bool:
    """Tell whether code may ask for single precision somewhere."""
    for node in ast.walk(tree):
        name = node.attr if isinstance(node, ast.Attribute) else node.name if isinstance(node, ast.alias) else ""
        if name in _SINGLE or (isinstance(node, ast.Constant) and node.value in _TEXTS):
            return True
    return False


def decided(tree: ast.Module, double: bool) -> ast.Module:
    """Return a copy of a module's tree in which each type that is asked for is decided when the code runs.

    Args:
        tree: of the module; lines stay where they are.
        double: replace what is called single precision by name too.
    """
    changed: ast.Module = _Deciding(double).visit(copy.deepcopy(tree))
    return ast.fix_missing_locations(changed)


def as_asked(kind: Any) -> Any:
    """Return the type itself, or complex where arrays hold complex numbers for now."""
    return complex if holds("complex") and is_real(kind) else kind


def as_double(kind: Any) -> Any:
    """Return float64 for a type of less than double precision, else as `as_asked`."""
    try:
        wider = np.float64 if np.dtype(kind) in {np.dtype("f4"), np.dtype("f2")} else kind
    except TypeError:
        wider = kind
    return as_asked(wider)


class _Deciding(ast.NodeTransformer):
    def __init__(self, double: bool) -> None:
        self._double = double

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        of_numpy = isinstance(node.value, ast.Name) and node.value.id in {"np", "numpy"}
        if self._double and of_numpy and node.attr in _SINGLE:
            node.attr = "float64"
        return node

    def visit_alias(self, node: ast.alias) -> ast.AST:
        if self._double and node.name in _SINGLE:  # from numpy import float32
            return ast.copy_location(ast.alias("float64", node.asname or node.name), node)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        self.generic_visit(node)
        if node.arg == "dtype":
            node.value = _deciding(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in {"astype", "dtype", "view"}:
            node.args = [*map(_deciding, node.args[:1]), *node.args[1:]]
        elif name in _MAKERS:
            node.args = [*node.args[:1], *map(_deciding, node.args[1:2]), *node.args[2:]]
        return node


def _deciding(value: ast.expr) -> ast.expr:
    return ast.copy_location(ast.Call(ast.Name(NAME, ast.Load()), [value], []), value)
