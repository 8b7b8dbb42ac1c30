"""What a function returns, by the names in its `return`."""

import ast
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from bptt_viz.targets.declaration import Argument, Kind

_KINDS: Final[dict[type[ast.expr], Kind]] = {ast.Tuple: "tuple", ast.List: "list", ast.Dict: "dict"}
_VIEWS = {
    "copy",
    "reshape",
    "astype",
    "array",
    "asarray",
    "squeeze",
    "transpose",
    "stack",
    "concatenate",
    "vstack",
    "tuple",
    "list",
}


def returned(node: ast.FunctionDef) -> tuple[Argument, ...]:
    """Return what a function returns, from the `return` with the most parts; nothing if it returns nothing.

    What has no name of its own is called after what it is taken from, else `out`, `out_2` and so on.
    """
    ends = [end.value for end in own(node) if isinstance(end, ast.Return) and end.value is not None]
    ends = [end for end in ends if not (isinstance(end, ast.Constant) and end.value is None)]
    if not ends:
        return ()
    best = max((_parts(node, end) for end in ends), key=len)
    return tuple(_unique(best))


def own(node: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield what is in a function, without what is in functions and classes defined within it."""
    waiting: list[ast.AST] = list(reversed(node.body))
    while waiting:
        found = waiting.pop()
        yield found
        if not isinstance(found, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            waiting += reversed([*ast.iter_child_nodes(found)])


def _parts(node: ast.FunctionDef, end: ast.expr) -> list[Argument]:
    built = _built(node, end.id) if isinstance(end, ast.Name) else None
    if isinstance(built, ast.Tuple):
        end = built
    return [_argument(node, each) for each in end.elts] if isinstance(end, ast.Tuple) else [_argument(node, end)]


def _argument(node: ast.FunctionDef, value: ast.expr, inner: bool = False) -> Argument:
    name = value.id if isinstance(value, ast.Name) else ""
    made = (None if inner else _built(node, name)) if name else value
    if isinstance(made, ast.Tuple | ast.List) and made.elts:
        return Argument(_KINDS[type(made)], name, items=tuple(_argument(node, each, inner=True) for each in made.elts))
    keys = _keys(node, name if not inner else "", made)
    if keys:
        return Argument("dict", name, items=tuple(Argument("name", key, key) for key in keys))
    return Argument("name", name or _called(value))


def _built(node: ast.FunctionDef, name: str) -> ast.expr | None:
    """Return what a name is set to, if that happens once alone or always to a display."""
    made = [each.value for each in own(node) if isinstance(each, ast.Assign) and _sets(each, name)]
    return made[-1] if len(made) == 1 or (made and isinstance(made[-1], ast.Tuple | ast.Dict)) else None


def _sets(node: ast.Assign, name: str) -> bool:
    return any(isinstance(target, ast.Name) and target.id == name for target in node.targets)


def _keys(node: ast.FunctionDef, name: str, made: ast.expr | None) -> Sequence[str]:
    """Return the keys of a dict that is displayed or filled under texts."""
    found: list[str] = []
    if isinstance(made, ast.Dict):
        found += [key.value for key in made.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
    if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id in {"dict", "OrderedDict"}:
        found += [each.arg for each in made.keywords if each.arg is not None]
    for each in own(node) if name else ():
        if isinstance(each, ast.Assign | ast.AugAssign):
            targets = each.targets if isinstance(each, ast.Assign) else [each.target]
            found += [key for target in targets for spot in _spots(target) if (key := _key(spot, name))]
    return tuple(dict.fromkeys(found))


def _spots(target: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple | ast.List):
        for each in target.elts:
            yield from _spots(each)
    else:
        yield target


def _key(spot: ast.expr, name: str) -> str:
    if isinstance(spot, ast.Subscript) and isinstance(spot.value, ast.Name) and spot.value.id == name:
        key = spot.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    return ""


def _called(value: ast.expr) -> str:
    """Return the name of what an expression is taken from."""
    if isinstance(value, ast.Name):
        return value.id
    if isinstance(value, ast.Attribute):
        return value.attr if value.attr not in {"T", "real"} else _called(value.value)
    if isinstance(value, ast.Subscript):
        key = value.slice
        return (
            key.value
            if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isidentifier()
            else _called(value.value)
        )
    if isinstance(value, ast.Call):
        inner = value.func.attr if isinstance(value.func, ast.Attribute) else getattr(value.func, "id", "")
        of = value.func.value if isinstance(value.func, ast.Attribute) else None
        if inner in _VIEWS:
            named = _called(value.args[0]) if value.args and not isinstance(of, ast.Name) else ""
            return (
                named
                or (
                    _called(of)
                    if of is not None and not (isinstance(of, ast.Name) and of.id in {"np", "numpy"})
                    else ""
                )
                or (_called(value.args[0]) if value.args else "")
            )
    return ""


def _unique(parts: Sequence[Argument]) -> Iterator[Argument]:
    taken: set[str] = set()
    for at, part in enumerate(parts):
        yield _renamed(part if part.name or part.kind == "name" else replace(part, name=f"_{at}"), taken)


def _renamed(part: Argument, taken: set[str]) -> Argument:
    name = part.name
    if part.kind == "name" or name:
        base = name or "out"
        name, count = base, 2
        while name in taken:
            name, count = f"{base}_{count}", count + 1
        taken.add(name)
    return Argument(part.kind, name, part.keyword, tuple(_renamed(item, taken) for item in part.items))
