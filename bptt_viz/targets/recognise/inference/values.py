"""What an expression of the user's code is known to be, short of its numbers."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bptt_viz.targets.recognise.inference.dims import Dim


class Value:
    """Base of all; by itself something about which nothing is known."""

    __slots__ = ()


UNKNOWN = Value()


@dataclass(frozen=True, slots=True)
class Block:
    """A slice of an array along one axis, as gates are cut out of a packed pre-activation.

    Attributes:
        axis: counted from the end, -1 for the last.
        start: where the slice begins.
        total: the size of the whole axis.
    """

    axis: int
    start: Dim
    total: Dim


@dataclass(frozen=True, slots=True)
class Arr(Value):
    """An array, or a number with a fraction if it has no axes.

    Attributes:
        shape: its sizes.
        origin: the input that its entries are taken from unchanged, if it is one.
        block: which slice of a packed array it is.
        boolean: whether it is a mask.
        row: whether it is a vector that a product gave: one step of one sequence.
        moved: the input whose entries it is with a size added, and that size, as in `h[H + letter]`.
    """

    shape: tuple[Dim, ...]
    origin: str = ""
    block: Block | None = None
    boolean: bool = False
    row: bool = False
    moved: tuple[str, Dim] | None = None


@dataclass(frozen=True, slots=True)
class Pending(Value):
    """An input about which nothing had to be known yet."""

    name: str


@dataclass(frozen=True, slots=True)
class Num(Value):
    """A whole number.

    Attributes:
        dim: its value, if it is made of sizes; None if it is not known.
        loop: of a loop's variable, the number of turns.
    """

    dim: Dim | None = None
    loop: Dim | None = None


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A Python literal other than a whole number: text, a fraction, True, False, None or an ellipsis."""

    value: Any


@dataclass(frozen=True, slots=True)
class Shape(Value):
    """The shape of an input whose rank is not known yet."""

    of: Value


@dataclass(frozen=True, slots=True)
class Slice(Value):
    """A slice within square brackets; None where nothing stands.

    Attributes:
        start: where it begins.
        stop: where it ends.
        step: from one to the next.
        width: of one such as `t : t + 1`, how wide it is wherever it begins.
    """

    start: Value | None
    stop: Value | None
    step: Value | None
    width: int | None = None


@dataclass(slots=True)
class Seq(Value):
    """A tuple or list whose items are known.

    Attributes:
        items: in order.
        mutable: whether it is a list.
        argument: of a list that goes in, its name: how many items it has is supposed.
    """

    items: list[Value]
    mutable: bool = False
    argument: str = ""


@dataclass(slots=True)
class Many(Value):
    """A list (or something that is run through) of unknown length, all of whose items are alike.

    Attributes:
        item: what each is; None as long as there is none.
        length: how many there are, if it is known.
        fixed: of a list that was empty, what was put in outside of loops; they need not be alike.
        depth: of a list that was empty, in how many loops it was made.
    """

    item: Value | None = None
    length: Dim | None = None
    fixed: list[Value] = field(default_factory=list)
    depth: int = -1


@dataclass(slots=True)
class Table(Value):
    """A dict.

    Attributes:
        items: what stands under keys that are known.
        item: what stands under other keys, such as time steps; None as long as nothing does.
        argument: of a dict that goes in, its name: keys appear as they are asked for.
        turns: of the loop whose variable is the key of `item`, if that is known.
        record: whether what it holds are the attributes of an object.
    """

    items: dict[Any, Value] = field(default_factory=dict)
    item: Value | None = None
    argument: str = ""
    turns: Dim | None = None
    record: bool = False


@dataclass(slots=True)
class Space:
    """Names of one function call, of a module or of an object, with what lies around it."""

    names: dict[str, Value] = field(default_factory=dict)
    outer: "Space | None" = None

    def find(self, name: str) -> Value | None:
        """Return what a name stands for; None if it stands for nothing."""
        space: Space | None = self
        while space is not None:
            if name in space.names:
                return space.names[name]
            space = space.outer
        return None


@dataclass(frozen=True, slots=True, eq=False)
class Function(Value):
    """A function of the user's."""

    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
    space: Space
    owner: "Instance | None" = None


@dataclass(frozen=True, slots=True, eq=False)
class Class(Value):
    """A class of the user's."""

    node: ast.ClassDef
    space: Space


@dataclass(slots=True, eq=False)
class Instance(Value):
    """An object of a class of the user's."""

    made_of: Class
    attributes: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known(Value):
    """Something of Python or NumPy, by its dotted name, such as `numpy.tanh`."""

    path: str


@dataclass(frozen=True, slots=True)
class Method(Value):
    """A method of an array, list, dict or text."""

    of: Value
    name: str


def arguments_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> list[ast.arg]:
    """Return a function's parameters that are passed by position, in order."""
    return [*node.args.posonlyargs, *node.args.args]


def defaults_of(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Mapping[str, ast.expr]:
    """Return the default values of a function's parameters, by name."""
    positional = arguments_of(node)
    behind = positional[len(positional) - len(node.args.defaults) :]
    found = {each.arg: default for each, default in zip(behind, node.args.defaults, strict=True)}
    named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return found | {each.arg: default for each, default in named if default is not None}
