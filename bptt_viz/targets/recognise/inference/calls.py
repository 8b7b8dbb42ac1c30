"""Calls: of functions, methods and classes of the user's, which are followed, and of what Python and NumPy know."""

import ast
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence

from bptt_viz.targets.recognise.inference.builtins import BUILTINS
from bptt_viz.targets.recognise.inference.dims import Conflict
from bptt_viz.targets.recognise.inference.expressions import Expressions
from bptt_viz.targets.recognise.inference.methods import (
    OF_VALUES,
    array_method,
    list_method,
    table_method,
    text_method,
)
from bptt_viz.targets.recognise.inference.module import ModuleSpace
from bptt_viz.targets.recognise.inference.numpy_functions import FUNCTIONS, SAME
from bptt_viz.targets.recognise.inference.operators import elementwise
from bptt_viz.targets.recognise.inference.records import fields_of
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.subscripts import subscript
from bptt_viz.targets.recognise.inference.values import (
    UNKNOWN,
    Arr,
    Class,
    Const,
    Function,
    Instance,
    Known,
    Many,
    Method,
    Num,
    Pending,
    Seq,
    Space,
    Table,
    Value,
    arguments_of,
    defaults_of,
)

_ACTIVATION = re.compile(r"sig|tanh|relu|soft|act|squash|logist|nonlin|phi|elu|clip|^[fg]$", re.IGNORECASE)
_DEPTH = 12
_RANDOM = {"RandomState", "default_rng", "Generator"}
_NUMPY = {"np", "numpy", "cp", "xp", "jnp", "anp"}


def _named_tuple(arguments: Sequence[Value], of: Value) -> Value:
    """Return the class that `namedtuple` makes."""
    given = arguments[1] if len(arguments) > 1 else UNKNOWN
    names = given.value.replace(",", " ").split() if isinstance(given, Const) and isinstance(given.value, str) else []
    names += [each.value for each in given.items if isinstance(each, Const)] if isinstance(given, Seq) else []
    hint = ast.Constant(None)
    body: list[ast.stmt] = [ast.AnnAssign(ast.Name(name, ast.Store()), hint, None, 1) for name in names]
    return Class(ast.ClassDef("record", [], [], body, []), Space()) if names else of


