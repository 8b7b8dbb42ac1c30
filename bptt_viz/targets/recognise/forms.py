"""What an input of a name may look like, before anything about it is known: prices of ranks by layout."""

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from bptt_viz.targets.recognise.docstrings import Axes
from bptt_viz.targets.recognise.inference.choices import Form
from bptt_viz.targets.recognise.names import is_bias, is_weight

Layout = Literal["rows", "columns", "vectors"]
_A: tuple[None, ...] = (None,)
_AB: tuple[None, ...] = (None, None)
_ABC: tuple[None, ...] = (None, None, None)
_Priced = Sequence[tuple[tuple[int | None, ...], float]]
_DATA: Mapping[Layout, _Priced] = {
    "rows": ((_AB, 0.0), (_ABC, 0.8), (_A, 1.5), ((None,) * 4, 3.0)),
    "columns": ((_AB, 0.0), ((None, 1), 0.8), (_A, 1.3), (_ABC, 1.5), ((None, None, 1), 1.8), ((None,) * 4, 4.0)),
    "vectors": ((_A, 0.0), (_AB, 0.7), ((None, 1), 1.2), (_ABC, 2.0)),
}
_BIASES: Mapping[Layout, _Priced] = {
    "rows": ((_A, 0.0), ((1, None), 0.5), ((None, 1), 2.0)),
    "columns": (((None, 1), 0.0), (_A, 0.5)),
    "vectors": ((_A, 0.0), ((None, 1), 1.0), ((1, None), 1.5)),
}
_WEIGHTS: _Priced = ((_AB, 0.0), (_A, 1.5), (_ABC, 2.5), ((None,) * 4, 4.0))
_INDICES: _Priced = ((_A, 0.0), (_AB, 0.0), ((), 0.0))
_TOLD = {
    "docstring": 2.0,
    "comment": 1.0,
    "hint": 3.0,
    "default": 6.0,
    "name": 2.0,
}  # how much it takes not to believe it
_SCALAR: _Priced = (((), 4.0),)


def forms_of(
    name: str, layout: Layout, told: Axes | None, source: str = "docstring", indexing: int | None = None
) -> list[Form]:
    """Return what an input may look like, likeliest first.

    Args:
        name: of the input.
        layout: in which the code most probably is written.
        told: the sizes that a docstring or a hint gives.
        source: what says so.
        indexing: of an input whose entries are indices, how many axes it most probably has.
    """
    if indexing is not None:
        near = sorted(_INDICES, key=lambda form: abs(len(form[0]) - indexing))
        priced: _Priced = [(axes, 0.7 * at) for at, (axes, _) in enumerate(near)]
    elif is_bias(name):
        priced = _BIASES[layout]
    elif is_weight(name):
        priced = _WEIGHTS
    else:
        priced = _DATA[layout]
    guessed = [Form(axes, cost) for axes, cost in (*priced, *_SCALAR)]
    if told is None:
        return guessed
    return [Form(told, 0.0, source), *(Form(form.axes, form.cost + _TOLD[source]) for form in guessed)]


def layout_of(nodes: Iterable[ast.AST]) -> Layout:
    """Return the layout that a pair's products, biases and sums speak for."""
    votes: dict[Layout, float] = {"rows": 0.5, "columns": 0.0, "vectors": 0.0}
    for root in nodes:
        for node in ast.walk(root):
            for layout, weight in _vote(node):
                votes[layout] += weight
    return max(votes, key=lambda layout: votes[layout])


def _vote(node: ast.AST) -> Sequence[tuple[Layout, float]]:
    left, right = _factors(node)
    if left is not None and right is not None:
        if _is_weight(left) and not _is_weight(right):
            return [("columns", 1.0), ("vectors", 0.6)]
        return [("rows", 1.0)] if _is_weight(right) and not _is_weight(left) else []
    name = node.func.attr if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else ""
    if name == "outer":
        return [("vectors", 3.0)]
    if name in {"zeros", "ones", "randn"} and isinstance(node, ast.Call) and node.args:
        last = node.args[-1].elts[-1] if isinstance(node.args[-1], ast.Tuple) and node.args[-1].elts else node.args[-1]
        return [("columns", 1.0)] if isinstance(last, ast.Constant) and last.value == 1 else []
    if name == "sum" and isinstance(node, ast.Call):
        return _vote_of_sum(node)
    return []


def _vote_of_sum(node: ast.Call) -> Sequence[tuple[Layout, float]]:
    axes = [*(each.value for each in node.keywords if each.arg == "axis"), *node.args[-1:]]
    axis = next((each.value for each in axes if isinstance(each, ast.Constant)), None)
    if axis == 1:
        return [("columns", 1.0)]
    return [("rows", 1.0)] if axis == 0 else []


def _factors(node: ast.AST) -> tuple[ast.expr | None, ast.expr | None]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        return node.left, node.right
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in {"dot", "matmul"}:
        if len(node.args) == 2:
            return node.args[0], node.args[1]
        return (node.func.value, node.args[0]) if node.args else (None, None)
    return None, None


def _is_weight(node: ast.expr) -> bool:
    if isinstance(node, ast.Attribute) and node.attr == "T":
        return False
    if isinstance(node, ast.Subscript):
        key = node.slice
        return isinstance(key, ast.Constant) and isinstance(key.value, str) and is_weight(key.value)
    name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
    return is_weight(name) and not is_bias(name)
