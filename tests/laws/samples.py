"""What each primitive is tried on, as data, away from kinks. A new primitive is one more entry of SAMPLES."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal
from zlib import crc32

import numpy as np

Draw = Callable[[np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Sample:
    """One use of a primitive.

    Attributes:
        label: names the sample in a test's name.
        operands: the parents' values.
        attributes: as the primitive takes them.
        constants: places of the operands that are constants.
        widens: which operands may carry one more leading axis (of perturbations): `each` alone, only `all`
            together, or `none`.
    """

    label: str
    operands: tuple[np.ndarray, ...]
    attributes: dict[str, Any] = field(default_factory=dict)
    constants: tuple[int, ...] = ()
    widens: Literal["each", "all", "none"] = "each"


def real(*shape: int) -> Draw:
    """Short decimals of both signs, at least 0.1 away from 0."""
    return lambda rng: np.round(rng.uniform(0.1, 2.0, shape) * rng.choice([-1.0, 1.0], shape), 2)


def positive(*shape: int) -> Draw:
    """Short decimals in [0.2, 3]."""
    return lambda rng: np.round(rng.uniform(0.2, 3.0, shape), 2)


def distinct(*shape: int) -> Draw:
    """Short decimals of both signs, no two closer than 0.3."""
    return lambda rng: np.round(0.3 * rng.permutation(np.arange(np.prod(shape)) - 2.5).reshape(shape), 2)


def sample(
    label: str, *draws: Draw, constants: tuple[int, ...] = (), widens: Any = "each", **attributes: Any
) -> Sample:
    """Draw the operands from a stream of random numbers that the label alone decides."""
    rng = np.random.default_rng(crc32(label.encode()))
    return Sample(label, tuple(np.asarray(draw(rng)) for draw in draws), attributes, constants, widens)


def _binary(draw: Callable[..., Draw] = real) -> tuple[Sample, ...]:
    return (
        sample("one shape", draw(2, 3), real(2, 3)),
        sample("row of biases", draw(2, 3), real(3)),
        sample("column beside row", draw(2, 1), real(1, 3)),
        sample("number beside matrix", draw(), real(2, 3)),
        sample("batch beside matrix", draw(4, 2, 3), real(2, 3)),
        sample("two numbers", draw(), real()),
    )


def _unary(draw: Callable[..., Draw] = real) -> tuple[Sample, ...]:
    return (sample("matrix", draw(2, 3)), sample("batch", draw(4, 2, 3)), sample("number", draw()))


def _reduction() -> tuple[Sample, ...]:
    return (
        sample("last axis", distinct(2, 3), axis=(-1,), keepdims=False),
        sample("first axis kept", distinct(2, 3), axis=(-2,), keepdims=True),
        sample("all axes", distinct(2, 3), axis=(-2, -1), keepdims=False),
        sample("outer axes", distinct(2, 3, 4), axis=(-3, -1), keepdims=False),
        sample("outer axes kept", distinct(2, 3, 4), axis=(-3, -1), keepdims=True),
        sample("number", distinct(), axis=(), keepdims=False),
    )


def _last_axis() -> tuple[Sample, ...]:
    return (sample("rows", real(2, 4)), sample("one row", real(4)), sample("batch", real(3, 2, 4)))


def _gates() -> tuple[Sample, ...]:
    """Blocks of a last axis, as `gates` cuts them out."""
    return (
        sample("wide block", real(2, 6), key=(..., slice(2, 4)), block=(1, 3)),
        sample("first of four blocks", real(2, 4), key=(..., slice(0, 1)), block=(0, 4)),
        sample("of one row", real(3), key=(..., slice(2, 3)), block=(2, 3)),
        sample("batch", real(4, 2, 2), key=(..., slice(0, 2)), block=(0, 1)),
    )


MASK = np.array([1, 0, 0.5], np.float32)
EVERY = np.ones(3, np.float32)
CHOSEN = np.array([[True, False, True], [False, False, True]])

SAMPLES: dict[str, tuple[Sample, ...]] = {
    "add": _binary(),
    "alias": (sample("matrix", real(2, 3)), sample("number", real())),
    "at_step": (
        sample("second step", real(4, 2, 3), t=1),
        sample("last step", real(4, 2, 3), t=-1),
        sample("batch", real(2, 4, 1, 3), t=2),
    ),
    "broadcast": (
        sample("new axis", real(3), shape=(2, 3), widens="none"),
        sample("axis of length 1", real(2, 1), shape=(4, 2, 3), widens="none"),
        sample("number", real(), shape=(2, 2), widens="none"),
    ),
    "concatenate": (
        sample("columns", real(2, 1), real(2, 3), real(2, 2), axis=-1),
        sample("rows", real(1, 3), real(2, 3), axis=-2),
        sample("batch", real(2, 2, 3), real(2, 1, 3), axis=-2),
        sample("a row beside each", real(2, 3), real(2), axis=-1, widens="none"),
    ),
    "divide": _binary(),
    "embedding": (
        sample("a row used twice", real(5, 3), rows=np.array([1, 3, 1])),
        sample("one row", real(5, 3), rows=np.array(4)),
        sample("rows by batch and time", real(5, 2), rows=np.array([[0, 4], [4, 2], [0, 0]])),
        sample("batch of tables", real(2, 5, 3), rows=np.array([1, 0, 1])),
    ),
    "exp": _unary(),
    "expand": (
        sample("last", real(2, 3), axis=-1),
        sample("middle", real(2, 3), axis=-2),
        sample("number", real(), axis=-1),
    ),
    "log": _unary(positive),
    "log_softmax": _last_axis(),
    "matmul": (
        sample("matrices", real(2, 3), real(3, 4)),
        sample("square", real(3, 3), real(3, 3)),
        sample("row by column", real(1, 3), real(3, 1)),
        sample("batch on the left", real(5, 2, 3), real(3, 4)),
        sample("batch on the right", real(2, 3), real(5, 3, 4)),
        sample("batch on both sides", real(5, 2, 3), real(5, 3, 4)),
        sample("batches that broadcast", real(5, 1, 2, 3), real(4, 3, 2)),
    ),
    "max": _reduction(),
    "mean": _reduction(),
    "multiply": _binary(),
    "negate": _unary(),
    "power": (
        *_binary(positive),
        sample("square of both signs", real(2, 3), lambda _: np.array(2.0), constants=(1,)),
        sample("inverse cube of both signs", real(2, 3), lambda _: np.full(3, -3.0), constants=(1,)),
        sample("powers of a constant", positive(3), real(2, 3), constants=(0,)),
    ),
    "absolute": _unary(),
    "relu": _unary(),
    "relu_gate": _gates(),
    "reshape": (
        sample("flattened", real(2, 3), shape=(6,), widens="none"),
        sample("regrouped", real(2, 3, 4), shape=(4, 6), widens="none"),
        sample("number", real(), shape=(1, 1), widens="none"),
    ),
    "sigmoid": _unary(),
    "sigmoid_gate": _gates(),
    "slice": (
        sample("columns", real(2, 4), key=(..., slice(None), slice(1, 3))),
        sample("one row", real(2, 4), key=(..., 1, slice(None))),
        sample("every second, backwards", real(2, 5), key=(..., slice(None), slice(None, None, -2))),
        sample("one entry", real(2, 4), key=(..., 0, -1)),
        sample("one of two equal blocks", real(2, 4), key=(..., slice(2, 4)), block=(1, 2)),
        sample("the only block", real(2, 4), key=(..., slice(0, 4)), block=(0, 1)),
        sample("nothing", real(2, 4), key=(..., slice(None), slice(2, 2))),
        sample("batch", real(3, 2, 4), key=(..., slice(None), slice(None), slice(0, 2))),
    ),
    "softmax": _last_axis(),
    "softmax_cross_entropy": (
        sample("rows", real(3, 4), targets=np.array([0, 3, 1]), mask=EVERY),
        sample("masked rows", real(3, 4), targets=np.array([0, 3, 1]), mask=MASK),
        sample("same targets in a batch", real(2, 3, 4), targets=np.array([0, 3, 1]), mask=MASK),
        sample("own targets in a batch", real(2, 3, 4), targets=np.array([[0, 3, 1], [2, 2, 0]]), mask=EVERY),
        sample("one row", real(4), targets=np.array(2), mask=np.array(0.5, np.float32)),
    ),
    "sqrt": _unary(positive),
    "stack": (
        sample("in front", real(2, 3), real(2, 3), axis=-3, widens="all"),
        sample("in the middle", real(2, 3), real(2, 3), real(2, 3), axis=-2, widens="all"),
        sample("at the end", real(2, 3), real(2, 3), axis=-1, widens="all"),
        sample("numbers", real(), real(), real(), axis=-1, widens="all"),
        sample("a row below each", real(2, 3), real(3), axis=-2, widens="none"),
    ),
    "stop_gradient": (sample("matrix", real(2, 3)), sample("number", real())),
    "subtract": _binary(),
    "sum": _reduction(),
    "tanh": _unary(),
    "tanh_gate": _gates(),
    "transpose": (
        sample("matrix", real(2, 3), axes=(1, 0), widens="none"),
        sample("last two", real(4, 2, 3), axes=(0, 2, 1), widens="none"),
        sample("round", real(4, 2, 3), axes=(2, 0, 1), widens="none"),
    ),
    "where": (
        sample("one shape", real(2, 3), real(2, 3), condition=CHOSEN),
        sample("condition of a column", real(2, 3), real(3), condition=CHOSEN[:, :1]),
        sample("condition larger than both", real(), real(1, 3), condition=CHOSEN),
        sample("two numbers", real(), real(), condition=np.array(True)),
        sample("condition smaller than both", real(4, 2, 3), real(4, 2, 1), condition=CHOSEN[0]),
    ),
}