class Calls(Expressions):
    """Follows calls."""

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.returned: list[list[Value]] = []

    @abstractmethod
    def execute(self, body: Sequence[ast.stmt], space: Space) -> bool:
        """Follow statements in order, and return whether their end is reached."""

    def call(self, of: Value, arguments: Sequence[Value], keywords: Mapping[str, Value], name: str) -> Value:
        """Return what a call returns."""
        of = self.run.known(of)
        if isinstance(of, Function):
            return self._blocked(self.follow(of, arguments, keywords), arguments)
        if isinstance(of, Class):
            return self._made(of, arguments, keywords)
        if isinstance(of, Known):
            return self._known(of, arguments, keywords)
        if isinstance(of, Method):
            return self._method(of, arguments, keywords)
        if isinstance(of, Instance):
            method = self.attribute(of, "__call__")
            return self.call(method, arguments, keywords, name) if method is not UNKNOWN else UNKNOWN
        if isinstance(of, Pending):
            self.run.called.add(of.name)
            return elementwise(self.run, arguments[0]) if arguments else UNKNOWN
        return elementwise(self.run, arguments[0]) if len(arguments) == 1 and _ACTIVATION.search(name) else UNKNOWN

    def _Attribute(self, node: ast.Attribute, space: Space) -> Value:
        of = node.value.func if isinstance(node.value, ast.Call) else None
        if isinstance(of, ast.Name) and of.id == "super":
            return self._inherited(node.attr, space)
        return super()._Attribute(node, space)

    def attribute(self, of: Value, name: str) -> Value:
        """Return what an attribute is; an input that has one which no array, list or dict has is a record."""
        of = self.run.known(of)
        if isinstance(of, Pending) and name not in OF_VALUES:
            table = self.run.decided[of.name] = Table(argument=of.name, record=True)
            return subscript(self.run, table, Const(name))
        if isinstance(of, Table) and of.record:
            return subscript(self.run, of, Const(name))
        return super().attribute(of, name)

    def _inherited(self, name: str, space: Space) -> Value:
        """Return what `super()` has under a name: a method of the nearest base that the module defines."""
        me, at = space.find("self"), space.find("__class__")
        if not isinstance(me, Instance):
            return UNKNOWN
        classes = [at if isinstance(at, Class) else me.made_of]
        for of in classes:  # more come in as long as there are bases
            above = (self.evaluate(base, of.space) for base in of.node.bases if isinstance(base, ast.Name))
            for base in (each for each in above if isinstance(each, Class)):
                for each in base.node.body:
                    if isinstance(each, ast.FunctionDef) and each.name == name:
                        return Function(each, Space({"__class__": base}, base.space), me)
                classes.append(base)
        return UNKNOWN

    def _known(self, of: Known, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        room, _, name = of.path.rpartition(".")
        if name in _RANDOM:
            return Known("numpy.random")
        if name == "namedtuple":
            return _named_tuple([self.run.known(each) for each in arguments], of)
        made = (BUILTINS if room == "builtins" else FUNCTIONS).get(name) or BUILTINS.get(name)
        if made is not None:
            return made(self.run, arguments, keywords)
        entrywise = room.startswith("numpy") and "linalg" not in room  # as most of what is left is
        likely = entrywise and len(arguments) == 1
        return (
            elementwise(self.run, *arguments) if likely and isinstance(self.run.known(arguments[0]), Arr) else UNKNOWN
        )

    def _method(self, method: Method, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        of = self.run.known(method.of)
        if isinstance(of, Seq | Many):
            return list_method(self.run, of, method.name, arguments)
        if isinstance(of, Table):
            return table_method(self.run, of, method.name, arguments)
        if isinstance(of, Const):
            return text_method(self.run, of, method.name, arguments)
        if isinstance(of, Arr | Pending):
            return array_method(self.run, of, method.name, arguments, keywords)
        return UNKNOWN

    def _made(self, of: Class, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        made = Instance(of)
        start = self.attribute(made, "__init__")
        if isinstance(start, Function):
            self.follow(start, arguments, keywords)
        else:
            made.attributes |= {**dict(zip(fields_of(of.node), arguments, strict=False)), **keywords}
        return made

    def follow(self, function: Function, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> Value:
        """Follow a function of the user's and return what it returns.

        Raises:
            Conflict: shapes in it do not fit.
            Exhausted: too much was followed.
        """
        if self.run.depth >= _DEPTH:
            return UNKNOWN
        space = Space(self.bound(function, arguments, keywords), function.space)
        if isinstance(function.node, ast.Lambda):
            return self.evaluate(function.node.body, space)
        self.run.depth += 1
        self.returned.append([])
        try:
            self.execute(function.node.body, space)
        finally:
            self.run.depth -= 1
            found = self.returned.pop()
        return self._one(found)

    def _one(self, found: Sequence[Value]) -> Value:
        """Return what a function returns that has several ends: the longest tuple, and what the ends have in common."""
        if not found:
            return Const(None)
        best = max(found, key=lambda value: len(value.items) if isinstance(value, Seq) else 0)
        for other in found:
            best = self.either(best, other) if other is not best else best
        return best

    def bound(self, function: Function, arguments: Sequence[Value], keywords: Mapping[str, Value]) -> dict[str, Value]:
        """Return what each parameter of a function is in a call."""
        node = function.node
        given = [function.owner, *arguments] if function.owner is not None else [*arguments]
        positional = [each.arg for each in arguments_of(node)]
        names: dict[str, Value] = dict(zip(positional, given, strict=False))
        if node.args.vararg is not None:
            names[node.args.vararg.arg] = Seq(given[len(positional) :])
        known = {*positional, *(each.arg for each in node.args.kwonlyargs)}
        names |= {name: value for name, value in keywords.items() if name in known}
        if node.args.kwarg is not None:
            names[node.args.kwarg.arg] = Table({key: value for key, value in keywords.items() if key not in known})
        for name, default in defaults_of(node).items():
            if name not in names:
                names[name] = self.evaluate(default, function.space)
        return dict.fromkeys(known, UNKNOWN) | names

    def _blocked(self, found: Value, arguments: Sequence[Value]) -> Value:
        """Keep a slice of a packed array a slice if it goes through a function of the user's and keeps its shape."""
        arrays = [each for each in map(self.run.known, arguments) if isinstance(each, Arr) and each.shape]
        if len(arrays) == 1 and isinstance(found, Arr) and found.block is None and arrays[0].block is not None:
            one, other = self.run.shape(found), self.run.shape(arrays[0])
            return Arr(found.shape, block=arrays[0].block) if one == other else found
        return found

    def missing(self, name: str, space: Space) -> Value:
        """Return what a name stands for in the module, in Python, or usually."""
        root = space
        while root.outer is not None:
            root = root.outer
        if isinstance(root, ModuleSpace):
            found = self._of_module(name, root)
            if found is not None:
                return found
        if name in BUILTINS:
            return Known(f"builtins.{name}")
        if name in _NUMPY:
            return Known("numpy")
        return Known(f"numpy.{name}") if name in SAME else UNKNOWN

    def _of_module(self, name: str, root: ModuleSpace) -> Value | None:
        """Evaluate what a module assigns to a name; its arrays go in like arguments, and its numbers are sizes."""
        if name not in root.module.assigned:
            return Known(f"numpy.{name}") if root.module.all_of_numpy and name in FUNCTIONS else None
        if name in root.busy:
            return UNKNOWN
        expression, path = root.module.assigned[name]
        root.busy.add(name)
        try:
            found = self.evaluate(expression, root)
        except Conflict:
            found = UNKNOWN
        finally:
            root.busy.discard(name)
        for at in path:
            found = found.items[at] if isinstance(found, Seq) and at < len(found.items) else UNKNOWN
        root.names[name] = made = self._global(name, found)
        return made

    def _global(self, name: str, found: Value) -> Value:
        found = self.run.known(found)
        if found is UNKNOWN:
            self.run.unclear.add(name)
        if isinstance(found, Num):
            computed = found.dim is not None and bool(found.dim.terms)
            size = found.dim if computed and found.dim is not None else self.run.dims.fresh(name, 1)
            self.run.sizes[name] = size
            self.run.dims.hint(size, name, 1)
            self.run.dims.protect(size)
            return Num(size)
        if isinstance(found, Arr) and found.shape:
            made = self.run.decided[name] = Arr(found.shape, name)
            self.run.globals.append(name)
            return made
        return found
