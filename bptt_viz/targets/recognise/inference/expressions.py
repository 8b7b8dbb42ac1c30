"""Expressions of the user's code: what each is known to be."""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.lists import doubt_list, text_of
from bptt_viz.targets.recognise.inference.operators import arithmetic, counted, elementwise
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.subscripts import shape_items, store, subscript, width_of
from bptt_viz.targets.recognise.inference.values import (
    UNKNOWN,
    Arr,
    Const,
    Function,
    Instance,
    Known,
    Many,
    Method,
    Num,
    Pending,
    Seq,
    Shape,
    Slice,
    Space,
    Table,
    Value,
)

PASSED_OVER = 3.0
_CONSTANTS: Mapping[str, Value] = {
    "numpy.newaxis": Const(None),
    "numpy.pi": Const(3.0),
    "numpy.e": Const(2.7),
    "numpy.inf": Const(1e300),
    "math.pi": Const(3.0),
}


class Expressions(ABC):
    """Follows expressions; what calls do is told further up."""

    def __init__(self, run: Run) -> None:
        self.run = run

    @abstractmethod
    def call(self, of: Value, arguments: Sequence[Value], keywords: Mapping[str, Value], name: str) -> Value:
        """Return what a call returns."""

    @abstractmethod
    def missing(self, name: str, space: Space) -> Value:
        """Return what a name stands for that nothing around defines."""

    def evaluate(self, node: ast.expr | None, space: Space) -> Value:
        """Return what an expression is known to be.

        Raises:
            Conflict: shapes in it do not fit.
            Exhausted: too much was followed.
        """
        self.run.step()
        follow: Callable[[Any, Space], Value] | None = getattr(self, f"_{type(node).__name__}", None)
        return follow(node, space) if follow is not None else UNKNOWN

    def _Name(self, node: ast.Name, space: Space) -> Value:
        found = space.find(node.id)
        return self.run.known(found) if found is not None else self.missing(node.id, space)

    def _Constant(self, node: ast.Constant, space: Space) -> Value:
        return Num(Dim((), node.value)) if type(node.value) is int else Const(node.value)

    def tolerated(self, node: ast.expr, space: Space) -> Value:
        """Return what an expression is, unknown where shapes in it do not fit, if that is passed over."""
        try:
            return self.evaluate(node, space)
        except Conflict:
            if not self.run.lenient:
                raise
            self.run.dims.strained += PASSED_OVER
            return UNKNOWN

    def _Tuple(self, node: ast.Tuple | ast.List, space: Space) -> Value:
        items: list[Value] = []
        for each in node.elts:
            if isinstance(each, ast.Starred):
                items += self.items(self.evaluate(each.value, space))
            else:
                items.append(self.tolerated(each, space))
        if isinstance(node, ast.List) and not items:
            return Many(depth=len(self.run.around))
        return Seq(items, isinstance(node, ast.List))

    _List = _Tuple

    def _Dict(self, node: ast.Dict, space: Space) -> Value:
        table = Table()
        for key, value in zip(node.keys, node.values, strict=True):
            held = self.tolerated(value, space)
            place = self.evaluate(key, space) if key is not None else UNKNOWN
            if key is None and isinstance(inner := self.run.known(held), Table):  # {**sums, "dx": dx}
                table.items, table.item = table.items | inner.items, inner.item or table.item
            elif isinstance(place, Const) and isinstance(place.value, str):
                table.items[place.value] = held
            else:
                table.item = held
        return table

    def _BinOp(self, node: ast.BinOp, space: Space) -> Value:
        return arithmetic(self.run, node.op, self.evaluate(node.left, space), self.evaluate(node.right, space))

    def _UnaryOp(self, node: ast.UnaryOp, space: Space) -> Value:
        of = self.evaluate(node.operand, space)
        if isinstance(node.op, ast.Not):
            return Const(not of.value) if isinstance(of, Const) else UNKNOWN
        if isinstance(of, Num) and isinstance(node.op, ast.USub):
            return Num(of.dim * -1 if of.dim is not None else None)
        return elementwise(self.run, of)

    def _BoolOp(self, node: ast.BoolOp, space: Space) -> Value:
        values = [self.evaluate(each, space) for each in node.values]
        deciding = isinstance(node.op, ast.Or)
        if any(
            isinstance(value, Const) and bool(value.value) is deciding and value.value is not None for value in values
        ):
            return next(value for value in values if isinstance(value, Const) and bool(value.value) is deciding)
        left = [value for value in values if not isinstance(value, Const)]
        return (left[0] if deciding else UNKNOWN) if left else values[-1]

    def _Compare(self, node: ast.Compare, space: Space) -> Value:
        left, right = self.evaluate(node.left, space), self.evaluate(node.comparators[0], space)
        return self.compared(node.ops[0], left, right) if len(node.ops) == 1 else UNKNOWN

    def compared(self, kind: ast.cmpop, left: Value, right: Value) -> Value:
        """Return what a comparison gives: True or False where that is known, a mask for arrays."""
        left, right = self.run.known(left), self.run.known(right)
        if (
            isinstance(right, Const)
            and right.value is None
            and isinstance(kind, ast.Is | ast.IsNot | ast.Eq | ast.NotEq)
        ):
            if left is UNKNOWN:
                return UNKNOWN
            missing = isinstance(left, Const) and left.value is None
            return Const(missing is isinstance(kind, ast.Is | ast.Eq))
        if isinstance(left, Pending) and isinstance(right, Const) and isinstance(right.value, str | bool):
            self.run.compared.setdefault(left.name, right.value)
            return Const(isinstance(kind, ast.Eq | ast.Is))
        if isinstance(left, Const) and isinstance(right, Const) and isinstance(kind, ast.Eq | ast.NotEq):
            return Const((left.value == right.value) is isinstance(kind, ast.Eq))
        if isinstance(left, Num) and isinstance(right, Num):
            return self._numbers_compared(kind, left, right)
        found = elementwise(self.run, left, right)
        return Arr(found.shape, boolean=True) if isinstance(found, Arr) and found.shape else UNKNOWN

    def _numbers_compared(self, kind: ast.cmpop, left: Num, right: Num) -> Value:
        if left.dim is None or right.dim is None:
            return UNKNOWN
        difference = self.run.dims.resolve(left.dim - right.dim).number
        if difference is None:
            return UNKNOWN
        answers = {
            ast.Eq: difference == 0,
            ast.NotEq: difference != 0,
            ast.Lt: difference < 0,
            ast.LtE: difference <= 0,
            ast.Gt: difference > 0,
            ast.GtE: difference >= 0,
        }
        return Const(answers[type(kind)]) if type(kind) in answers else UNKNOWN

    def _IfExp(self, node: ast.IfExp, space: Space) -> Value:
        test = self.evaluate(node.test, space)
        if isinstance(test, Const):
            return self.evaluate(node.body if test.value else node.orelse, space)
        return self.either(self.evaluate(node.body, space), self.evaluate(node.orelse, space))

    def either(self, one: Value, other: Value) -> Value:
        """Return what is one or the other thing: both alike if they can be, else the first."""
        bound = dict(self.run.dims.bound)
        try:
            return self.run.unify(one, other)
        except Conflict:
            self.run.dims.bound = bound
            return one

    def _Attribute(self, node: ast.Attribute, space: Space) -> Value:
        return self.attribute(self.evaluate(node.value, space), node.attr)

    def attribute(self, of: Value, name: str) -> Value:
        """Return what an attribute is."""
        of = self.run.known(of)
        if isinstance(of, Known):
            path = f"{of.path}.{name}"
            return _CONSTANTS.get(path, Known(path))
        if isinstance(of, Instance):
            return self._member(of, name)
        if isinstance(of, Arr | Pending):
            return self._of_array(of, name)
        if isinstance(of, Seq):
            doubt_list(self.run, of, name)
        return Method(of, name) if of is not UNKNOWN else UNKNOWN

    def _of_array(self, of: Value, name: str) -> Value:
        if name == "shape":
            return Shape(of) if isinstance(of, Pending) else shape_items(self.run, of)
        if name in {"T", "ndim"} and isinstance(array := self.run.force(of), Arr):
            return Num(Dim((), len(array.shape))) if name == "ndim" else Arr(array.shape[::-1], array.origin)
        return counted(self.run, of) if name == "size" else Method(of, name)

    def _member(self, of: Instance, name: str) -> Value:
        if name in of.attributes:
            return self.run.known(of.attributes[name])
        for each in of.made_of.node.body:
            if isinstance(each, ast.FunctionDef) and each.name == name:
                method = Function(each, of.made_of.space, of)
                if any(isinstance(mark, ast.Name) and mark.id == "property" for mark in each.decorator_list):
                    return self.call(method, [], {}, name)
                if any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in each.decorator_list):
                    return Function(each, of.made_of.space)
                return method
            if isinstance(each, ast.Assign) and any(isinstance(to, ast.Name) and to.id == name for to in each.targets):
                return self.evaluate(each.value, of.made_of.space)
        if not name.startswith("__"):
            self.run.absent.add(name)
        return UNKNOWN

    def _Subscript(self, node: ast.Subscript, space: Space) -> Value:
        return subscript(self.run, self.evaluate(node.value, space), self.evaluate(node.slice, space))

    def _Slice(self, node: ast.Slice, space: Space) -> Value:
        ends = (node.lower, node.upper, node.step)
        start, stop, step = (self.evaluate(end, space) if end is not None else None for end in ends)
        return Slice(start, stop, step, width_of(node))

    def _Lambda(self, node: ast.Lambda, space: Space) -> Value:
        return Function(node, space)

    def _NamedExpr(self, node: ast.NamedExpr, space: Space) -> Value:
        space.names[node.target.id] = found = self.evaluate(node.value, space)
        return found

    def _JoinedStr(self, node: ast.JoinedStr, space: Space) -> Value:
        values = [part.value if isinstance(part, ast.FormattedValue) else part for part in node.values]
        parts = [text_of(self.run, self.evaluate(value, space)) for value in values]
        return Const("".join(filter(None, parts))) if None not in parts else UNKNOWN

    def _Call(self, node: ast.Call, space: Space) -> Value:
        of = self.evaluate(node.func, space)
        arguments: list[Value] = []
        for each in node.args:
            if isinstance(each, ast.Starred):
                arguments += self.items(self.evaluate(each.value, space))
            else:
                arguments.append(self.evaluate(each, space))
        keywords = {each.arg: self.evaluate(each.value, space) for each in node.keywords if each.arg is not None}
        for more in (more for more in node.keywords if more.arg is None):
            spread = self.run.known(self.evaluate(more.value, space))
            keywords |= {str(key): value for key, value in spread.items.items()} if isinstance(spread, Table) else {}
        named = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return self.call(of, arguments, keywords, named)

    def _ListComp(self, node: ast.ListComp | ast.GeneratorExp, space: Space) -> Value:
        inner, items, lengths = Space(outer=space), list[Value](), list[Many | None]()
        for many in self._nested(node.generators, inner):
            items.append(self.tolerated(node.elt, inner))
            lengths.append(many)
        known = next((many for many in lengths if many is not None), None)
        return Many(items[0], known.length) if known is not None else Seq(items, mutable=True)

    _GeneratorExp = _SetComp = _ListComp

    def _DictComp(self, node: ast.DictComp, space: Space) -> Value:
        inner, table = Space(outer=space), Table()
        for _ in self._nested(node.generators, inner):
            store(self.run, table, self.evaluate(node.key, inner), self.tolerated(node.value, inner))
        return table

    def _nested(self, generators: Sequence[ast.comprehension], space: Space) -> Iterator[Many | None]:
        """Run through loops within each other; yields what the outermost runs through if that is many alike."""
        for many in self.turns(generators[0].target, generators[0].iter, space):
            for _ in self._nested(generators[1:], space) if len(generators) > 1 else (None,):
                yield many

    @abstractmethod
    def turns(self, target: ast.expr, iterated: ast.expr, space: Space) -> Iterator[Many | None]:
        """Give a loop's variable one after the other what it runs through.

        Yields None for each item of a few that are known, or once what it runs through if that is many alike.
        """

    def items(self, value: Value) -> list[Value]:
        """Return the items of a tuple or list; none if they are not known."""
        value = self.run.known(value)
        if isinstance(value, Seq):
            return value.items
        return [value.item] if isinstance(value, Many) and value.item is not None else []
