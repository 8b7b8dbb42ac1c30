"""One run over the user's code: the sizes, the choices where the code leaves one, and what was noticed."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bptt_viz.targets.recognise.inference.blocks import Named
from bptt_viz.targets.recognise.inference.dims import ONE, Conflict, Dim, Dims, resolved
from bptt_viz.targets.recognise.inference.values import UNKNOWN, Arr, Const, Many, Num, Pending, Seq, Table, Value
from bptt_viz.targets.recognise.inference.written import as_dim

BUDGET = 30_000


class Exhausted(Exception):  # noqa: N818 - an answer: too much code to follow
    """The code is too long or loops in itself."""


@dataclass(frozen=True, slots=True)
class Form:
    """What an input may look like.

    Attributes:
        axes: for each axis a letter or a sum of letters from a docstring, 1, or None for an unknown of its own.
        cost: how unlikely it is, 0 for the likeliest.
        source: what says so: `docstring`, `hint`, `default` or `usage`.
    """

    axes: tuple[str | int | None, ...]
    cost: float
    source: str = "usage"


class Choices:
    """What was chosen so far, and at what price the other ways could be gone."""

    def __init__(self, path: Sequence[int]) -> None:
        self.path = tuple(path)
        self.taken: list[int] = []
        self.prices: list[Sequence[float]] = []

    def choose(self, prices: Sequence[float]) -> int:
        """Return which of several ways to go: the path's, and the first where the path has ended."""
        at = len(self.taken)
        way = self.path[at] if at < len(self.path) else 0
        self.taken.append(way)
        self.prices.append(prices)
        return way


@dataclass
class Run:
    """One run.

    Attributes:
        forms: what an input may look like, likeliest first.
        choices: the ways gone.
        taken: names of arguments, which what dicts and tuples hold is not called.
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
        listed: inputs whose items are dicts.
        called: inputs that are called.
        written: names of the module that functions say they set.
        globals: arrays of the module that were read, in order.
        unclear: what else was read of the module and is not known.
        sizes: numbers of the module that were read.
        idle: what an object is made of without its being used.
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
    listed: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)
    globals: list[str] = field(default_factory=list)
    unclear: set[str] = field(default_factory=set)
    sizes: dict[str, Dim] = field(default_factory=dict)
    idle: list[str] = field(default_factory=list)
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
        short = len(name) == 1 and name not in "bwuv" and name.islower()
        return f"{within}_{name}" if short or name in self.taken or name in self.decided else name

    def known(self, value: Value) -> Value:
        """Return what an input turned out to be, or the value itself; an input still undecided stays."""
        if isinstance(value, Many) and value.fixed and value.item is None:
            return Seq(value.fixed, mutable=True)
        return self.decided.get(value.name, value) if isinstance(value, Pending) else value

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
            for form in self.forms(name)
            if (len(form.axes) == rank if rank is not None else len(form.axes) >= least)
        ]
        if not fitting:
            fitting = [Form((None,) * (least if rank is None else rank), 3.0)]
        way = self.choices.choose([form.cost - fitting[0].cost for form in fitting])
        form = fitting[way]
        shape = tuple(
            self.dims.fresh() if axis is None else as_dim(axis, self.letters, self.dims) for axis in form.axes
        )
        self.decided[name] = made = Arr(shape, name)
        self.sources[name] = form.source
        return made

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
            made = self.decided[found.name] = Num(self.dims.fresh(found.name))
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
