"""What a function returns, by the names in its `return`."""

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from bptt_viz.targets.declaration import Argument, Kind
from bptt_viz.targets.recognise.inference.values import defaults_of

_KINDS: Final[dict[type[ast.expr], Kind]] = {ast.Tuple: "tuple", ast.List: "list", ast.Dict: "dict"}
_VIEWS = {
    "copy",
    "reshape",
    "astype",
    "array",
    "asarray",
    "clip",
    "squeeze",
    "transpose",
    "stack",
    "concatenate",
    "vstack",
    "tuple",
    "list",
}


_TAKEN = "~"  # in front of a name that is that of what a value is taken from
Functions = Mapping[str, ast.FunctionDef]


def returned(node: ast.FunctionDef, functions: Functions = MappingProxyType({})) -> tuple[Argument, ...]:
    """Return what a function returns, from the `return` with the most parts; nothing if it returns nothing.

    What has no name of its own is called after what it is taken from, else `out`, `out_2` and so on.

    Args:
        node: the function.
        functions: others by name, whose results it may pass on.
    """
    passed_over = _passed_over(node)
    ends = [end.value for end in own(node) if isinstance(end, ast.Return) and end.value is not None]
    ends = [end for end in ends if end not in passed_over] or ends
    ends = [way for end in ends for way in ((end.body, end.orelse) if isinstance(end, ast.IfExp) else (end,))]
    ends = [end for end in ends if not _is_nothing(end)]
    if not ends:
        return ()
    best = max((_parts(node, end, functions) for end in ends), key=len)
    return unique(best)


def _is_nothing(value: ast.expr) -> bool:
    """Tell whether an expression is None, or an array of nothing as in `np.array([])`."""
    if isinstance(value, ast.Call) and len(value.args) == 1 and isinstance(value.args[0], ast.List):
        return not value.args[0].elts and getattr(value.func, "attr", "") in {"array", "asarray"}
    return isinstance(value, ast.Constant) and value.value is None


def _passed_over(node: ast.FunctionDef) -> set[ast.expr | None]:
    """Return what a function would return if a yes or no among its arguments were not left at its default."""
    flags = {name: default.value for name, default in defaults_of(node).items() if isinstance(default, ast.Constant)}
    found: set[ast.expr | None] = set()
    for each in (each for each in own(node) if isinstance(each, ast.If)):
        negated = isinstance(each.test, ast.UnaryOp) and isinstance(each.test.op, ast.Not)
        test = each.test.operand if isinstance(each.test, ast.UnaryOp) else each.test
        flag = flags.get(test.id) if isinstance(test, ast.Name) else None
        if isinstance(flag, bool):
            unused = each.body if flag is negated else each.orelse
            found |= {end.value for part in unused for end in ast.walk(part) if isinstance(end, ast.Return)}
    return found


@lru_cache(maxsize=1024)
def own(node: ast.FunctionDef) -> tuple[ast.AST, ...]:
    """Return what is in a function, without what is in functions and classes defined within it."""
    waiting: list[ast.AST] = list(reversed(node.body))
    found = []
    while waiting:
        each = waiting.pop()
        found.append(each)
        if not isinstance(each, ast.FunctionDef | ast.ClassDef | ast.Lambda):
            waiting += reversed([*ast.iter_child_nodes(each)])
    return tuple(found)


def _parts(node: ast.FunctionDef, end: ast.expr, functions: Functions) -> list[Argument]:
    built = _built(node, end.id) if isinstance(end, ast.Name) else end
    if isinstance(built, ast.Call):
        passed_on = _returned_by(built, functions)
        if passed_on:
            return passed_on if len(passed_on) > 1 else [_argument(node, end)]
    if isinstance(built, ast.Tuple):
        end = built
    items = end.elts if isinstance(end, ast.Tuple) else [end]
    return [part for each in items for part in _one(node, each, functions)]


