"""The same code in double precision: every float32 in a syntax tree read as float64."""

import ast
import copy
import re

_NAMES = frozenset({"float32", "single", "float16", "half"})
_CODES = re.compile(r"[<>=|]?(f|f2|f4|e|float32|float16|single|half)")


def mentions_single(tree: ast.AST) -> bool:
    """Tell whether code asks for single precision somewhere."""
    return ast.dump(promoted(tree)) != ast.dump(tree)


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
            node.value = _double(node.value)
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        if name in {"astype", "dtype"}:
            node.args = [_double(each) for each in node.args]
        elif name in {"zeros", "ones", "empty", "array", "asarray", "full", "zeros_like", "ones_like", "empty_like"}:
            node.args = [*node.args[:1], *(_double(each) for each in node.args[1:])]
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        # `dtype = 'float32'` in a variable: long names are told apart from any other text
        return ast.copy_location(ast.Constant("float64"), node) if node.value in {"float32", "float16"} else node


def _double(value: ast.expr) -> ast.expr:
    if isinstance(value, ast.Constant) and isinstance(value.value, str) and _CODES.fullmatch(value.value):
        return ast.copy_location(ast.Constant("float64"), value)
    return value
