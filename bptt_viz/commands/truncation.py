"""`bptt-viz truncation`: truncated backpropagation through time beside the full one."""

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

import typer

from bptt_viz.console.artefacts import Besides, deliver, form_of
from bptt_viz.console.options import Json, model_command
from bptt_viz.errors import UsageError


@model_command
def truncation(
    request: Any,
    lengths: Annotated[
        str | None,
        typer.Option("--lengths", metavar="N,N…", help="Steps that errors are carried back; 1, 2, 5 … T if left out."),
    ] = None,
    timings: Annotated[
        bool, typer.Option("--timings", help="Measure time and memory too; these differ from run to run.")
    ] = False,
    json: Json = False,
    output: Besides = None,
) -> None:
    """Compare ways to truncate backpropagation through time with the full gradient, on one stretch of text.

    Prints, for each way and length, how far its gradient is off, its cosine with the full one, and the ratio of
    their norms.

    Example: bptt-viz truncation rnn --steps 20 --batch 4 -o truncation.svg
    See also: train, norms, docs/truncation.md
    """
    from bptt_viz.analyses.truncation import truncation as analyse
    from bptt_viz.console.progress import progress
    from bptt_viz.render.truncation import truncation_csv, truncation_report
    from bptt_viz.weights import prepare

    form_of(output)
    chosen = _parsed(lengths)
    with progress("truncation") as tick:
        found = analyse(prepare(request), chosen, timings, tick)
    options = asdict(found.run) | {"lengths": chosen}
    data, report = partial(truncation_csv, found), partial(truncation_report, found)
    deliver("truncation", found, options, output, json, data, report)


def _parsed(lengths: str | None) -> list[int] | None:
    try:
        return None if lengths is None else [int(part) for part in lengths.split(",")]
    except ValueError:
        raise UsageError(f"--lengths wants numbers such as 1,5,20; got {lengths!r}") from None
