"""`bptt-viz task`: a network learns a task that needs memory."""

from typing import Annotated

import typer

from bptt_viz.console.artefacts import Course, deliver_course, demand_course
from bptt_viz.console.options import OF_ACTIVATION, OF_CELL_SETTINGS, OF_INIT, Json, Seed, parse_settings
from bptt_viz.errors import UsageError

_o = typer.Option


def task(
    name: Annotated[
        str, typer.Argument(metavar="[TASK]", help="order, order3, adding, copy, brackets or hello.")
    ] = "order",
    length: Annotated[int, _o("--length", help="L: how long ago what matters was.", min=1)] = 20,
    cell: Annotated[str, _o("--cell", help="A built-in cell or file.py:ClassName.")] = "rnn",
    hidden: Annotated[int, _o("--hidden", help="Hidden size H.", min=1)] = 50,
    layers: Annotated[int, _o("--layers", help="Cells stacked in depth.", min=1)] = 1,
    activation: Annotated[str | None, _o("--activation", help=OF_ACTIVATION)] = None,
    settings: Annotated[list[str] | None, _o("--set", metavar="NAME=VALUE", help=OF_CELL_SETTINGS)] = None,
    init: Annotated[str, _o("--init", help=OF_INIT)] = "normal=0.1",
    other: Annotated[str, _o("--other", help="All other matrices: normal or xavier.")] = "normal=0.1",
    batch: Annotated[int, _o("--batch", help="Fresh sequences an update.", min=1)] = 20,
    optimiser: Annotated[str, _o("--optimiser", help="adagrad, sgd, rmsprop or adam.")] = "sgd",
    rate: Annotated[float | None, _o("--rate", help="Learning rate; 0.01 for sgd if left out.")] = None,
    number: Annotated[
        list[str] | None, _o("--number", metavar="NAME=NUMBER", help="A further number of the optimiser.")
    ] = None,
    clip_norm: Annotated[float, _o("--clip-norm", help="Clip the gradient's norm there; 0 does not clip.")] = 1.0,
    alpha: Annotated[
        float, _o("--alpha", help="Weight of the regulariser of Pascanu et al. (2013); 0 leaves it out.")
    ] = 0.0,
    updates: Annotated[int, _o("--updates", help="The budget.", min=0)] = 5000,
    every: Annotated[int, _o("--every", help="Updates between two trials.", min=1)] = 500,
    fresh: Annotated[int, _o("--fresh", help="Sequences of the last trial.", min=1)] = 10_000,
    seed: Seed = 0,
    json: Json = False,
    output: Course = None,
) -> None:
    """Let a network learn a task that needs memory, until it is solved or the budget is spent.

    Prints loss and errors on fresh sequences on the way, and what was published about the task.

    Example: bptt-viz task order --length 10 --updates 1000
    See also: learn, reproduce, docs/tasks.md
    """
    from threadpoolctl import threadpool_limits

    from bptt_viz.console.progress import progress
    from bptt_viz.render.task import task_csv, task_report
    from bptt_viz.training.task_run import TaskRecipe, attempt

    demand_course(output)
    usual = 0.01 if optimiser == "sgd" else None
    recipe = TaskRecipe(
        name, length, cell, hidden, layers, activation, parse_settings(settings), init, other, batch, optimiser,
        usual if rate is None else rate, _numbers(number), clip_norm or None, alpha, updates, every, fresh, seed,
    )  # fmt: skip
    with progress(name) as tick, threadpool_limits(1):
        found = attempt(recipe, tick)
    deliver_course("task", found, output, json, lambda: task_csv(found), lambda boxed: task_report(found, boxed))


def _numbers(given: list[str] | None) -> dict[str, float]:
    try:
        return {name: float(value) for name, value in parse_settings(given).items()}
    except ValueError as error:
        raise UsageError(f"--number wants NAME=NUMBER: {error}") from None
