"""What goes into a user's functions and what comes out of them, in one run."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bptt_viz.targets.declaration import Argument
from bptt_viz.targets.recognise.calling import Calling, Node, parameters_of, spread
from bptt_viz.targets.recognise.inference.dims import Dim
from bptt_viz.targets.recognise.inference.module import Module, space_of
from bptt_viz.targets.recognise.inference.records import records_of
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.statements import Interpreter
from bptt_viz.targets.recognise.inference.values import (
    UNKNOWN,
    Arr,
    Class,
    Function,
    Instance,
    Num,
    Pending,
    Seq,
    Space,
    Table,
    Value,
)
from bptt_viz.targets.recognise.names import is_parameter, numbered
from bptt_viz.targets.recognise.returned import unique

CHANCE = "name"


@dataclass(slots=True)
class Scene:
    """What a run plays in.

    Attributes:
        run: with what is supposed.
        how: the functions are called.
        interpreter: follows them.
        space: the module's names.
        instance: the object whose methods they are, if they are methods.
        own: arrays that the object was made with: attributes, and keys of dicts among them.
    """

    run: Run
    how: Calling
    interpreter: Interpreter
    space: Space
    instance: Instance | None = None
    own: tuple[str, ...] = ()

    def called(self, node: Node, given: Mapping[str, Value], closure: Function | None = None) -> Value:
        """Return what a function of the module, a method or a closure returns.

        Raises:
            Conflict: shapes do not fit.
        """
        function = closure or Function(node, self.space, self.instance)
        if not spread(node):
            return self.interpreter.follow(function, [], given)
        return self.interpreter.follow(function, [given.get(name, UNKNOWN) for name in parameters_of(node)], {})

    def inputs(self) -> list[str]:
        """Return the names of all arrays that go in: arguments and what they hold, the module's and the object's."""
        run, how = self.run, self.how
        found: list[str] = []
        for name in (name for name in run.idle if name not in run.decided):
            run.as_size(Pending(name))
        for name in (name for name in (*how.made_of, *how.given) if name not in run.compared):
            found += within(run, run.known(Pending(name)), name)
        return [name for name in dict.fromkeys((*found, *self.own, *run.globals)) if not is_settled(run, name)]

    def holder(self, names: Sequence[str]) -> str:
        """Return the attribute whose dict holds inputs; empty if they are attributes themselves."""
        for name, value in self.instance.attributes.items() if self.instance is not None else ():
            if isinstance(value, Table) and all(each in value.items for each in names) and names:
                return name
        return ""


def scene(run: Run, module: Module, how: Calling) -> Scene:
    """Return what a run plays in: for methods, with an object that has been made.

    Raises:
        Conflict: shapes do not fit.
    """
    for name in sorted(how.numbers):
        size = run.as_size(Pending(name))
        if isinstance(size, Num) and size.dim is not None:
            run.dims.protect(size.dim)
    interpreter, space = Interpreter(run), space_of(module)
    run.records = records_of(module)
    made = Scene(run, how, interpreter, space)
    if how.owner is not None:
        run.making = frozenset(name for name in how.made_of if not is_parameter(name))
        given = {name: run.known(Pending(name)) for name in how.made_of}
        instance = interpreter.call(Class(how.owner, space), [], given, how.owner.name)
        made.instance = instance if isinstance(instance, Instance) else None
        for name in how.made_of:
            if name not in run.decided and not is_parameter(name):
                run.idle.append(name)
        if made.instance is not None:
            _claim(run, made.instance)
            made.own = tuple(_own(run, made.instance))
    return made


def _claim(run: Run, instance: Instance) -> None:
    """Make the arrays that an object was made with inputs, under the names of their attributes or keys."""
    made: dict[int, Value] = {}
    for name, value in instance.attributes.items():
        instance.attributes[name] = made[id(value)] = _claimed(run, name, value)
    for name, value in instance.attributes.items():
        if isinstance(value, Instance):
            inner = value.attributes
            inner |= {key: made.get(id(item)) or _claimed(run, f"{name}.{key}", item) for key, item in inner.items()}
        if isinstance(value, Table):
            named = [(key, item) for key, item in value.items.items() if isinstance(key, str)]
            value.items |= {key: made.get(id(item)) or _claimed(run, key, item) for key, item in named}
        elif isinstance(value, Seq):
            value.items[:] = [made.get(id(item), item) for item in value.items]


def _own(run: Run, instance: Instance) -> Iterator[str]:
    for name, value in instance.attributes.items():
        items = value.items if isinstance(value, Table) else {name: value}
        if isinstance(value, Instance):
            items = {f"{name}.{key}": item for key, item in value.attributes.items()}
        for key in (str(key) for key, item in items.items() if isinstance(item, Arr)):
            made = run.decided.get(key)
            if isinstance(made, Arr) and made.origin == key:
                yield key


def _claimed(run: Run, name: str, value: Value) -> Value:
    if not isinstance(value, Arr) or value.origin or not value.shape or name in run.decided:
        return value
    made = run.decided[name] = Arr(value.shape, name)
    return made


def held(run: Run, arguments: Sequence[Argument], value: Value) -> Iterator[tuple[str, Value]]:
    """Yield what stands under each name in something that is returned."""
    value = run.known(value)
    if len(arguments) == 1:
        yield from _held(run, arguments[0], value)
    elif isinstance(value, Seq) and len(value.items) == len(arguments):
        for argument, item in zip(arguments, value.items, strict=True):
            yield from _held(run, argument, item)


def _held(run: Run, argument: Argument, value: Value) -> Iterator[tuple[str, Value]]:
    value = run.known(value)
    if argument.name:
        yield argument.name, value
    if argument.kind == "dict":
        for item in argument.items:
            yield from _held(run, item, _contents(value).get(item.keyword, UNKNOWN))
    elif argument.kind in {"tuple", "list"} and isinstance(value, Seq) and len(value.items) == len(argument.items):
        for item, each in zip(argument.items, value.items, strict=True):
            yield from _held(run, item, each)


def opened(run: Run, arguments: Sequence[Argument], value: Value) -> tuple[Argument, ...]:
    """Return what is returned with the keys of dicts as they turned out to be."""
    value = run.known(value)
    if len(arguments) == 1:
        return unique([_opened(run, arguments[0], value)])
    items = value.items if isinstance(value, Seq) and len(value.items) == len(arguments) else [UNKNOWN] * len(arguments)
    return unique([_opened(run, each, item) for each, item in zip(arguments, items, strict=True)])


def _opened(run: Run, argument: Argument, value: Value, layer: bool = False) -> Argument:
    value = run.known(value)
    if isinstance(value, Seq) and (layer or len(value.items) in lengths(run)):
        return _opened_list(run, argument, value)
    held = {key: item for key, item in _contents(value).items() if isinstance(key, str)}
    if argument.kind not in {"dict", "name"} or len(held) < max(len(argument.items), 1):
        return argument
    taken = {each.keyword: each for each in argument.items}
    order = taken if taken.keys() == held.keys() else held
    items = [_opened(run, taken.get(key, Argument("name", key, key)), held[key]) for key in order]
    return Argument("dict", argument.name, argument.keyword, tuple(items))


def _contents(value: Value) -> Mapping[object, Value]:
    """Return what stands under the keys of a dict or the attributes of a record."""
    if isinstance(value, Table):
        return value.items
    return value.attributes if isinstance(value, Instance) else {}  # type: ignore[return-value]


def lengths(run: Run) -> set[int]:
    """Return how many items the lists among the inputs have."""
    return {len(each.items) for each in run.decided.values() if isinstance(each, Seq)}


def _opened_list(run: Run, argument: Argument, of: Seq) -> Argument:
    """Return a list of what belongs to layers, opened layer by layer."""
    named = argument.name or "item"
    known = argument.items or [Argument("name", numbered(named, str(at + 1))) for at in range(len(of.items))]
    if len(known) != len(of.items):
        return argument
    items = [_opened(run, *pair, layer=True) for pair in zip(known, of.items, strict=True)]
    items = [replace(each, name="") if each.items else each for each in items]
    return Argument("list" if of.mutable else "tuple", argument.name, argument.keyword, tuple(items))


def within(run: Run, value: Value, name: str) -> list[str]:
    """Return the names of the arrays that an input holds, or its own if it is one; none of settings."""
    if isinstance(value, Table) and settings(run, value) is not None:
        return []
    if isinstance(value, Table | Seq):
        items = value.items.values() if isinstance(value, Table) else value.items
        inner = [item for item in items if isinstance(item, Pending)]
        return [found for item in inner for found in within(run, run.known(item), item.name)]
    return [name] if isinstance(value, Arr | Pending) else []


def array(run: Run, name: str) -> Arr:
    """Return an input as an array, the likeliest if it was not used."""
    found = run.force(Pending(name))
    return found if isinstance(found, Arr) else Arr(())


def passed(run: Run, given: Sequence[str], named: frozenset[str]) -> tuple[Argument, ...]:
    """Return arguments, with what the dicts and tuples among them hold."""
    return tuple(_passed(run, Pending(name), name if name in named else "") for name in given)


def _passed(run: Run, of: Pending, keyword: str) -> Argument:
    value = run.known(of)
    called = of.name if of.name not in run.places else ""
    if isinstance(value, Table) and settings(run, value) is not None:
        return Argument("name", of.name, keyword)
    if isinstance(value, Table) and value.record:
        return _record(run, value, keyword)
    if isinstance(value, Table):
        items = tuple(_passed(run, item, str(key)) for key, item in value.items.items() if isinstance(item, Pending))
        return Argument("dict", called, keyword, items)
    if isinstance(value, Seq):
        parts = tuple(_passed(run, item, "") for item in value.items if isinstance(item, Pending))
        return Argument("list" if value.mutable else "tuple", called, keyword, parts)
    return Argument("name", of.name, keyword)


def maker(run: Run, record: Table) -> tuple[str, Sequence[str]]:
    """Return the class that makes a record, with what it is made of; nothing where no class has its attributes."""
    fitting = ((name, fields) for name, fields in run.records.items() if record.items.keys() <= {*fields})
    return next(fitting, ("", ()))


def _record(run: Run, value: Table, keyword: str) -> Argument:
    """Return a record as the class that makes it with what it is made of; a dict where no class has its attributes."""
    name, fields = maker(run, value)
    for key in fields:
        value.items.setdefault(key, Pending(run.free(key, value.argument)))
    held = {key: item for key, item in value.items.items() if isinstance(item, Pending)}
    if not name:
        return Argument("dict", value.argument, keyword, tuple(_passed(run, held[key], key) for key in held))
    return Argument("tuple", name, keyword, tuple(_passed(run, held[key], "") for key in fields))


def is_settled(run: Run, name: str) -> bool:
    """Tell whether an input is a probability by its name: a number that has no gradient."""
    return run.sources.get(name) == CHANCE and run.known(Pending(name)) == Arr((), name)


def settings(run: Run, table: Table) -> dict[str, object] | None:
    """Return a dict of settings as what it is compared with; None if it is none, or not all of it is compared."""
    held = {str(key): run.compared.get(item.name) for key, item in table.items.items() if isinstance(item, Pending)}
    return held if None not in held.values() else None


def shape_of(run: Run, value: Value) -> tuple[Dim, ...] | None:
    """Return the shape of a gradient; None if it is not known."""
    return run.shape(value) if value is not UNKNOWN and not isinstance(value, Num) else None
