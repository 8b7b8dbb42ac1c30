"""What a module defines, read off its syntax tree."""

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bptt_viz.targets.recognise.inference.values import Class, Function, Known, Space, Value

_NUMPY = {"numpy", "cupy", "autograd.numpy", "jax.numpy", "minpy.numpy", "scipy.special", "scipy"}


@dataclass(frozen=True, slots=True)
class Module:
    """A module's names.

    Attributes:
        functions: by name; the last definition wins.
        classes: by name.
        assigned: expressions that names are set to at the top level, with the places within unpacked tuples.
        imported: names that are imported, with their dotted paths.
        others: modules beside it whose names it imports: the module, and which names under which names; None for all.
        all_of_numpy: whether NumPy's names are imported all together.
    """

    functions: Mapping[str, ast.FunctionDef]
    classes: Mapping[str, ast.ClassDef]
    assigned: Mapping[str, tuple[ast.expr, tuple[int, ...]]]
    imported: Mapping[str, str]
    others: tuple[tuple["Module", Mapping[str, str] | None], ...] = ()
    all_of_numpy: bool = False


@dataclass
class ModuleSpace(Space):
    """A module's names in one run; what it assigns is evaluated when it is asked for."""

    module: Module = field(default_factory=lambda: Module({}, {}, {}, {}))
    busy: set[str] = field(default_factory=set)


def read_module(tree: ast.Module, others: tuple[tuple[Module, Mapping[str, str] | None], ...] = ()) -> Module:
    """Return what a module defines, also under `if` and `try` and in its main block."""
    functions: dict[str, ast.FunctionDef] = {}
    classes: dict[str, ast.ClassDef] = {}
    assigned: dict[str, tuple[ast.expr, tuple[int, ...]]] = {}
    imported: dict[str, str] = {}
    everything = False
    for node in top_level(tree.body):
        if isinstance(node, ast.FunctionDef):
            functions[node.name] = node
        elif isinstance(node, ast.ClassDef):
            classes[node.name] = node
        elif isinstance(node, ast.Assign):
            for target in node.targets:
                assigned |= {name: (node.value, path) for name, path in _named(target) if name not in assigned}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            imported |= dict(_imported(node))
            everything |= any(each.name == "*" for each in node.names) and getattr(node, "module", "") in _NUMPY
    return Module(functions, classes, assigned, imported, others, everything)


def top_level(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the statements of a module, also those under conditions."""
    for node in body:
        yield node
        for block in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.If | ast.Try | ast.With):
                yield from top_level(getattr(node, block, ()))


def _named(target: ast.expr, path: tuple[int, ...] = ()) -> Iterator[tuple[str, tuple[int, ...]]]:
    if isinstance(target, ast.Name):
        yield target.id, path
    elif isinstance(target, ast.Tuple | ast.List):
        for at, each in enumerate(target.elts):
            yield from _named(each, (*path, at))


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    for each in node.names:
        if isinstance(node, ast.Import):
            path = "numpy" if each.name in _NUMPY else each.name
            yield each.asname or each.name.partition(".")[0], path if each.asname else path.partition(".")[0]
        elif node.module in _NUMPY and each.name != "*":
            yield each.asname or each.name, f"numpy.{each.name}" if each.name != "numpy" else "numpy"
        elif (node.module or "").partition(".")[0] in _NUMPY and each.name != "*":  # numpy.random, numpy.linalg
            yield each.asname or each.name, f"{node.module}.{each.name}"


def known_functions(module: Module) -> dict[str, ast.FunctionDef]:
    """Return a module's functions and those that it imports from modules beside it, under its names for them."""
    found: dict[str, ast.FunctionDef] = {}
    for other, names in module.others:
        theirs = known_functions(other)
        wanted = names if names is not None else {name: name for name in theirs}
        found |= {ours: theirs[name] for ours, name in wanted.items() if name in theirs}
    return found | dict(module.functions)


def space_of(module: Module) -> ModuleSpace:
    """Return a module's names for one run."""
    space = ModuleSpace(module=module)
    for other, names in module.others:
        theirs = space_of(other)
        wanted = names if names is not None else {name: name for name in (*theirs.names, *other.assigned)}
        space.names |= {ours: theirs.names[name] for ours, name in wanted.items() if name in theirs.names}
    space.names |= {name: Known(path) for name, path in module.imported.items()}
    own: dict[str, Value] = {name: Function(node, space) for name, node in module.functions.items()}
    space.names |= own | {name: Class(node, space) for name, node in module.classes.items()}
    return space
