"""Statements of the user's code, one after the other."""

import ast
import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from bptt_viz.targets.recognise.inference.blocks import Named
from bptt_viz.targets.recognise.inference.builtins import length_of, run_through
from bptt_viz.targets.recognise.inference.calls import Calls
from bptt_viz.targets.recognise.inference.dims import Conflict, Dim
from bptt_viz.targets.recognise.inference.expressions import PASSED_OVER
from bptt_viz.targets.recognise.inference.lists import demand_list_of
from bptt_viz.targets.recognise.inference.loops import handed_on
from bptt_viz.targets.recognise.inference.operators import arithmetic
from bptt_viz.targets.recognise.inference.subscripts import fit, store, subscript
from bptt_viz.targets.recognise.inference.values import (
    UNKNOWN,
    Arr,
    Class,
    Const,
    Function,
    Instance,
    Many,
    Num,
    Pending,
    Seq,
    Shape,
    Space,
    Value,
)
from bptt_viz.targets.recognise.names import is_parameter

_TURNS = 64


class Interpreter(Calls):
    """Follows statements. Each method returns whether what stands behind is reached."""

    def execute(self, body: Sequence[ast.stmt], space: Space) -> bool:
        """Follow statements in order.

        Raises:
            Conflict: shapes do not fit.
            Exhausted: too much was followed.
        """
        return all(self._statement(each, space) for each in body)

    def _statement(self, node: ast.stmt, space: Space) -> bool:
        self.run.step()
        follow: Callable[[Any, Space], bool | None] | None = getattr(self, f"_{type(node).__name__}", None)
        try:
            return follow is None or follow(node, space) is not False
        except Conflict:
            if not self.run.lenient:
                raise
            self.run.dims.strained += PASSED_OVER
            return True

    def _Expr(self, node: ast.Expr, space: Space) -> None:
        self.evaluate(node.value, space)

    def _Return(self, node: ast.Return, space: Space) -> bool:
        self.returned[-1].append(self.tolerated(node.value, space) if node.value is not None else Const(None))
        return False

    def _Raise(self, node: ast.Raise, space: Space) -> bool:
        return False

    def _Break(self, node: ast.stmt, space: Space) -> bool:
        return False

    _Continue = _Break

    def _FunctionDef(self, node: ast.FunctionDef, space: Space) -> None:
        space.names[node.name] = Function(node, space)

    def _ClassDef(self, node: ast.ClassDef, space: Space) -> None:
        space.names[node.name] = Class(node, space)

    def _Assign(self, node: ast.Assign, space: Space) -> None:
        value = self.evaluate(node.value, space)
        for target in node.targets:
            self.assign(target, self._each_its_own(target, node.value, value, space), space)

    def _each_its_own(self, target: ast.expr, made: ast.expr, value: Value, space: Space) -> Value:
        """Return a value of its own for each name in `hs, cs = ({} for _ in range(n))`."""
        names = target.elts if isinstance(target, ast.Tuple | ast.List) else []
        if not isinstance(made, ast.ListComp | ast.GeneratorExp) or not isinstance(value, Many):
            return value
        if not names or any(isinstance(each, ast.Starred) for each in names):
            return value
        return Seq([item for _ in names for item in self.items(self.evaluate(made, space))[:1] or [UNKNOWN]])

    def _AnnAssign(self, node: ast.AnnAssign, space: Space) -> None:
        if node.value is not None:
            self.assign(node.target, self.evaluate(node.value, space), space)

    def assign(self, target: ast.expr, value: Value, space: Space) -> None:
        """Give a name, an item or an attribute a value."""
        if isinstance(target, ast.Name):
            self._name(target.id, value)
            space.names[target.id] = value
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target.elts, value, space)
        elif isinstance(target, ast.Subscript):
            store(self.run, self.evaluate(target.value, space), self.evaluate(target.slice, space), value)
        elif isinstance(target, ast.Attribute):
            owner = self.evaluate(target.value, space)
            if isinstance(owner, Instance):
                self._name(target.attr, value)
                owner.attributes[target.attr] = value
        elif isinstance(target, ast.Starred):
            self.assign(target.value, value, space)

    def _name(self, name: str, value: Value) -> None:
        """Note what the code calls a size, or a slice of a packed array."""
        if isinstance(value, Num) and value.dim is not None:
            self.run.dims.hint(value.dim, name, 1)
        if isinstance(value, Arr) and value.block is not None and self.run.watching:
            self.run.blocks.append(Named(name, value.block, value.shape[value.block.axis]))

    def _unpack(self, targets: Sequence[ast.expr], value: Value, space: Space) -> None:
        for target, item in zip(targets, self._items_for(targets, value), strict=True):
            self.assign(target, item, space)

    def _items_for(self, targets: Sequence[ast.expr], value: Value) -> Sequence[Value]:
        value, count = self.run.known(value), len(targets)
        starred = next((at for at, each in enumerate(targets) if isinstance(each, ast.Starred)), None)
        if isinstance(value, Shape) and starred is None:
            array = self.run.force(value.of, count)
            value = Seq([Num(axis) for axis in array.shape]) if isinstance(array, Arr) else UNKNOWN
        if isinstance(value, Instance) and not value.made_of.node.name.startswith("_"):
            value = Seq([*value.attributes.values()])  # a named tuple
        if isinstance(value, Seq):
            if starred is not None and len(value.items) >= count - 1:
                behind = len(value.items) - (count - 1 - starred)
                return [*value.items[:starred], Seq(value.items[starred:behind], mutable=True), *value.items[behind:]]
            return value.items if len(value.items) == count else [UNKNOWN] * count
        if isinstance(value, Pending) and starred is None:
            return self._as_tuple(value, targets)
        if isinstance(value, Arr) and value.shape:
            if any(isinstance(each, ast.Name) and is_parameter(each.id) for each in targets):
                demand_list_of(self.run, value)  # `for W, U, b in layers`
            return [subscript(self.run, value, Num())] * count
        return [value.item or UNKNOWN] * count if isinstance(value, Many) else [UNKNOWN] * count

    def _as_tuple(self, value: Pending, targets: Sequence[ast.expr]) -> Sequence[Value]:
        """Take an input that is unpacked for a tuple, whose items are called what they are called here."""
        names = [each.id if isinstance(each, ast.Name) else f"{value.name}_{at}" for at, each in enumerate(targets)]
        items: list[Value] = [Pending(self.run.free(name, value.name)) for name in names]
        self.run.decided[value.name] = Seq(items)
        return items

    def _AugAssign(self, node: ast.AugAssign, space: Space) -> None:
        added = self.evaluate(node.value, space)
        place = self.run.known(self.evaluate(node.target, space))
        if isinstance(place, Pending) and not isinstance(added, Num | Const):
            place = self.run.unify(place, added)
        shape = self.run.shape(added) if added is not UNKNOWN else None
        if isinstance(place, Arr) and place.shape:
            if shape is not None and not isinstance(node.op, ast.MatMult):
                fit(self.run, place.shape, shape, isinstance(added, Arr) and not added.origin)
        elif place is UNKNOWN and isinstance(node.target, ast.Subscript):
            self.assign(node.target, added, space)
        else:
            self.assign(node.target, arithmetic(self.run, node.op, place, added), space)

    def _Assert(self, node: ast.Assert, space: Space) -> None:
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            left, right = (self._as_shape(each, space) for each in (test.left, test.comparators[0]))
            if left is not None and right is not None:
                with contextlib.suppress(Conflict):
                    self.run.equate(left, right)

    def _as_shape(self, node: ast.expr, space: Space) -> list[Dim] | None:
        found = self.run.known(self.evaluate(node, space))
        if isinstance(found, Shape):
            found = Seq([Num(axis) for axis in self.run.shape(found.of) or ()])
        items = found.items if isinstance(found, Seq) else [found]
        known = [each.dim for each in items if isinstance(each, Num) and each.dim is not None]
        return known if len(known) == len(items) else None

    def _If(self, node: ast.If, space: Space) -> bool:
        test = self.run.known(self.evaluate(node.test, space))
        if isinstance(test, Const):
            return self.execute(node.body if test.value else node.orelse, space)
        if isinstance(test, Pending):
            self.run.asked.add(test.name)
        return self._branches([node.body, node.orelse], space)

    def _branches(self, bodies: Sequence[Sequence[ast.stmt]], space: Space) -> bool:
        """Follow each of several ways by itself and put together what they lead to; one that cannot be is left out."""
        before, ends, faults = dict(space.names), [], []
        for body in bodies:
            space.names, bound = dict(before), dict(self.run.dims.bound)
            try:
                if self.execute(body, space):
                    ends.append(space.names)
            except Conflict as fault:
                faults.append(fault)
                self.run.dims.bound = bound
        if len(faults) == len(bodies):
            raise faults[0]
        space.names = self._merged(ends) if ends else before
        return bool(ends)

    def _merged(self, ends: Sequence[dict[str, Value]]) -> dict[str, Value]:
        found = dict(ends[0])
        for other in ends[1:]:
            for name, value in other.items():
                found[name] = value if name not in found else self.either(found[name], value)
        return found

    def _For(self, node: ast.For, space: Space) -> None:
        for many in self.turns(node.target, node.iter, space):
            before = {name: _kept(value) for name, value in space.names.items()} if many is not None else {}
            if many is not None:
                self.run.around.append(length_of(self.run, many))
            try:
                self.execute(node.body, space)
            finally:
                if many is not None:
                    self.run.around.pop()
            if many is not None:
                self._carried({name: before[name] for name in handed_on(node) if name in before}, space)
        self.execute(node.orelse, space)

    def _carried(self, before: Mapping[str, Value], space: Space) -> None:
        """Take what a turn hands on to the next for as large as what it was handed, if that can be."""
        for name in before:
            first, value = self.run.known(before[name]), space.names[name]
            both = isinstance(first, Seq) and isinstance(value, Seq)
            items = [each.items for each in (first, value) if isinstance(each, Seq)] if both else [[first], [value]]
            for one, other in zip(*items, strict=False):
                self._carried_on(self.run.known(one), other)

    def _carried_on(self, first: Value, value: Value) -> None:
        arrays = isinstance(first, Arr) and isinstance(value, Arr) and len(first.shape) == len(value.shape)
        if arrays and first is not value:
            self.either(first, value)

    def turns(self, target: ast.expr, iterated: ast.expr, space: Space) -> Iterator[Many | None]:
        """Give a loop's variable one after the other what it runs through."""
        through = run_through(self.run, self.evaluate(iterated, space))
        if isinstance(through, Seq) and len(through.items) <= _TURNS:
            for item in through.items:
                self.assign(target, item, space)
                yield None
            return
        many = through if isinstance(through, Many) else Many(self.items(through)[0])
        self.assign(target, many.item or UNKNOWN, space)
        length = length_of(self.run, many)
        if length is not None:
            self.run.turns.append(length)
        yield many

    def _While(self, node: ast.While, space: Space) -> None:
        self.evaluate(node.test, space)
        self.execute(node.body, space)

    def _With(self, node: ast.With, space: Space) -> bool:
        for item in node.items:
            found = self.evaluate(item.context_expr, space)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, found, space)
        return self.execute(node.body, space)

    def _Try(self, node: ast.Try, space: Space) -> bool:
        return self.execute(node.body, space) and self.execute([*node.orelse, *node.finalbody], space)

    def _Global(self, node: ast.Global, space: Space) -> None:
        self.run.written.update(node.names)


def _kept(value: Value) -> Value:
    """Return what a name stands for as it is now, since lists change."""
    return Seq([*value.items], value.mutable) if isinstance(value, Seq) and value.mutable else value
