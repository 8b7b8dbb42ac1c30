"""`bptt-viz learn`: a model learns from data that it makes itself, or from windows of a text."""

from pathlib import Path
from typing import Annotated, Any

import typer

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
    output: Annotated[
        Path | None, _o("-o", "--output", metavar="FILE", help="The report (.txt, .json), or the way there (.csv).")
    ] = None,
) -> None:
    """Let a model learn from data that it makes itself, or from a text's windows, and ask it about fresh ones.

    Example: bptt-viz learn vqa --batch 16 --updates 100
    """
    from threadpoolctl import threadpool_limits

    from bptt_viz.console.artefacts import demand_place
    from bptt_viz.console.output import emit, provenance, to_terminal
    from bptt_viz.console.progress import progress
    from bptt_viz.render.json_document import document
    from bptt_viz.render.learning import learning_csv, learning_report
    from bptt_viz.training.fitting import LearningRecipe
    from bptt_viz.training.fitting import learn as run

    for place in (output, save):
        demand_place(place)
    form = output.suffix if output else ""
    if form not in {"", ".txt", ".json", ".csv"}:
        raise UsageError(f"--output {output}: the name must end in .txt, .json or .csv")
    if save is not None and save.suffix != ".npz":
        raise UsageError(f"--save {save}: the name must end in .npz")
    recipe = LearningRecipe(request, updates, optimiser, rate, clip_norm or None, entropy, whole)
    with progress(request.cell) as tick, threadpool_limits(1):
        found, values = run(recipe, tick)
    if save is not None:
        _keep(save, values)
    if form == ".csv":
        emit(learning_csv(found), output)
        output = None
    if json or form == ".json":
        emit(document("learn", found, provenance("learn", dict(found.recipe))), output)
    elif form != ".csv":
        emit(learning_report(found, to_terminal(output)), output)


def _keep(place: Path, values: Any) -> None:
    from io import BytesIO

    import numpy as np

    from bptt_viz.console.output import write_file

    packed = BytesIO()
    np.savez(packed, **values)
    write_file(place, packed.getvalue())
