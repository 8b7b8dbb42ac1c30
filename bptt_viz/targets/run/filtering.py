"""Which statements of a file define something: the rest, such as a training loop, is never run."""

import ast
from collections.abc import Iterator, Sequence

# Calls that only make values; a name with a dot is allowed by what stands before the first dot.
_MAKERS = frozenset(
    {"abs", "bool", "bytes", "complex", "dict", "enumerate", "float", "frozenset", "int", "len", "list", "map", "max"}
    | {"min", "object", "pow", "range", "reversed", "round", "set", "slice", "sorted", "str", "sum", "tuple", "zip"}
    | {"namedtuple", "OrderedDict", "defaultdict", "partial", "lambdify", "TypeVar", "NewType", "Target", "sqrt", "exp"}
)
_LIBRARIES = frozenset(
    {"np", "numpy", "math", "functools", "collections", "itertools", "typing", "operator", "dataclasses"}
)
# Within these libraries: what reads, writes or waits.
_NOT_OF_LIBRARIES = frozenset(
    {"load", "loadtxt", "genfromtxt", "fromfile", "memmap", "save", "savez", "savetxt", "seterr"}
)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS = (ast.Import, ast.ImportFrom)


def definitions(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """Yield the definitions, imports and plain assignments of a module in order, those within plain branches too."""
    for statement in body:
        if isinstance(statement, _DEFINITIONS + _IMPORTS) or _assigns_plainly(statement):
            yield _without_hints(statement)
        elif isinstance(statement, ast.Try):
            yield from _attempt(statement)
        elif isinstance(statement, ast.If) and not _is_main(statement.test) and _is_plain(statement.test):
            yield _branch(statement)


def _without_hints(statement: ast.stmt) -> ast.stmt:
    """Return a definition without the type hints of functions: what they are made of may not be installed here."""
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
            for each in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs):
                each.annotation = None
    return statement


def _assigns_plainly(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Assign):
        return _is_plain(statement.value) and all(_is_place(target) for target in statement.targets)
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        return statement.value is not None and _is_plain(statement.value) and _is_place(statement.target)
    return False


def _is_place(target: ast.expr) -> bool:
    """Tell whether an assignment goes to names of this module, not into objects that others may share."""
    if isinstance(target, ast.Tuple | ast.List):
        return all(map(_is_place, target.elts))
    if isinstance(target, ast.Attribute | ast.Subscript):
        return _is_place(target.value)
    return isinstance(target, ast.Name | ast.Starred)


def _is_plain(expression: ast.expr) -> bool:
    """Tell whether an expression only computes values: no call but of what makes values."""
    inner = (node for node in ast.walk(expression))
    return all(_makes(node.func) for node in inner if isinstance(node, ast.Call)) and not any(
        isinstance(node, ast.Await | ast.Yield | ast.YieldFrom | ast.NamedExpr) for node in ast.walk(expression)
    )


def _makes(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in _MAKERS
    if not isinstance(function, ast.Attribute):
        return False
    root: ast.expr = function
    while isinstance(root, ast.Attribute):
        root = root.value
    if isinstance(root, ast.Name) and root.id in _LIBRARIES:
        return function.attr not in _NOT_OF_LIBRARIES
    # `np.zeros(3).astype(int)`, `x.copy()`: methods of what is plain itself
    return function.attr in {
        "astype",
        "reshape",
        "copy",
        "split",
        "join",
        "transpose",
        "dot",
        "items",
        "keys",
        "format",
    }


def _is_main(test: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "__name__" for node in ast.walk(test))


def _attempt(statement: ast.Try) -> Iterator[ast.stmt]:
    """Keep an attempt to import something, with its alternatives."""
    parts = [statement.body, *(handler.body for handler in statement.handlers), statement.orelse, statement.finalbody]
    if any(isinstance(inner, _IMPORTS) for inner in statement.body):
        kept = [list(definitions(part)) or [ast.copy_location(ast.Pass(), statement)] for part in parts]
        body, *handlers, orelse, final = kept
        yield ast.copy_location(
            ast.Try(
                body=body,
                handlers=[
                    ast.copy_location(ast.ExceptHandler(old.type, old.name, new), old)
                    for old, new in zip(statement.handlers, handlers, strict=True)
                ],
                orelse=orelse if statement.orelse else [],
                finalbody=final if statement.finalbody else [],
            ),
            statement,
        )
    else:
        yield from definitions(statement.body)


def _branch(statement: ast.If) -> ast.stmt:
    nothing: list[ast.stmt] = [ast.copy_location(ast.Pass(), statement)]
    body, orelse = list(definitions(statement.body)), list(definitions(statement.orelse))
    return ast.copy_location(ast.If(statement.test, body or nothing, orelse), statement)
