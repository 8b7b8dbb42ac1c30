"""A target: a hand-written forward and backward pass, in the words in which a user may declare it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["name", "constant", "dict", "list", "tuple", "skip"]


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument or one returned thing of a call.

    Attributes:
        kind: `name` (an array, cache or size), `constant`, `dict`, `list` or `tuple` of further arguments, or `skip`
            for something returned that nobody looks at.
        name: of a name, which array or cache it is; of a dict, list or tuple, what it is called, if anything.
        keyword: for an argument, the parameter it is passed by, empty by position; within a dict, its key (digits stand
            for a number).
        items: of a dict, list or tuple.
        value: of a constant: a Python literal, or a `Size`.
    """

    kind: Kind
    name: str = ""
    keyword: str = ""
    items: tuple["Argument", ...] = ()
    value: Any = None


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or a method of a fresh object, with what goes in and comes out.

    Attributes:
        owner: `self` for a method of the target's object, else empty.
        name: of the function, method or class.
        arguments: in order.
        globals: names that are set in the module before the call, dotted for attributes of objects there.
        returns: in order; one alone is returned bare, and a tuple of one stands as a tuple.
    """

    owner: str
    name: str
    arguments: tuple[Argument, ...] = ()
    globals: tuple[str, ...] = ()
    returns: tuple[Argument, ...] = ()


@dataclass(frozen=True, slots=True)
class Size:
    """A number made of sizes, such as `H`, `4H` or `H+D+1`."""

    text: str


@dataclass(frozen=True, slots=True)
class Spec:
    """What an array is drawn as.

    Attributes:
        axes: sizes in order: a letter or a sum such as `4H` or `H+D`, or a fixed number; none for a scalar.
        kind: `float` for real numbers, which have a gradient; `int` for indices below `below`; `bool`; `onehot` for
            rows with a single 1 along the last axis.
        below: for `int`, one more than the largest index.
    """

    axes: tuple[str | int, ...] = ()
    kind: Literal["float", "int", "bool", "onehot"] = "float"
    below: str | int | None = None


Shapes = Mapping[str, Spec]
Bindings = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Target:
    """A forward pass with its backward pass.

    Attributes:
        name: of the target.
        file: that defines it, as named by the user.
        line: of the forward pass, from 1; None if it is not known.
        forward: how the forward pass is called. Without `backward` it returns the gradients too.
        backward: how the backward pass is called.
        shapes: of every array that goes in, by name.
        object: for methods, how a fresh object is made: a call of its class.
        parameters: for methods, attributes of the object that are inputs: names, or a dict or list of them.
        gradients: for methods, where the gradients of `parameters` stand after backward: the attribute that holds a
            dict or list of them, or a pattern in which `{}` is the parameter's name, such as `d{}`.
        update: where backward updates the parameters itself: the argument or attribute that is the learning rate, which
            is set to 1 so that the gradient is what was before minus what is after.
        gates: blocks of packed inputs, by input, in order.
        axis: which axis the blocks lie along.
        sizes: sizes that the code fixes, by letter.
        constants: arguments that are neither arrays nor caches: Python literals or sizes.
        globals: names of the module that are set to numbers before anything is called: Python literals or sizes.
        truncate: after how many steps backward stops on purpose; None for full backpropagation through time.
        first: a call to be made before that of forward, such as the one whose values a loss is computed from; what it
            returns may be passed on.
        steps: the size of the time axis where forward is called once a step, and backward once a step in reverse:
            arrays whose first axis it is are handed over step by step.
        losses: what backward differentiates where the code computes no loss, such as `squares(y, target)`; of several
            the one whose gradient comes back.
        source: whether a user wrote it or it was read off the code.
        alternatives: where the shapes could not be told for certain, further shapes, best first.
    """

    name: str
    file: str
    line: int | None
    forward: Call
    backward: Call | None = None
    shapes: Shapes = field(default_factory=dict)
    object: Call | None = None
    parameters: tuple[Argument, ...] = ()
    gradients: str = ""
    update: str = ""
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    axis: Literal["first", "last"] = "last"
    sizes: Mapping[str, int] = field(default_factory=dict)
    constants: Bindings = field(default_factory=dict)
    globals: Bindings = field(default_factory=dict)
    truncate: int | None = None
    first: Call | None = None
    steps: str = ""
    losses: tuple[Call, ...] = ()
    source: Literal["declared", "recognised"] = "declared"
    alternatives: tuple[Shapes, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """Code that looks like a target and cannot be checked as it stands.

    Attributes:
        name: of what was found.
        file: that defines it.
        line: of its definition, from 1.
        reason: one sentence.
        missing: what a declaration would have to say.
        draft: the declaration as far as the code says it; None if it says nothing.
    """

    name: str
    file: str
    line: int | None
    reason: str
    missing: tuple[str, ...] = ()
    draft: Target | None = None
