"""`bptt-viz weights`: what a weight file holds."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bptt_viz.console.options import Json, Output


class Action(StrEnum):
    """What to do with a weight file."""

    INSPECT = "inspect"


def weights(
    action: Annotated[Action, typer.Argument(help="inspect shows what the file holds and how it maps.")],
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A weight file, or hello, which comes along.")],
    json: Json = False,
    output: Output = None,
) -> None:
    """Show what a weight file holds, what becomes of each array, and which models take it; nothing in it is run.

    Formats: safetensors, npz, PyTorch's .pt and .pth, Keras's .keras and .h5, ONNX, and checkpoints of train.

    Example: bptt-viz weights inspect hello
    See also: sample, check, docs/weights.md
    """
    from bptt_viz.analyses.weights import inspect
    from bptt_viz.console.output import emit, provenance, to_terminal
    from bptt_viz.render.json_document import document
    from bptt_viz.render.weights import weights_report

    found = inspect(file)
    ran = provenance("weights", {"action": action.value, "file": found.file})
    emit(document("weights", found, ran) if json else weights_report(found, to_terminal(output)), output)
