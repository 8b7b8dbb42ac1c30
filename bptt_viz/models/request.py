"""From names and numbers, as options give them, to a model with its parameters and its data."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

import numpy as np

from bptt_viz.cells import Cell, Values
from bptt_viz.errors import BpttVizError, UsageError
from bptt_viz.initialisation import Initialisation
from bptt_viz.models.batch import Batch, windows
from bptt_viz.models.interface import Architecture, Model, Sizes
from bptt_viz.models.lookup import cell_class, cell_maker, converted, own_options, target_class
from bptt_viz.models.rollout import Rollout
from bptt_viz.models.sequence import SequenceModel
from bptt_viz.results.origin import Origin
from bptt_viz.texts import read_text
from bptt_viz.topologies import Borders, pattern, stack_of


@dataclass(frozen=True)
class Request:
    """What a user asked for.

    Attributes:
        cell: a built-in cell's or model's name, or `file.py:ClassName` for one of the user's own.
        hidden: H, the hidden size of every layer; None is 32, or that of the weight file.
        layers: how many cells are stacked; None leaves it to the model, 1 for a cell.
        steps: T; None takes what the data allow, 25 at the most.
        batch: N, the number of text windows.
        activation: φ of a cell that has one; None leaves the cell's default.
        init: how weights are drawn, `name` or `name=value`.
        topology: for a cell, one of the lecture's input-output patterns; None is many-to-many.
        text: an embedded text's name or a UTF-8 file; None takes the sonnets, or the data of a model that has its own.
        seed: of every random draw.
        dtype: `float64` or `float32`.
        settings: further options of the cell or model, by name.
        weights: a weight file in place of drawn weights; `bptt_viz.weights.prepare` reads it.
        vocabulary: the order of its characters: `sorted`, `first-seen`, or a file; None leaves it to the weight file.
        characters: the characters by number; None takes those of the text in the order in which it first shows them.
    """

    cell: str = "rnn"
    hidden: int | None = None
    layers: int | None = None
    steps: int | None = None
    batch: int = 1
    activation: str | None = None
    init: str = "xavier"
    topology: str | None = None
    text: str | None = None
    seed: int = 0
    dtype: str = "float64"
    settings: Mapping[str, str] = field(default_factory=dict)
    weights: str | None = None
    vocabulary: str | None = None
    characters: tuple[str, ...] | None = None

    @property
    def width(self) -> int:
        """H, whether it was given or not."""
        return 32 if self.hidden is None else self.hidden


@dataclass(frozen=True)
class Prepared:
    """A model that is ready to run.

    Attributes:
        request: what was asked for, with the model's own choices where nothing was.
        model: the model.
        values: its drawn parameters.
        batch: its data.
        plan: what makes such models and more data.
        origin: the weight file that the parameters are from; None if they were drawn.
    """

    request: Request
    model: Model
    values: Values
    batch: Batch
    plan: "Plan"
    origin: Origin | None = None

    def run(self, cuts: Collection[int] = (), differentiate_inputs: bool = False) -> Rollout:
        """Record the forward pass from zero states, with the gradient through time stopped before the cut steps."""
        feed = self.model.feed(self.batch, np.random.default_rng((self.request.seed, 1)), self.request.dtype)
        return self.model.record(self.values, feed, None, Borders(cuts), differentiate_inputs)


@dataclass(frozen=True)
class Plan:
    """How a target, with its options, makes models and their data.

    Attributes:
        layers: how many cells are stacked.
        model: from sizes to a model.
        batch: from a request to data.
    """

    layers: int
    model: Callable[[Sizes], Model]
    batch: Callable[[Request], Batch]


def prepare(request: Request) -> Prepared:
    """Build what a request describes.

    Raises:
        UsageError: a name is unknown, a number out of range, or a file cannot be used.
    """
    for name in ("hidden", "layers", "batch"):
        value = getattr(request, name)
        if value is not None and value < 1:
            raise UsageError(f"--{name} must be at least 1, got {value}")
    if request.seed < 0:
        raise UsageError(f"--seed must not be negative, got {request.seed}")
    if request.dtype not in {"float64", "float32"}:
        raise UsageError(f"--dtype must be float64 or float32, got {request.dtype!r}")
    initialisation = Initialisation.parse(request.init)
    plan = planned(request, target_class(request.cell))
    batch = plan.batch(request)
    sizes = Sizes(batch.width, request.width, len(batch.answers), plan.layers, batch.length, batch.beside)
    with blamed_on(request.cell):
        model = plan.model(sizes)
        values = model.draw(np.random.default_rng(request.seed), initialisation, request.dtype)
    settled = replace(
        request,
        hidden=request.width,
        layers=plan.layers,
        topology=model.pattern.name,
        text=request.text or batch.source,
    )
    return Prepared(settled, model, values, batch, plan)


@contextmanager
def blamed_on(target: str) -> Iterator[None]:
    """Turn whatever a cell's or model's own code raises into an error that names it; it may be a user's."""
    try:
        yield
    except BpttVizError:
        raise
    except Exception as error:
        raise UsageError(f"cell {target}: {type(error).__name__}: {error}") from error


def planned(request: Request, target: type[Cell] | type[Architecture]) -> Plan:
    """Return how the request's target makes models.

    Args:
        request: its name, options, layers and topology.
        target: its class.

    Raises:
        UsageError: it has no such option, or a value does not fit.
    """
    return _plan_of_model(request, target) if issubclass(target, Architecture) else _plan_of_cell(request, target)


def _plan_of_cell(request: Request, cell: type[Cell]) -> Plan:
    make = cell_maker(cell, f"cell {request.cell!r}", _given(request))
    topology = "many-to-many" if request.topology is None else request.topology

    def model(sizes: Sizes) -> Model:
        stack = stack_of(make, sizes.inputs, sizes.hidden, sizes.layers)
        return SequenceModel(stack.cells, sizes.outputs, pattern(topology, sizes.steps))

    def batch(wanted: Request) -> Batch:
        steps = 1 if topology == "one-to-one" else wanted.steps
        name = "sonnets" if wanted.text is None else wanted.text
        return windows(read_text(name), steps, wanted.batch, name, wanted.characters)

    return Plan(request.layers or 1, model, batch)


def _plan_of_model(request: Request, target: type[Architecture]) -> Plan:
    if request.topology is not None:
        raise UsageError(f"model {request.cell!r} has a topology of its own; leave --topology out")
    if request.text is not None and not target.reads_text:
        raise UsageError(f"model {request.cell!r} makes its own data; leave --text out")
    given = _given(request)
    cell = given.pop("cell", target.default_cell)
    named = own_options(target, Architecture)
    options = converted(target, f"model {request.cell!r}", {k: v for k, v in given.items() if k in named}, Architecture)
    rest = {name: value for name, value in given.items() if name not in named}
    make = cell_maker(
        cell_class(cell), f"model {request.cell!r} has no option of that name, and its cell {cell!r}", rest
    )
    return Plan(
        request.layers or target.default_layers,
        lambda sizes: target(sizes, make, **options),
        lambda wanted: target.batch(wanted, options),
    )


def _given(request: Request) -> dict[str, str]:
    return dict(request.settings) | ({} if request.activation is None else {"activation": request.activation})
