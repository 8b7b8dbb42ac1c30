"""`bptt-viz learn`: a model learns from data that it makes itself, or from windows of a text."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bptt_viz.console.artefacts import Course, deliver_course, demand_course, demand_place
from bptt_viz.console.options import Json, model_command
from bptt_viz.errors import UsageError

_o = typer.Option


@model_command
def learn(
    request: Any,
    updates: Annotated[int, _o("--updates", help="How many; each has --batch fresh rows.", min=1)] = 800,
    optimiser: Annotated[str, _o("--optimiser", help="adagrad, sgd, rmsprop or adam.")] = "adam",
    rate: Annotated[float, _o("--rate", help="Learning rate.")] = 0.01,
    clip_norm: Annotated[float, _o("--clip-norm", help="Clip the gradient's norm there; 0 does not clip.")] = 5.0,
    entropy: Annotated[
        float, _o("--entropy", help="Weight of the mean entropy of a hard attention, in nats.", min=0)
    ] = 0.02,
    whole: Annotated[
        bool, _o("--whole", help="Charge a place that was drawn with the whole caption, not with the words from it on.")
    ] = False,
    save: Annotated[Path | None, _o("--save", metavar="FILE.npz", help="Keep the parameters, by their names.")] = None,
    json: Json = False,
    output: Course = None,
) -> None:
    """Let a model learn from data that it makes itself, or from a text's windows, and ask it about fresh ones.

    Prints loss and right answers on the way, and what the model answers to fresh rows. The same seed gives the same
    run.

    Example: bptt-viz learn vqa --batch 16 --updates 100
    See also: train, task, docs/tasks.md
    """
    from threadpoolctl import threadpool_limits

    from bptt_viz.console.progress import progress
    from bptt_viz.render.learning import learning_csv, learning_report
    from bptt_viz.training.fitting import LearningRecipe
    from bptt_viz.training.fitting import learn as run

    demand_course(output)
    demand_place(save)
    if save is not None and save.suffix != ".npz":
        raise UsageError(f"--save {save}: the name must end in .npz")
    recipe = LearningRecipe(request, updates, optimiser, rate, clip_norm or None, entropy, whole)
    with progress(request.cell) as tick, threadpool_limits(1):
        found, values = run(recipe, tick)
    if save is not None:
        _keep(save, values)
    deliver_course(
        "learn", found, output, json, lambda: learning_csv(found), lambda boxed: learning_report(found, boxed)
    )


def _keep(place: Path, values: Any) -> None:
    from io import BytesIO

    import numpy as np

    from bptt_viz.console.output import write_file

    packed = BytesIO()
    np.savez(packed, **values)
    write_file(place, packed.getvalue())
