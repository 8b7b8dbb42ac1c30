"""`bptt-viz report`: everything about one run, or two side by side, on one page."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bptt_viz.console.options import Json, models_command
from bptt_viz.errors import UsageError

Page = Annotated[
    Path,
    typer.Option(
        "-o", "--output", metavar="FILE", help="The page (.html; - is standard output), or its verdicts (.txt, .json)."
    ),
]


@models_command
def report(asked: Any, json: Json = False, output: Page = Path("report.html")) -> None:
    """Write all about a run on one page: verdict, norms, graph, credit, gates, curves, spectrum and gradient check.

    Writes one page of HTML that loads nothing: to be mailed, printed and read by keyboard. With two models the page
    sets them side by side on one scale. Options hold for both; a model with others is written in quotation marks.

    Example: bptt-viz report lstm -o lstm.html
    Example: bptt-viz report lstm "lstm --set forget_bias=3" --steps 50 -o forget.html
    See also: norms, graph, check, docs/report.md
    """
    from bptt_viz.answers.report import report as measure
    from bptt_viz.console.artefacts import demand_place
    from bptt_viz.console.output import emit, emit_bytes
    from bptt_viz.console.progress import progress
    from bptt_viz.render.report import report_lines

    form, rest = _form(json, output), None
    demand_place(output)
    with progress("report") as tick:
        made = measure(asked, tick)
    if form in {"html", "-"}:
        emit_bytes(made.data("html"), output)
    else:
        rest = output
    if json or form == "json":
        emit(made.json(), rest)
    elif form != "-":
        emit(report_lines(made.result, str(output) if form == "html" else ""), rest)


def _form(json: bool, output: Path) -> str:
    """Return what the file is to hold, or `-` for a page on standard output."""
    if str(output) == "-":
        if json:
            raise UsageError("--json takes standard output; name a file for the page with -o")
        return "-"
    form = output.suffix.lower().removeprefix(".")
    if form not in {"html", "txt", "json"}:
        raise UsageError(f"--output {output}: the name must end in .html, .txt or .json")
    return form
