"""Classes whose objects hold what they are made of: data classes, named tuples and their like."""

import ast
from collections.abc import Sequence

from bptt_viz.targets.recognise.inference.module import Module
from bptt_viz.targets.recognise.inference.values import arguments_of


def fields_of(node: ast.ClassDef) -> list[str]:
    """Return the fields of a class that is a record: a named tuple or a data class."""
    return [
        each.target.id for each in node.body if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
    ]


def records_of(module: Module) -> dict[str, Sequence[str]]:
    """Return the classes of a module that are records, each with its attributes in their order."""
    found = {name: fields_of(node) or _kept(node) for name, node in module.classes.items()}
    found |= {name: fields for name, (made, _) in module.assigned.items() if (fields := _of_call(made))}
    return {name: fields for name, fields in found.items() if fields}


def _kept(node: ast.ClassDef) -> Sequence[str]:
    """Return what `__init__` takes, if all it does is to keep each under its name."""
    start = next((each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"), None)
    given = [each.arg for each in arguments_of(start)[1:]] if start is not None else []
    kept = [ast.unparse(each) for each in start.body] if start is not None else []
    return given if sorted(kept) == sorted(f"self.{name} = {name}" for name in given) else []


def _of_call(made: ast.expr) -> Sequence[str]:
    """Return the fields of `namedtuple(name, fields)`."""
    called = getattr(made.func, "attr", getattr(made.func, "id", "")) if isinstance(made, ast.Call) else ""
    given = made.args[1] if isinstance(made, ast.Call) and called == "namedtuple" and len(made.args) > 1 else None
    if isinstance(given, ast.Constant) and isinstance(given.value, str):
        return given.value.replace(",", " ").split()
    items = given.elts if isinstance(given, ast.List | ast.Tuple) else []
    return [each.value for each in items if isinstance(each, ast.Constant) and isinstance(each.value, str)]
