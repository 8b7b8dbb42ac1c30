"""What raised because the code is not for this Python, or needs what only running the whole file would set."""

import ast
import re

from bptt_viz.targets.run.raised import Raised

_NAMES = {
    "xrange": "range",
    "raw_input": "input",
    "unicode": "str",
    "basestring": "str",
    "long": "int",
    "unichr": "chr",
    "reduce": "functools.reduce",
}
_METHODS = {"iteritems": "items", "iterkeys": "keys", "itervalues": "values", "has_key": "in"}
_NOT_WHOLE = re.compile(r"indices must be integers|cannot be interpreted as an integer|must be an integer")


def for_python2(failure: Raised, tree: ast.Module) -> str:
    """Return what to change for Python 3, if that is why code raised; else nothing.

    Args:
        failure: what it raised.
        tree: of its file.
    """
    said = str(failure.error)
    name = re.match(r"name '(\w+)' is not defined", said)
    if isinstance(failure.error, NameError) and name is not None and name[1] in _NAMES:
        return f"{name[1]} is {_NAMES[name[1]]} in Python 3"
    attribute = re.search(r"has no attribute '(\w+)'", said)
    if isinstance(failure.error, AttributeError) and attribute is not None and attribute[1] in _METHODS:
        return f".{attribute[1]} is {_METHODS[attribute[1]]} in Python 3"
    if isinstance(failure.error, TypeError) and _NOT_WHOLE.search(said) and _divides(failure, tree):
        return "/ gives a fraction in Python 3, which cannot be an index or a size; write //"
    return ""


def _divides(failure: Raised, tree: ast.Module) -> bool:
    if failure.at is None:
        return False
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    around = [node for node in functions if node.lineno <= failure.at.line <= (node.end_lineno or node.lineno)]
    return any(isinstance(each, ast.Div) for node in around[-1:] for each in ast.walk(node))


def set_by_running(failure: Raised, tree: ast.Module) -> tuple[str, int] | None:
    """Return the name that code lacks, and the line at which running the whole file would set it.

    None if code did not raise for want of a name, or nothing in the file sets it.
    """
    name = re.match(r"name '(\w+)' is not defined", str(failure.error))
    if not isinstance(failure.error, NameError) or name is None:
        return None
    inside = {id(each) for node in ast.walk(tree) if _has_names_of_its_own(node) for each in ast.walk(node)}
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    lines = (node.lineno for node in names if node.id == name[1] and id(node) not in inside)
    line = next(lines, None)
    return None if line is None else (name[1], line)


def _has_names_of_its_own(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda)
