"""What a model is: parameters, data, and a run that is recorded on a tape."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, ClassVar, Self

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Cell, Parameter, Values
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator, Initialisation
from bptt_viz.models.batch import Batch, windows
from bptt_viz.models.rollout import Rollout
from bptt_viz.tape import Node, Tape
from bptt_viz.texts import read_text
from bptt_viz.topologies import Borders, MakeCell, Pattern, Stack

if TYPE_CHECKING:
    from bptt_viz.models.request import Request


@dataclass(frozen=True, slots=True)
class Feed:
    """What goes into a run beside the parameters and the initial states, as numbers.

    Attributes:
        arrays: real inputs by name, which gradients may reach, such as x (T, N, D) or features v (N, F). Each may
            carry one leading axis of perturbed copies.
        classes: integers by name, such as targets (T, N).
        drawn: real constants by name that were drawn beforehand: dropout masks, numbers in [0, 1) that choose samples.
    """

    arrays: Mapping[str, Array]
    classes: Mapping[str, Array]
    drawn: Mapping[str, Array] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a model is.

    Attributes:
        inputs: D, the length of x_t: for symbols, how many there are; of a captioner, the length of a feature vector.
        hidden: H.
        outputs: V, the number of classes.
        layers: how many cells are stacked.
        steps: T of a plain sequence; a model says itself how long its clock is for it.
        features: F, the length of a feature vector that stands beside a sequence of symbols.
    """

    inputs: int
    hidden: int
    outputs: int
    layers: int
    steps: int
    features: int = 5


class Model(ABC):
    """What commands, analyses and checks know of any model.

    Attributes:
        pattern: the steps of the clock, and at which of them something goes in or comes out.
        reads_text: its data are windows of a text.
    """

    reads_text: ClassVar[bool] = True

    if TYPE_CHECKING:  # a field in some models, a property in others; an abstract one would pass for a field's default

        @property
        def pattern(self) -> Pattern:  # noqa: D102
            ...

    @abstractmethod
    def parameters(self) -> dict[str, Parameter]:
        """Return every parameter's description by its name in the whole model."""

    @abstractmethod
    def adjust(self, drawn: Values) -> None:
        """Change freshly drawn parameters in place where the model's cells want other ones."""

    @abstractmethod
    def starts(self, size: int) -> dict[str, tuple[int, ...]]:
        """Return the shapes of the initial states that may be given, by name, for a batch of `size`."""

    @abstractmethod
    def feed(self, batch: Batch, rng: Generator, dtype: str = "float64") -> Feed:
        """Return data as numbers, with whatever chance has a say in."""

    @abstractmethod
    def random_feed(self, rng: Generator, size: int) -> Feed:
        """Return a feed drawn at random, with no zeros where a gradient could hide behind them."""

    @abstractmethod
    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record the forward pass on a new tape.

        Args:
            values: the parameters by name; each may carry one leading axis of perturbed copies, with axes of
                length 1 behind it so that every parameter has at least two axes of its own.
            feed: what goes in.
            start: initial states by name; zeros where they are left out.
            borders: where the gradient through time stops; nowhere if left out.
            differentiate_inputs: let backward passes reach the feed's arrays.

        Raises:
            UsageError: shapes do not fit the model.
        """

    @abstractmethod
    def options(self) -> dict[str, str]:
        """Return what the model was made with, apart from its sizes, for reports."""

    def draw(self, rng: Generator, initialisation: Initialisation, dtype: str = "float64") -> Values:
        """Draw all parameters; the cells may adjust theirs (an LSTM its forget bias)."""
        drawn = {name: _drawn(rng, parameter, initialisation) for name, parameter in self.parameters().items()}
        self.adjust(drawn)
        return {name: value.astype(dtype) for name, value in drawn.items()}


def _drawn(rng: Generator, parameter: Parameter, initialisation: Initialisation) -> Array:
    """Draw one parameter, block by block where it packs gates."""
    if len(parameter.shape) == 1 or parameter.role == "bias":
        size = parameter.shape[0]
        return rng.standard_normal(size) / np.sqrt(size) if parameter.role == "peephole" else np.zeros(parameter.shape)
    blocks = max(1, len(parameter.gates))
    rows, columns = parameter.shape[0], parameter.shape[1] // blocks
    draw = initialisation.recurrent if parameter.role == "recurrent" else initialisation.other
    return np.concatenate([draw(rng, rows, columns) for _ in range(blocks)], axis=1)


def cell_options(cell: Cell) -> dict[str, str]:
    """Return a cell's own options as texts."""
    own = {f.name for f in fields(cell)} - {f.name for f in fields(Cell)}
    return {f.name: str(getattr(cell, f.name)) for f in fields(cell) if f.name in own}


