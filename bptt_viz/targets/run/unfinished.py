"""Is it merely not written yet? What templates of exercises look like before and after running them."""

import ast
import re
from collections.abc import Iterator

from bptt_viz.targets.declaration import Target
from bptt_viz.targets.run.raised import Raised

_MARKS = re.compile(
    r"(?i)\b(todo|your code|start code here|implement (this|the)|fill in|code here|to be completed)\b|구현하|작성하"
)


def is_unfinished(failure: Raised, tree: ast.Module, text: str) -> bool:
    """Tell whether code raised because a part of it is still to be written.

    Args:
        failure: what it raised.
        tree: of its file.
        text: of its file.
    """
    if isinstance(failure.error, NotImplementedError):
        return True
    about_none = "NoneType" in str(failure.error) or isinstance(failure.error, NameError | UnboundLocalError)
    function = _function_at(tree, failure.at.line) if failure.at is not None else None
    if function is None or not about_none:
        return False
    return bool(_MARKS.search(ast.get_source_segment(text, function) or "")) or (
        "NoneType" in str(failure.error) and (_only_none(function))
    )


def is_marked(target: Target, tree: ast.Module, text: str) -> bool:
    """Tell whether a target's backward pass has a mark that says it is still to be written, and no computation."""
    name = (target.backward or target.forward).name.rpartition(".")[2]
    found = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name]
    return any(_MARKS.search(ast.get_source_segment(text, node) or "") for node in found)


def _function_at(tree: ast.Module, line: int) -> ast.FunctionDef | None:
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    around = [node for node in functions if node.lineno <= line <= (node.end_lineno or node.lineno)]
    return max(around, key=lambda node: node.lineno, default=None)


def _only_none(function: ast.FunctionDef) -> bool:
    """Tell whether some name of a function is never anything but None."""
    given: dict[str, list[ast.expr]] = {}
    for name, value in _assignments(function):
        given.setdefault(name, []).append(value)
    return any(
        all(isinstance(each, ast.Constant) and each.value is None for each in values) for values in given.values()
    )


def _assignments(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value] * len(names)
                yield from (
                    (name.id, value) for name, value in zip(names, values, strict=False) if isinstance(name, ast.Name)
                )
