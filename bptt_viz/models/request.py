"""From names and numbers, as options give them, to a model with its parameters and its data."""

import sys
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from hashlib import blake2b
from importlib.machinery import SourceFileLoader
from inspect import isabstract, isclass
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import numpy as np

from bptt_viz.cells import Cell, Values, discover_cells
from bptt_viz.errors import BpttVizError, UsageError
from bptt_viz.initialisation import Initialisation
from bptt_viz.models.batch import Batch, windows
from bptt_viz.models.rollout import Rollout
from bptt_viz.models.sequence import SequenceModel
from bptt_viz.texts import read_text
from bptt_viz.topologies import pattern


@dataclass(frozen=True)
class Request:
    """What a user asked for.

    Attributes:
        cell: a built-in cell's name, or `file.py:ClassName` for one of the user's own.
        hidden: H, the hidden size of every layer.
        layers: how many cells are stacked.
        steps: T; None takes what the text allows, 25 at the most.
        batch: N, the number of text windows.
        activation: φ of a cell that has one; None leaves the cell's default.
        init: how weights are drawn, `name` or `name=value`.
        topology: one of the lecture's input-output patterns.
        text: an embedded text's name or a UTF-8 file.
        seed: of every random draw.
        dtype: `float64` or `float32`.
        settings: further options of the cell, by name.
    """

    cell: str = "rnn"
    hidden: int = 32
    layers: int = 1
    steps: int | None = None
    batch: int = 1
    activation: str | None = None
    init: str = "xavier"
    topology: str = "many-to-many"
    text: str = "sonnets"
    seed: int = 0
    dtype: str = "float64"
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Prepared:
    """A model that is ready to run.

    Attributes:
        request: what was asked for.
        model: the model.
        values: its drawn parameters.
        batch: its data.
    """

    request: Request
    model: SequenceModel
    values: Values
    batch: Batch

    def run(self, cuts: Collection[int] = ()) -> Rollout:
        """Record the forward pass from zero states, with the gradient through time stopped before the cut steps."""
        return self.model.run(self.values, self.batch.one_hot(self.request.dtype), self.batch.targets, cuts=cuts)


def prepare(request: Request) -> Prepared:
    """Build what a request describes.

    Raises:
        UsageError: a name is unknown, a number out of range, or a file cannot be used.
    """
    for name in ("hidden", "layers", "batch"):
        if getattr(request, name) < 1:
            raise UsageError(f"--{name} must be at least 1, got {getattr(request, name)}")
    if request.seed < 0:
        raise UsageError(f"--seed must not be negative, got {request.seed}")
    if request.dtype not in {"float64", "float32"}:
        raise UsageError(f"--dtype must be float64 or float32, got {request.dtype!r}")
    initialisation = Initialisation.parse(request.init)
    batch = windows(read_text(request.text), 1 if request.topology == "one-to-one" else request.steps, request.batch)
    wiring = pattern(request.topology, batch.steps)
    make = cell_class(request.cell)
    with _blamed_on(request.cell):
        model = SequenceModel(_stacked(make, request, len(batch.vocabulary)), len(batch.vocabulary), wiring)
        values = model.draw(np.random.default_rng(request.seed), initialisation, request.dtype)
    return Prepared(request, model, values, batch)


@contextmanager
def _blamed_on(cell: str) -> Iterator[None]:
    """Turn whatever a cell's own code raises into an error that names the cell; it may be a user's."""
    try:
        yield
    except BpttVizError:
        raise
    except Exception as error:
        raise UsageError(f"cell {cell}: {type(error).__name__}: {error}") from error


def _stacked(make: type[Cell], request: Request, vocabulary: int) -> tuple[Cell, ...]:
    options = cell_options(make, request)
    sizes = [vocabulary] + [request.hidden] * (request.layers - 1)
    return tuple(make(size, request.hidden, **options) for size in sizes)


def cell_class(name: str) -> type[Cell]:
    """Return a built-in cell by name, or the class that `file.py:ClassName` names.

    Raises:
        UsageError: no such cell, file or class, or the file fails to run.
    """
    known = discover_cells()
    if name in known:
        return known[name]
    path, colon, member = name.rpartition(":")
    if not colon or not path.endswith(".py"):
        raise UsageError(f"unknown cell {name!r}; choose from {', '.join(known)}, or give file.py:ClassName")
    found = getattr(_imported(Path(path)), member, None)
    if not (isclass(found) and issubclass(found, Cell)):
        raise UsageError(f"{path} has no class {member!r} derived from bptt_viz.cells.Cell")
    if isabstract(found):
        raise UsageError(f"{path}:{member} must define both `parameters` and `step`")
    return found


class _Loader(SourceFileLoader):
    """Reads the source each time and leaves no compiled file, which an edit within the same second would not renew."""

    def get_code(self, fullname: str) -> CodeType:  # noqa: ARG002
        return self.source_to_code(self.get_data(self.path), self.path)


def _imported(path: Path) -> ModuleType:
    """Run a user's file as a module of its own."""
    if not path.is_file():
        raise UsageError(f"{str(path)!r}: no such file")
    # Two files of one name are two modules.
    name = f"bptt_viz_user_{path.stem}_{blake2b(bytes(path.resolve()), digest_size=8).hexdigest()}"
    module = ModuleType(name)
    module.__file__ = str(path)
    sys.modules[name] = module  # dataclasses look their module up there
    try:
        _Loader(name, str(path)).exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise UsageError(f"{path} cannot be imported: {type(error).__name__}: {error}") from error
    return module


def cell_options(make: type[Cell], request: Request) -> dict[str, Any]:
    """Return the cell's own options from `--activation` and `--set`, converted to their types.

    Raises:
        UsageError: the cell has no such option, or the value does not fit.
    """
    given = dict(request.settings) | ({} if request.activation is None else {"activation": request.activation})
    hints = get_type_hints(make)
    own = {f.name for f in fields(make) if f.init} - {"input_size", "hidden_size"}
    for name in given:
        if name not in own:
            has = f"its options are {', '.join(sorted(own))}" if own else "it has none"
            raise UsageError(f"cell {request.cell!r} has no option {name!r}; {has}")
    return {name: _converted(name, value, hints[name]) for name, value in given.items()}


def _converted(name: str, value: str, kind: Any) -> Any:
    literals = get_args(kind) if get_origin(kind) is Literal else (True, False) if kind is bool else ()
    if literals:
        choices = {str(literal).lower() if kind is bool else str(literal): literal for literal in literals}
        if value not in choices:
            raise UsageError(f"option {name!r} must be one of {', '.join(choices)}, got {value!r}")
        return choices[value]
    if kind not in {int, float, str}:
        raise UsageError(f"option {name!r}: only int, float, str, bool and Literal options can be set, not {kind}")
    try:
        number = kind(value)
    except (TypeError, ValueError):
        raise UsageError(f"option {name!r}: {value!r} is not a valid {kind.__name__}") from None
    if isinstance(number, float) and not np.isfinite(number):
        raise UsageError(f"option {name!r} must be finite, got {value!r}")
    return number