def _returned_by(call: ast.Call, functions: Functions) -> list[Argument]:
    """Return what a call of another function returns; nothing if that is not known."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    rest = {other: each for other, each in functions.items() if other != name}
    return [*returned(functions[name], rest)] if name in functions else []


def _one(node: ast.FunctionDef, value: ast.expr, functions: Functions) -> list[Argument]:
    """Return the parts that an item of a tuple stands for: itself, or several behind a star."""
    if not isinstance(value, ast.Starred):
        return [_argument(node, value)]
    of = value.value
    built = _built(node, of.id) if isinstance(of, ast.Name) else of
    if isinstance(built, ast.Tuple | ast.List):
        return [_argument(node, each) for each in built.elts]
    return _left_over(node, _sources(node, of), functions) or [_argument(node, value)]


def _left_over(node: ast.FunctionDef, names: set[str], functions: Functions) -> list[Argument]:
    """Return what is caught behind a star in `dx, dh, *rest = backward(…)`."""
    for each in own(node):
        targets = each.targets[0] if isinstance(each, ast.Assign) else None
        if not isinstance(targets, ast.Tuple | ast.List) or not isinstance(each, ast.Assign):
            continue
        caught = (at for at, one in enumerate(targets.elts) if isinstance(one, ast.Starred) and names & _named(one))
        start = next(caught, None)
        if start is not None and isinstance(each.value, ast.Call):
            parts = _returned_by(each.value, functions)
            return parts[start : len(parts) - (len(targets.elts) - start - 1)]
    return []


def _sources(node: ast.FunctionDef, value: ast.expr) -> set[str]:
    """Return a name and the names that it is set from."""
    found = _named(value)
    for each in own(node):
        target = each.targets[0] if isinstance(each, ast.Assign) else getattr(each, "target", None)
        made = getattr(each, "value", None)
        if isinstance(target, ast.Name) and target.id in found and isinstance(made, ast.expr):
            found |= _named(made)
    return found


def _named(value: ast.expr) -> set[str]:
    return {each.id for each in ast.walk(value) if isinstance(each, ast.Name)}


def _argument(node: ast.FunctionDef, value: ast.expr, inner: bool = False) -> Argument:
    name = value.id if isinstance(value, ast.Name) else ""
    made = (None if inner else _built(node, name)) if name else value
    if isinstance(made, ast.List) and name and _grows(node, name):
        return Argument("name", name)
    if isinstance(made, ast.Tuple | ast.List) and made.elts:
        return Argument(_KINDS[type(made)], name, items=tuple(_argument(node, each, inner=True) for each in made.elts))
    if isinstance(made, ast.List) and not inner:
        parts = tuple(_argument(node, each, inner=True) for each in _appended(node, name))
        return Argument("list", name, items=parts) if parts else Argument("name", name)
    each_of = [*_one_by_one(made)]
    if each_of:
        return Argument("list", name, items=tuple(_argument(node, each, inner=True) for each in each_of))
    keys = _keys(node, name if not inner else "", made)
    if keys:
        return Argument("dict", name, items=tuple(Argument("name", key, key) for key in keys))
    called = "" if name else _called(value)
    return Argument("name", name or (f"{_TAKEN}{called}" if called else ""))


def _one_by_one(made: ast.expr | None) -> Sequence[ast.expr]:
    """Return a, b and c of `[np.clip(d, -5, 5) for d in (a, b, c)]`: what stays itself, whatever is done to each."""
    over = made.generators[0] if isinstance(made, ast.ListComp) and len(made.generators) == 1 else None
    if not isinstance(made, ast.ListComp) or over is None or not isinstance(over.iter, ast.Tuple | ast.List):
        return ()
    return over.iter.elts if isinstance(over.target, ast.Name) and _called(made.elt) == over.target.id else ()


def _built(node: ast.FunctionDef, name: str) -> ast.expr | None:
    """Return what a name is set to, if that happens once alone or always to a display."""
    made = [each.value for each in own(node) if isinstance(each, ast.Assign) and _sets(each, name)]
    return made[-1] if len(made) == 1 or (made and isinstance(made[-1], ast.Tuple | ast.Dict)) else None


def _grows(node: ast.FunctionDef, name: str) -> bool:
    """Tell whether a list that is not empty at first is appended to."""
    calls = [each.func for each in own(node) if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)]
    made = _built(node, name)
    return (
        isinstance(made, ast.List)
        and bool(made.elts)
        and any(_is_of(call, name) and call.attr in {"append", "extend", "insert"} for call in calls)
    )


def _is_of(method: ast.Attribute, name: str) -> bool:
    return isinstance(method.value, ast.Name) and method.value.id == name


def _appended(node: ast.FunctionDef, name: str) -> Iterator[ast.expr]:
    """Yield what is appended to a list one after the other, not in a loop."""
    for each in node.body:
        call = each.value if isinstance(each, ast.Expr) else None
        method = call.func if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) else None
        if isinstance(call, ast.Call) and method is not None and _is_of(method, name) and method.attr == "append":
            yield from call.args


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
        key = value.slice.value if isinstance(value.slice, ast.Constant) else None
        return key if isinstance(key, str) and key.isidentifier() else _called(value.value)
    if isinstance(value, ast.ListComp | ast.GeneratorExp):
        return _called(value.elt)
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Div | ast.Mult):
        scaled = isinstance(value.op, ast.Div) or isinstance(value.right, ast.Constant)
        return _called(value.left) if scaled else ""
    return _viewed(value) if isinstance(value, ast.Call) else ""


def _viewed(call: ast.Call) -> str:
    """Return the name of the array that a call gives a view or a copy of."""
    of = call.func.value if isinstance(call.func, ast.Attribute) else None
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if name not in _VIEWS:
        return name.lower() if name[:1].isupper() else ""
    library = of is None or (isinstance(of, ast.Name) and of.id in {"np", "numpy"})
    return (_called(call.args[0]) if call.args else "") if library or of is None else _called(of)


def unique(parts: Sequence[Argument]) -> tuple[Argument, ...]:
    """Return what is returned with a name of its own for each thing; what has a name keeps it before what is taken."""
    taken = {each.name for each in _leaves(parts) if each.name and not each.name.startswith(_TAKEN)}
    named = [
        part if part.name or part.kind == "name" else replace(part, name=f"_{at}") for at, part in enumerate(parts)
    ]
    seen: set[str] = set()
    return tuple(_renamed(part, taken, seen) for part in named)


def _leaves(parts: Sequence[Argument]) -> Iterator[Argument]:
    for part in parts:
        yield part
        yield from _leaves(part.items)


def _renamed(part: Argument, taken: set[str], seen: set[str]) -> Argument:
    name = part.name
    if part.kind == "name" or name:
        own = bool(name) and not name.startswith(_TAKEN) and name not in seen
        base = name.removeprefix(_TAKEN) or "out"
        numbered = (base, *(f"{base}_{count}" for count in range(2, 999)))
        name = name if own else next(each for each in numbered if each not in taken | seen)
        seen.add(name)
    return Argument(part.kind, name, part.keyword, tuple(_renamed(item, taken, seen) for item in part.items))
