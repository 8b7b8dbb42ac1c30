"""One run over the user's code: the sizes, the choices where the code leaves one, and what was noticed."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bptt_viz.targets.recognise.inference.blocks import Named
from bptt_viz.targets.recognise.inference.choices import Choices, Exhausted, Form
from bptt_viz.targets.recognise.inference.dims import ONE, Conflict, Dim, Dims, resolved
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Const, Many, Num, Pending, Seq, Table, Value
from bptt_viz.targets.recognise.inference.written import as_dim
from bptt_viz.targets.recognise.names import numbered, singular

BUDGET = 30_000


@dataclass
class Run:
    """One run.

    Attributes:
        forms: what an input may look like, likeliest first.
        choices: the ways gone.
        taken: names of arguments, which what dicts and tuples hold is not called.
        lists: inputs that are lists of what is not alike, with how many items; 0 for what was seen to be none.
        numbers: arguments that are numbers of such items, and axes of arguments as in `h0[0]`.
        places: of what stands in such lists, at which place from 1.
        given_out: names that were given to what dicts, tuples and lists hold, with what each is called there.
        decided: what each input turned out to be.
        sources: what each input's form was taken from.
        letters: sizes by their letters in docstrings.
        masks: inputs used as masks.
        integers: inputs used as indices, with the size that they stay below.
        blocks: slices of packed arrays that the code has names for.
        cuts: all slices of arrays that begin at a known place.
        turns: sizes that loops run over.
        compared: constants that inputs are compared with.
        asked: inputs whose truth is asked for.
        absent: attributes that were read of an object that does not have them.
        called: inputs that are called.
        written: names of the module that functions say they set.
        globals: arrays of the module that were read, in order.
        unclear: what else was read of the module and is not known.
        sizes: numbers of the module that were read.
        idle: what an object is made of without its being used.
        records: classes of the module whose objects hold what they are made of, each with its attributes in order.
        making: what an object is made of: a sum or product of it is a size.
        watching: whether names of slices are noted.
        lenient: whether a statement in which shapes do not fit is passed over.
        steps: how much was followed so far.
        depth: of calls.
        around: the loops around what is followed that are followed once for all turns: how many each has, if known.
    """

    forms: Callable[[str], Sequence[Form]]
    choices: Choices
    taken: frozenset[str] = frozenset()
    lists: dict[str, int] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    given_out: dict[str, str] = field(default_factory=dict)
    dims: Dims = field(default_factory=Dims)
    decided: dict[str, Value] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    letters: dict[str, Dim] = field(default_factory=dict)
    masks: set[str] = field(default_factory=set)
    integers: dict[str, Dim | None] = field(default_factory=dict)
    blocks: list[Named] = field(default_factory=list)
    cuts: list[Named] = field(default_factory=list)
    turns: list[Dim] = field(default_factory=list)
    compared: dict[str, object] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    absent: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    globals: list[str] = field(default_factory=list)
    unclear: set[str] = field(default_factory=set)
    sizes: dict[str, Dim] = field(default_factory=dict)
    idle: list[str] = field(default_factory=list)
    records: Mapping[str, Sequence[str]] = field(default_factory=dict)
    making: frozenset[str] = frozenset()
    watching: bool = True
    lenient: bool = False
    steps: int = 0
    depth: int = 0
    around: list[Dim | None] = field(default_factory=list)

    def step(self) -> None:
        """Count one piece of code.

        Raises:
            Exhausted: there were too many.
        """
        self.steps += 1
        if self.steps > BUDGET:
            raise Exhausted

    def free(self, name: str, within: str) -> str:
        """Return a name for something that a dict or tuple among the inputs holds, which no other input has."""
        name = re.sub(r"\W+", "_", name).strip("_") or "item"
        called, name = name, numbered(name, self.places[within]) if within in self.places else name
        short = len(name) == 1 and name not in "bwuv" and name.islower()
        used = name in self.taken or name in self.decided or name in self.given_out
        made = f"{within}_{name}" if short or used else name
        self.given_out[made] = made
        if within in self.places:
            self.given_out[made], self.places[made] = called, self.places[within]
        return made

    def known(self, value: Value) -> Value:
        """Return what an input turned out to be, or the value itself; an input still undecided stays."""
        if isinstance(value, Many) and value.fixed and value.item is None:
            return Seq(value.fixed, mutable=True)
        if not isinstance(value, Pending):
            return value
        if value.name not in self.decided and self.lists.get(value.name):
            return self.as_list(value.name, self.lists[value.name])
        return self.decided.get(value.name, value)

    def as_list(self, name: str, count: int) -> Seq:
        """Decide that an input is a list of as many items, which need not be alike."""
        items = [self.free(numbered(singular(name), str(at)), name) for at in range(1, count + 1)]
        self.places |= {item: str(at) for at, item in enumerate(items, 1)}
        self.given_out |= dict.fromkeys(items, singular(name))
        self.lists[name] = count
        self.decided[name] = made = Seq([*map(Pending, items)], mutable=True, argument=name)
        return made

    def force(self, value: Value, rank: int | None = None, least: int = 0) -> Value:
        """Decide what an input is, if it was not decided yet, as an array of a rank or of at least a rank.

        Raises:
            Conflict: it is an array of another rank.
        """
        value = self.known(value)
        if isinstance(value, Pending):
            value = self._decide(value.name, rank, least)
        if isinstance(value, Arr) and ((rank is not None and len(value.shape) != rank) or len(value.shape) < least):
            raise Conflict(f"{len(value.shape)} axes where {least if rank is None else rank} are used")
        return value

    def _decide(self, name: str, rank: int | None, least: int) -> Arr:
        fitting = [
            form
            for form in self._forms(name)
            if (len(form.axes) == rank if rank is not None else len(form.axes) >= least)
        ]
        if not fitting:
            fitting = [Form((None,) * (least if rank is None else rank), 3.0)]
        way = self.choices.choose([form.cost - fitting[0].cost for form in fitting])
        form = fitting[way]
        shape = tuple(
            self.dims.fresh() if axis is None else as_dim(axis, self.letters, self.dims) for axis in form.axes
        )
        known = (self.numbers.get(f"{name}[{at}]") for at in range(len(shape)))
        shape = tuple(axis if size is None else Dim((), size) for axis, size in zip(shape, known, strict=True))
        self.decided[name] = made = Arr(shape, name)
        self.sources[name] = form.source
        return made

    def _forms(self, name: str) -> Sequence[Form]:
        """Return what an input may look like; of what is said of all layers' alike only how many axes it has."""
        forms = self.forms(self.given_out.get(name, name))
        if name not in self.places:
            return forms
        ranks = [tuple(None if isinstance(axis, str) else axis for axis in form.axes) for form in forms]
        return [replace(form, axes=axes) for form, axes in zip(forms, ranks, strict=True)]

    def broadcast(self, *shapes: tuple[Dim, ...]) -> tuple[Dim, ...]:
        """Return the shape of an elementwise result.

        Raises:
            Conflict: the shapes do not fit.
        """
        found: list[Dim] = []
        for at in range(1, max(map(len, shapes), default=0) + 1):
            axis = ONE
            for shape in shapes:
                if len(shape) >= at:
                    axis = self._joined(axis, shape[-at])
            found.append(axis)
        return tuple(reversed(found))

    def _joined(self, one: Dim, other: Dim) -> Dim:
        one, other = self.dims.resolve(one), self.dims.resolve(other)
        if one.number == 1:
            return other
        if other.number != 1:
            self.dims.unify(one, other)
        return one

    def equate(self, one: Sequence[Dim], other: Sequence[Dim]) -> None:
        """Make two shapes equal.

        Raises:
            Conflict: they cannot be.
        """
        if len(one) != len(other):
            raise Conflict(f"{len(one)} axes against {len(other)}")
        for left, right in zip(one, other, strict=True):
            self.dims.unify(left, right)

    def unify(self, one: Value | None, other: Value | None) -> Value:
        """Make two things alike and return what both are; what cannot be compared is unknown.

        Raises:
            Conflict: they are arrays or tuples of different shapes.
        """
        one, other = self.known(one or UNKNOWN), self.known(other or UNKNOWN)
        if isinstance(one, Pending) or isinstance(other, Pending):
            one, other = self._like(one, other), self._like(other, one)
        if one is other or other is UNKNOWN:
            return one
        if one is UNKNOWN or (isinstance(one, Const) and one.value is None):
            return other
        if isinstance(one, Arr) and isinstance(other, Arr):
            self.equate(one.shape, other.shape)
            return one if one.origin == other.origin else Arr(one.shape)
        if isinstance(one, Num | Const) and isinstance(other, Arr):
            return other
        if isinstance(one, Arr) and isinstance(other, Num | Const):
            return one
        return self._unify_containers(one, other)

    def _like(self, value: Value, other: Value) -> Value:
        other = self.known(other)
        return self.force(value, len(other.shape)) if isinstance(other, Arr) else value

    def _unify_containers(self, one: Value, other: Value) -> Value:
        if isinstance(one, Seq) and isinstance(other, Seq) and len(one.items) == len(other.items):
            return Seq([self.unify(*pair) for pair in zip(one.items, other.items, strict=True)], one.mutable)
        if isinstance(one, Many) and isinstance(other, Many):
            return Many(self.unify(one.item, other.item), one.length or other.length)
        if isinstance(one, Table) and isinstance(other, Table):
            for key in one.items.keys() & other.items.keys():
                self.unify(one.items[key], other.items[key])
            return Table({**other.items, **one.items}, one.item or other.item)
        if isinstance(one, Num) and isinstance(other, Num):
            return one if one == other else Num()
        return one if one == other else UNKNOWN

    def as_size(self, value: Value) -> Value:
        """Decide that an input is a number, if nothing else is known of it."""
        found = self.known(value)
        if isinstance(found, Pending):
            number = self.numbers.get(found.name)
            dim = self.dims.fresh(found.name) if number is None else Dim((), number)
            made = self.decided[found.name] = Num(dim)
            return made
        return found

    def shape(self, value: Value) -> tuple[Dim, ...] | None:
        """Return the shape of what can be computed with, () for numbers; None if it is unknown."""
        value = self.force(value)
        if isinstance(value, Arr):
            return resolved(self.dims, value.shape)
        if isinstance(value, Num) or (isinstance(value, Const) and isinstance(value.value, float | bool | complex)):
            return ()
        return self._stacked(value)

    def _stacked(self, value: Value) -> tuple[Dim, ...] | None:
        """Return the shape that a list would have as an array."""
        if isinstance(value, Seq) and value.items:
            shapes = [self.shape(item) for item in value.items]
            first = shapes[0]
            if first is None or any(shape != first for shape in shapes):
                return None
            return (Dim((), len(shapes)), *first)
        if isinstance(value, Many) and value.item is not None:
            shape = self.shape(value.item)
            return None if shape is None else (value.length or self.dims.fresh(), *shape)
        return None