@dataclass(frozen=True)
class Architecture(Model):
    """A model that commands find by its name; a subclass is one network of the literature.

    Further fields of a subclass are its options, as in a cell.

    Attributes:
        sizes: how large it is.
        cell: makes its cells.
        name: what people type.
        default_cell: the cell if none is chosen by `--set cell=…`.
        default_layers: how many cells are stacked if `--layers` does not say.
        own_data: what the data are called that it makes itself; its option `task` says so if this is empty.
    """

    sizes: Sizes
    cell: MakeCell

    name: ClassVar[str]
    default_cell: ClassVar[str] = "rnn"
    default_layers: ClassVar[int] = 1
    own_data: ClassVar[str] = ""

    @property
    @abstractmethod
    def stacks(self) -> tuple[Stack, ...]:
        """All cells of the model, in groups that share a way of naming their parameters."""

    def adjust(self, drawn: Values) -> None:
        """Let all cells adjust their parameters."""
        for stack in self.stacks:
            stack.adjust(drawn)

    def starts(self, size: int) -> dict[str, tuple[int, ...]]:
        """Return the initial states of all stacks; a model whose decoder starts elsewhere overrides this."""
        return {name: shape for stack in self.stacks for name, shape in stack.starts(size).items()}

    def options(self) -> dict[str, str]:
        """Return the model's own options, the name of its cell, and the cell's options."""
        own = {f.name: str(getattr(self, f.name)) for f in fields(self) if f.name not in {"sizes", "cell"}}
        cell = self.stacks[0].cells[0]
        return own | {"cell": type(cell).__name__} | cell_options(cell)

    def feed(self, batch: Batch, rng: Generator, dtype: str = "float64") -> Feed:
        """Return what is read as one-hot rows, what is asked for as targets, and what chance has drawn."""
        return Feed({"x": batch.one_hot(dtype)}, {"targets": batch.targets}, self.drawn(rng, batch.size, dtype))

    def random_feed(self, rng: Generator, size: int) -> Feed:
        """Return normal inputs, uniform targets, and what chance has drawn."""
        shape = (self.sizes.steps, size)
        x, targets = rng.standard_normal((*shape, self.sizes.inputs)), rng.integers(0, self.sizes.outputs, shape)
        return Feed({"x": x}, {"targets": targets}, self.drawn(rng, size))

    def drawn(self, rng: Generator, size: int, dtype: str = "float64") -> dict[str, Array]:  # noqa: ARG002
        """Return constants that are drawn before a run, by name; by default none."""
        return {}

    def writing(self) -> Self:
        """Return the model as it answers when nobody tells it what is true; by default it is the same one."""
        return self

    def leaves(self, tape: Tape, values: Mapping[str, Array]) -> dict[str, Node]:
        """Record all parameters."""
        with tape.at(role="parameter"):
            return {name: tape.leaf(values[name], name) for name in self.parameters()}

    @classmethod
    def batch(cls, request: "Request", options: Mapping[str, object]) -> Batch:  # noqa: ARG003
        """Return real data: by default windows of a text.

        Args:
            request: what the user asked for; `steps` may be None.
            options: the model's own options, as they were given.
        """
        name = "sonnets" if request.text is None else request.text
        return windows(read_text(name), request.steps, request.batch, name, request.characters)


def joined(*groups: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """Return the parameters of several parts of a model.

    Raises:
        UsageError: two parts have a parameter of the same name.
    """
    found: dict[str, Parameter] = {}
    for group in groups:
        taken = found.keys() & group.keys()
        if taken:
            raise UsageError(f"parameter {min(taken)!r} is another part's; give the cell's another name")
        found |= group
    return found
