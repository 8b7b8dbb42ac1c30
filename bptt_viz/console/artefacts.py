"""Files that a command can write besides its report: a figure or data, told by the file's name."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bptt_viz.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import RenderableType

    from bptt_viz.console.shown import Shown

_FORMS = ("svg", "png", "pdf", "csv", "txt", "json")

Besides = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="A figure (.svg, .png, .pdf) or data (.csv), besides the report; or the report itself (.txt, .json).",
    ),
]

Course = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="The report (.txt, .json), or the way there (.csv)."),
]


def demand_place(output: Path | None) -> None:
    """Refuse, before any work is done, a place that a file cannot be written to.

    Raises:
        UsageError: it is a folder, or lies in none.
    """
    if output is None or str(output) == "-":
        return
    if output.is_dir():
        raise UsageError(f"{output} is a directory; name a file")
    if not output.parent.is_dir():
        raise UsageError(f"{output} cannot be written: no such file or directory")


def form_of(output: Path | None) -> str:
    """Return what a file is to hold, by its name; nothing for standard output.

    Raises:
        UsageError: the name ends in nothing known.
    """
    if output is None or str(output) == "-":
        return ""
    demand_place(output)
    form = output.suffix.lower().removeprefix(".")
    if form not in _FORMS:
        raise UsageError(f"--output {output}: the name must end in one of {', '.join(f'.{name}' for name in _FORMS)}")
    return form


def _written(output: Path | None, form: str, files: Mapping[str, Callable[[], bytes]]) -> Path | None:
    from bptt_viz.console.output import write_file

    if output is None or form not in files:
        return output
    write_file(output, files[form]())
    return None


def deliver(
    kind: str,
    found: Any,
    options: Mapping[str, Any],
    output: Path | None,
    json: bool,
    data: Callable[[], str],
    report: "Callable[[bool], RenderableType]",
    title: str = "",
    figure: "Callable[[], Figure] | None" = None,
) -> None:
    """Write a result's figure or data if the file asks for one, and print or write its report.

    Args:
        kind: the command.
        found: the result.
        options: what was run, for the provenance.
        output: the file, or None; `form_of` has accepted it.
        json: print a JSON document instead of the report.
        data: writes the comma-separated values.
        report: makes the report, with rules if it is told to.
        title: the figure's; the result's `finding` if left out.
        figure: draws the figure; by the renderer of its kind if left out.
    """
    from bptt_viz.console.output import provenance
    from bptt_viz.console.shown import figured

    ran = provenance(kind, options)
    made = figured(kind, found, ran, title or found.finding, data, lambda boxed, _: report(boxed), figure=figure)
    publish(made, output, json)


def publish(made: "Shown[Any]", output: Path | None, json: bool) -> None:
    """Write a result's file if it has that form besides its report, and print or write its report.

    Args:
        made: the result with the ways to show it.
        output: the file, or None; `form_of` or the like has accepted it.
        json: print a JSON document instead of the report.
    """
    from bptt_viz.console.output import console, emit, to_terminal

    form = output.suffix.lower().removeprefix(".") if output else ""
    rest = _written(output, form, made.ways.files)
    if json or form == "json":
        emit(made.json(), rest)
    else:
        emit(made.ways.report(to_terminal(rest), console().width), rest)


def demand_course(output: Path | None) -> str:
    """Return the ending of a file for a report, or for the way there (.csv), before any work is done.

    Raises:
        UsageError: it cannot be written, or ends otherwise.
    """
    demand_place(output)
    form = output.suffix if output else ""
    if form not in {"", ".txt", ".json", ".csv"}:
        raise UsageError(f"--output {output}: the name must end in .txt, .json or .csv")
    return form


def deliver_course(
    kind: str,
    found: Any,
    output: Path | None,
    json: bool,
    data: Callable[[], str],
    report: "Callable[[bool], RenderableType]",
) -> None:
    """Print or write the report of a run that learned; a .csv gets the way there in its place.

    Args:
        kind: the command.
        found: the result; its `recipe` is what was run.
        output: the file, or None; `demand_course` has accepted it.
        json: print a JSON document instead of the report.
        data: writes the comma-separated values.
        report: makes the report, with rules if it is told to.
    """
    from bptt_viz.console.output import emit, provenance, to_terminal
    from bptt_viz.render.json_document import document

    form = demand_course(output)
    if form == ".csv":
        emit(data(), output)
        output = None
    if json or form == ".json":
        emit(document(kind, found, provenance(kind, dict(found.recipe))), output)
    elif form != ".csv":
        emit(report(to_terminal(output)), output)
