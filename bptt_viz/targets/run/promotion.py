"""The same code in double precision: every float32 in a syntax tree read as float64."""

import ast
import copy
from typing import Any

import numpy as np

_NAMES = frozenset({"float32", "single", "float16", "half"})
_TEXTS = frozenset({*_NAMES, "f", "f4", "f2", "e", "<f4", "=f4"})
# What `doubled` is called in the namespace of promoted code.
DOUBLED = "_bptt_viz_doubled"


def mentions_single(tree: ast.AST) -> bool:
    """Tell whether code may ask for single precision somewhere."""
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute | ast.alias)
            and (node.attr if isinstance(node, ast.Attribute) else node.name) in _NAMES
        ):
            return True
        if isinstance(node, ast.Constant) and node.value in _TEXTS:
            return True
    return False


def promoted(tree: ast.AST) -> ast.Module:
    """Return a copy of a module's tree that asks for float64 wherever it asked for less."""
    changed: ast.Module = _Promotion().visit(copy.deepcopy(tree))
    return ast.fix_missing_locations(changed)


class _Promotion(ast.NodeTransformer):
    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        if node.attr in _NAMES and isinstance(node.value, ast.Name) and node.value.id in {"np", "numpy"}:
            node.attr = "float64"
        return node

    def visit_alias(self, node: ast.alias) -> ast.AST:
        if node.name in _NAMES:  # from numpy import float32
            return ast.alias("float64", node.asname or node.name)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.AST:
        self.generic_visit(node)
        if node.arg == "dtype":
            node.value = _asked(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in {"astype", "dtype"}:
            node.args = [_asked(each) for each in node.args]
        elif name in {"zeros", "ones", "empty", "array", "asarray", "zeros_like", "ones_like", "empty_like"}:
            node.args = [*node.args[:1], *(_asked(each) for each in node.args[1:2]), *node.args[2:]]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        # `dtype = 'float32'` in a variable: long names are told apart from any other text
        return ast.copy_location(ast.Constant("float64"), node) if node.value in {"float32", "float16"} else node


def _asked(value: ast.expr) -> ast.expr:
    """Return a call that decides about a type when the code runs, for it may come from anywhere."""
    call = ast.Call(ast.Name(DOUBLED, ast.Load()), [value], [])
    return ast.copy_location(call, value)


def doubled(kind: Any) -> Any:
    """Return float64 for a type of less than double precision, else the type itself."""
    try:
        return np.float64 if np.dtype(kind) in {np.dtype("f4"), np.dtype("f2")} else kind
    except TypeError:
        return kind
