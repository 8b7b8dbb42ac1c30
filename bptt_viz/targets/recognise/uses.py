"""What names are plainly used as, wherever they stand: as sizes, as indices, as rows with a single 1."""

import ast
from collections.abc import Iterable, Iterator, Mapping

_SHAPED = frozenset(
    [
        "zeros",
        "ones",
        "empty",
        "full",
        "randn",
        "rand",
        "random",
        "random_sample",
        "uniform",
        "normal",
        "standard_normal",
        "reshape",
    ]
)
_FLAT = frozenset(["reshape", "flatten", "ravel", "astype"])
_RUNS = {"arange", "range", "list"}
_COUNTED = frozenset(["range", "xrange", "arange", "eye", "identity"])


def sizes_in(nodes: Iterable[ast.AST]) -> set[str]:
    """Return names that are used as sizes of arrays or as numbers of turns, and those that such a size is made of."""
    found: set[str] = set()
    roots = [*nodes]
    for call in (each for root in roots for each in ast.walk(root) if isinstance(each, ast.Call)):
        name = _called(call)
        if name in _SHAPED:
            given = call.args[1:] if _takes_array_first(call, name) else call.args
            shapes = [
                *given[-1:],
                *given[:1],
                *(each.value for each in call.keywords if each.arg in {"size", "shape"}),
            ]
            parts = [part for shape in shapes if isinstance(shape, ast.Tuple | ast.List) for part in shape.elts]
            parts += given if name in {"randn", "rand", "reshape"} else []
            parts += given[:1] if name in {"zeros", "ones", "empty"} else []
            found |= {inner for part in parts for inner in _numbers(part)}
        elif name in _COUNTED:
            found |= {inner for part in call.args for inner in _numbers(part)}
    return found | _parts_of(found, roots)


def bounds_in(node: ast.AST) -> set[str]:
    """Return names that say where slices begin and end."""
    slices = [each for each in ast.walk(node) if isinstance(each, ast.Slice)]
    ends = [end for each in slices for end in (each.lower, each.upper) if end is not None]
    return {each.id for end in ends for each in ast.walk(end) if isinstance(each, ast.Name)}


def _parts_of(sizes: set[str], roots: Iterable[ast.AST]) -> set[str]:
    """Return the names in sums and products that are assigned to sizes."""
    return {
        inner
        for root in roots
        for each in ast.walk(root)
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.BinOp)
        if any(isinstance(target, ast.Name) and target.id in sizes for target in each.targets)
        for inner in _numbers(each.value)
    }


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _takes_array_first(call: ast.Call, name: str) -> bool:
    """Tell `np.reshape(x, shape)`, where x is no size, from `x.reshape(shape)`."""
    of = call.func.value if isinstance(call.func, ast.Attribute) else None
    return name == "reshape" and isinstance(of, ast.Name) and of.id in {"np", "numpy"}


def _numbers(node: ast.expr) -> Iterator[str]:
    """Yield the names in a sum or product; `self.H` counts as H."""
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        yield node.attr
    elif isinstance(node, ast.BinOp):
        yield from _numbers(node.left)
        yield from _numbers(node.right)


def indexing(nodes: Iterable[ast.AST]) -> dict[str, int]:
    """Return names whose entries are used as indices, with how many axes they most probably have."""
    found: dict[str, int] = {}
    for root in nodes:
        items = dict(_items(root))
        for each in ast.walk(root):
            if isinstance(each, ast.Subscript) and not isinstance(each.slice, ast.Slice):
                for name, rank in _as_index(each.slice, items):
                    found.setdefault(name, rank)
    return found


def _items(root: ast.AST) -> Iterator[tuple[str, tuple[str, int]]]:
    """Yield names that stand for items of another: of a loop, or set to one item."""
    for node in ast.walk(root):
        if isinstance(node, ast.For | ast.comprehension):
            yield from _of_loop(node.target, node.iter)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _called(node.value) in _FLAT:
            of = node.value.func.value if isinstance(node.value.func, ast.Attribute) else None
            names = [target.id for target in node.targets if isinstance(target, ast.Name)]
            yield from ((name, (of.id, 2)) for name in names if isinstance(of, ast.Name))
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Subscript):
            base, rank = _item(node.value)
            yield from ((target.id, (base, rank)) for target in node.targets if base and isinstance(target, ast.Name))


def _of_loop(target: ast.expr, through: ast.expr) -> Iterator[tuple[str, tuple[str, int]]]:
    if isinstance(target, ast.Name) and isinstance(through, ast.Name):
        yield target.id, (through.id, 1)
    elif isinstance(through, ast.Call) and isinstance(target, ast.Tuple):
        name = _called(through)
        if name == "enumerate" and len(target.elts) == 2 and through.args:
            yield from _of_loop(target.elts[1], through.args[0])
        elif name == "zip":
            for part, each in zip(target.elts, through.args, strict=False):
                yield from _of_loop(part, each)


def _item(node: ast.Subscript) -> tuple[str, int]:
    """Return whose item a subscript takes, and how many axes whole numbers use up; slices keep theirs."""
    parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    return (node.value.id, len(parts)) if isinstance(node.value, ast.Name) else ("", 0)


def _as_index(index: ast.expr, items: Mapping[str, tuple[str, int]]) -> Iterator[tuple[str, int]]:
    parts = index.elts if isinstance(index, ast.Tuple) else [index]
    beside = sum(
        any(isinstance(each, ast.Call) and _called(each) in _RUNS for each in ast.walk(part)) for part in parts
    )
    for part in parts:
        if isinstance(part, ast.Subscript):
            base, rank = _item(part)
            if base:
                yield base, rank
        elif isinstance(part, ast.Name):
            yield items.get(part.id, (part.id, beside or 2))
        elif isinstance(part, ast.Slice) and isinstance(part.lower, ast.Name) and part.lower.id in items:
            yield items[part.lower.id]  # as in `W[:, i : i + 1]`
        elif isinstance(part, ast.Call) and _called(part) in _FLAT and isinstance(part.func, ast.Attribute):
            if isinstance(part.func.value, ast.Name):
                yield part.func.value.id, 2
        elif isinstance(part, ast.BinOp):  # h[H + letter]
            yield from (items[name] for name in _numbers(part) if name in items)


def onehot_in(nodes: Iterable[ast.AST]) -> set[str]:
    """Return names that are multiplied with a logarithm, as targets are in a cross-entropy."""
    found: set[str] = set()
    for each in (each for root in nodes for each in ast.walk(root)):
        if isinstance(each, ast.BinOp) and isinstance(each.op, ast.Mult):
            for one, other in ((each.left, each.right), (each.right, each.left)):
                if _is_logarithm(other):
                    found |= {name for name in (_base(one),) if name and "mask" not in name.lower()}
    return found


def _is_logarithm(node: ast.expr) -> bool:
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    return isinstance(node, ast.Call) and _called(node) in {"log", "log2"}


def _base(node: ast.expr) -> str:
    node = node.operand if isinstance(node, ast.UnaryOp) else node
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""
