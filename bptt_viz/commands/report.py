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

    With two models the page sets them side by side on one scale. Options hold for both; a model with others is written
    in quotation marks.

    Example: bptt-viz report lstm -o lstm.html
    Example: bptt-viz report lstm "lstm --set forget_bias=3" --steps 50 -o forget.html
    """
    from bptt_viz.console.artefacts import demand_place
    from bptt_viz.console.output import emit, emit_bytes, provenance
    from bptt_viz.console.progress import progress
    from bptt_viz.render.json_document import document
    from bptt_viz.render.report import report_data, report_lines, report_page
    from bptt_viz.reports import measured

    form, rest = _form(asked, json, output), None
    demand_place(output)
    with progress("report") as tick:
        found = measured(asked, provenance("report", {}), tick)
    ran = provenance("report", {"models": {each.label: each.norms.run for each in found.subjects}})
    if form in {"html", "-"}:
        emit_bytes(report_page(found, ran).encode("utf-8", "replace"), output)
    else:
        rest = output
    if json or form == "json":
        emit(document("report", report_data(found), ran), rest)
    elif form != "-":
        emit(report_lines(found, str(output) if form == "html" else ""), rest)


def _form(asked: Any, json: bool, output: Path) -> str:
    """Refuse what makes no report; return what the file is to hold, or `-` for a page on standard output."""
    if len(asked) > 2:
        raise UsageError(f"a report is about one or two models, got {len(asked)}")
    if len({each.text for each in asked}) < len(asked):
        raise UsageError(
            f'both models are {asked[0].text!r}; give one of them other options: "{asked[0].text} --seed 1"'
        )
    if str(output) == "-":
        if json:
            raise UsageError("--json takes standard output; name a file for the page with -o")
        return "-"
    form = output.suffix.lower().removeprefix(".")
    if form not in {"html", "txt", "json"}:
        raise UsageError(f"--output {output}: the name must end in .html, .txt or .json")
    return form
