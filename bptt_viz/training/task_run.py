"""One network's attempt at a task, from its first weights to success or the end of its budget."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

from bptt_viz.cells import Values
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import cell_class
from bptt_viz.models.lookup import cell_maker
from bptt_viz.results.task import TaskPoint, TaskResult
from bptt_viz.topologies import stack_of
from bptt_viz.training.clipping import Clip
from bptt_viz.training.optimisers import optimiser
from bptt_viz.training.task_learner import TaskLearner, TaskNetwork, TaskUpdate
from bptt_viz.training.tasks import Task, discover_tasks

Tick = Callable[[float], None]

_SOLVED = 0.01
_TRIAL = 1000
"""Fresh sequences that are asked on the way."""


@dataclass(frozen=True)
class TaskRecipe:
    """A task and how it is learned; the defaults are the basic tanh network of Pascanu, Mikolov & Bengio (2013).

    Attributes:
        task: its name.
        length: L.
        cell: a cell's name, or `file.py:ClassName`.
        hidden: H.
        layers: cells in depth.
        activation: φ of a cell that has one.
        settings: further options of the cell.
        init: how recurrent weights are drawn.
        other: how all other matrices are drawn.
        batch: N, fresh sequences an update.
        optimiser: its name.
        rate: the learning rate; None takes the optimiser's usual one.
        numbers: the optimiser's further numbers.
        clip_norm: θ; None does not clip.
        alpha: weight of the regulariser Ω; 0 leaves it out.
        updates: the budget.
        every: updates between two trials on fresh sequences.
        fresh: sequences of the last trial, which tells whether the task is solved.
        seed: of everything.
    """

    task: str = "order"
    length: int = 20
    cell: str = "rnn"
    hidden: int = 50
    layers: int = 1
    activation: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    init: str = "normal=0.1"
    other: str = "normal=0.1"
    batch: int = 20
    optimiser: str = "sgd"
    rate: float | None = 0.01
    numbers: Mapping[str, float] = field(default_factory=dict)
    clip_norm: float | None = 1.0
    alpha: float = 0.0
    updates: int = 10_000
    every: int = 500
    fresh: int = 10_000
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense.

        Raises:
            UsageError: one of them is out of range, or Ω is asked for where it is not defined.
        """
        for name in ("hidden", "layers", "batch", "every", "fresh"):
            if getattr(self, name) < 1:
                raise UsageError(f"--{name} must be at least 1, got {getattr(self, name)}")
        if self.task not in discover_tasks():
            raise UsageError(f"unknown task {self.task!r}; choose from {', '.join(discover_tasks())}")
        if not (np.isfinite(self.alpha) and self.alpha >= 0):
            raise UsageError(f"--alpha must be finite and not negative, got {self.alpha}")
        if self.alpha and (self.cell != "rnn" or self.layers > 1):
            raise UsageError("--alpha weighs a regulariser of one layer of the vanilla cell; name --cell rnn")

    def made(self) -> TaskLearner:
        """Return a learner before its first update."""
        task: Task = discover_tasks()[self.task](self.length)
        given = dict(self.settings) | ({} if self.activation is None else {"activation": self.activation})
        make = cell_maker(cell_class(self.cell), f"cell {self.cell!r}", given)
        network = TaskNetwork(stack_of(make, task.sizes[0], self.hidden, self.layers), task)
        rng = np.random.default_rng(self.seed)
        chosen = optimiser(self.optimiser, self.rate, **self.numbers)
        return TaskLearner(
            network, self._drawn(network, rng), self.batch, chosen, Clip(self.clip_norm), self.alpha, rng
        )

    def _drawn(self, network: TaskNetwork, rng: np.random.Generator) -> Values:
        recurrent, other = Initialisation.parse(self.init), Initialisation.parse(self.other)
        drawn: Values = {}
        for name, parameter in network.parameters().items():
            if len(parameter.shape) == 1:
                drawn[name] = np.zeros(parameter.shape)
                continue
            blocks = max(1, len(parameter.gates))
            rows, columns = parameter.shape[0], parameter.shape[1] // blocks
            draw = recurrent.recurrent if parameter.role == "recurrent" else other.other
            drawn[name] = np.concatenate([draw(rng, rows, columns) for _ in range(blocks)], axis=1)
        network.stack.adjust(drawn)
        return drawn


def attempt(recipe: TaskRecipe, tick: Tick | None = None) -> TaskResult:
    """Learn until a trial has fewer than 1 % wrong answers, or the budget is spent.

    Args:
        recipe: the task and how it is learned.
        tick: takes the spent share of the budget.
    """
    learner = recipe.made()
    judge = np.random.default_rng((recipe.seed, 1))
    points: list[TaskPoint] = []
    seen: list[TaskUpdate] = []
    for number in range(1, recipe.updates + 1):
        seen.append(learner.update())
        if number % recipe.every == 0 or number == recipe.updates:
            error = learner.error_rate(min(_TRIAL, recipe.fresh), judge)
            points.append(_point(number, seen, error))
            seen = []
            if tick is not None:
                tick(number / recipe.updates)
            if error < _SOLVED and learner.error_rate(recipe.fresh, judge) < _SOLVED:
                break
    error = learner.error_rate(recipe.fresh, np.random.default_rng((recipe.seed, 2)))
    task = learner.network.task
    spent = points[-1].updates if points else 0
    return TaskResult(
        finding=_finding(recipe, error, spent, points),
        task=recipe.task,
        length=recipe.length,
        difficulty=task.difficulty,
        chance=task.chance,
        recipe=asdict(recipe),
        solved=error < _SOLVED,
        updates=spent,
        error=error,
        points=tuple(points),
    )


def _point(number: int, seen: list[TaskUpdate], error: float) -> TaskPoint:
    norms = [update.norm for update in seen]
    return TaskPoint(
        updates=number,
        loss=float(np.mean([update.loss for update in seen])),
        error=error,
        norm=float(np.median(norms)),
        clipped=float(np.mean([update.clipped for update in seen])),
        omega=float(np.mean([update.omega for update in seen])),
    )


def _finding(recipe: TaskRecipe, error: float, spent: int, points: list[TaskPoint]) -> str:
    what = f"{recipe.task} at L = {recipe.length}"
    if error < _SOLVED:
        return f"Solved: {what} after {spent:,} updates, {error:.2%} of {recipe.fresh:,} fresh sequences wrong"
    stuck = f"; the loss is {points[-1].loss:.3f}" if points else ""
    return f"Not solved: {what}, {error:.1%} of fresh sequences are wrong after {spent:,} updates{stuck}"
