"""`bptt-viz graph`: a picture of an unrolled network."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bptt_viz.console.options import Json, model_command
from bptt_viz.errors import UsageError
from bptt_viz.results.graph import GraphView, Level


class Form(StrEnum):
    """What a picture can be written as: drawn, in words, or as data."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"
    DOT = "dot"
    TXT = "txt"
    JSON = "json"


class Paper(StrEnum):
    """What a picture is drawn on."""

    AUTO = "auto"
    LIGHT = "light"
    DARK = "dark"


class Style(StrEnum):
    """How backpropagation is truncated."""

    CHUNKED = "chunked"
    TRUE = "true"


@model_command
def graph(
    request: Any,
    level: Annotated[
        Level,
        typer.Option("--level", help="step: one node a cell; gate: its gates; op: every operation of some steps."),
    ] = Level.STEP,
    at: Annotated[
        str | None,
        typer.Option("--at", metavar="T[:T]", help="Steps at op level: 5, 3:6, 3: or :; if left out, a telling one."),
    ] = None,
    gradients: Annotated[
        bool, typer.Option("--gradients", help="Draw what flows back, wider and darker the larger its norm.")
    ] = False,
    scale: Annotated[
        str | None,
        typer.Option(
            "--scale", metavar="MIN:MAX", help="Norms at the ends of the gradients' scale, to compare pictures."
        ),
    ] = None,
    values: Annotated[
        bool, typer.Option("--values", help="Write numbers along the wires at op level; of large arrays the range.")
    ] = False,
    norms: Annotated[
        bool, typer.Option("--norms", help="Write norms along the wires at op level, forward and back.")
    ] = False,
    theme: Annotated[
        Paper, typer.Option("--theme", help="Paper: light or dark; auto follows the reader in an SVG, else is light.")
    ] = Paper.AUTO,
    fold: Annotated[
        int | None,
        typer.Option("--fold", metavar="K", min=1, help="Fold all but the first and the last K steps; as fits a page."),
    ] = None,
    no_fold: Annotated[bool, typer.Option("--no-fold", help="Draw every step, however many there are.")] = False,
    focus: Annotated[
        list[str] | None, typer.Option("--focus", metavar="T[:T]", help="Steps that are not folded: 40 or 40:42.")
    ] = None,
    compact: Annotated[bool, typer.Option("--compact", help="Draw each cell as its new state.")] = False,
    hide: Annotated[
        list[str] | None,
        typer.Option("--hide", metavar="PART", help="Leave out input, output, loss or weights."),
    ] = None,
    truncate: Annotated[
        str | None,
        typer.Option("--truncate", metavar="N", help="Carry errors back N steps; 7+6+6 cuts pieces of these lengths."),
    ] = None,
    truncation: Annotated[
        Style, typer.Option("--truncation", help="chunked: to the start of their piece; true: N steps, each error.")
    ] = Style.CHUNKED,
    loss: Annotated[
        str | None, typer.Option("--loss", metavar="T[:T]", help="Carry back the errors of these steps alone: 25, 14:.")
    ] = None,
    clip_norm: Annotated[
        float | None,
        typer.Option("--clip-norm", help="Mark where the summed gradients are clipped to this norm, all together."),
    ] = None,
    clip_value: Annotated[
        float | None,
        typer.Option("--clip-value", help="Mark where every entry of them is held between minus and plus this."),
    ] = None,
    form: Annotated[
        Form | None,
        typer.Option(
            "--format", help="svg, png, pdf, dot, txt or json; as the file's name ends, else svg, or txt on a terminal."
        ),
    ] = None,
    json: Json = False,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o",
            "--output",
            metavar="FILE",
            help="A picture (.svg, .png, .pdf, .dot), its words (.txt) or its data (.json).",
        ),
    ] = None,
) -> None:
    """Draw the unrolled network, by time steps, gates or operations, with its gradients.

    MODEL may also be a PyTorch model, pkg.mod:name or file.py:name.

    Example: bptt-viz graph lstm --steps 5 --gradients -o lstm.svg
    """
    from dataclasses import asdict

    from bptt_viz.adapters.drawing import picture_named
    from bptt_viz.analyses.graph import Choice, Clip, Detail, Truncation, graph_view, parse_scale, record
    from bptt_viz.console.output import provenance
    from bptt_viz.console.progress import progress
    from bptt_viz.weights import prepare

    wanted = _wanted(form, output, json)
    foreign = picture_named(
        request, level.value, {"at": at, "gradients": gradients, "scale": scale, "values": values, "norms": norms}
    )
    if foreign is not None:
        _write(foreign.view, wanted, output, theme)
        return
    prepared = prepare(request)
    cut = None if truncate is None else Truncation.parse(truncate, truncation)
    clip = None if clip_norm is None and clip_value is None else Clip(clip_norm, clip_value)
    choice = Choice(_ends(fold, no_fold), tuple(focus or ()), compact, tuple(hide or ()), cut, loss, clip)
    options = asdict(prepared.request) | {"level": level.value, "at": at, "gradients": gradients, "scale": scale}
    options |= {"values": values, "norms": norms} | asdict(choice)
    named = {name: Path(options[name]).name for name in ("cell", "text")}
    ran = provenance("graph", options | named)
    with progress("graph") as tick:
        ends = None if scale is None else parse_scale(scale)
        view = graph_view(record(prepared, cut), level, ran, at, gradients, tick, Detail(values, norms), ends, choice)
        _write(view, wanted, output, theme)
    if json and wanted is not Form.JSON:
        _write(view, Form.JSON, None, theme)


def _ends(fold: int | None, no_fold: bool) -> int | None:
    if fold is not None and no_fold:
        raise UsageError("--fold and --no-fold contradict each other")
    return 0 if no_fold else fold


def _wanted(form: Form | None, output: Path | None, json: bool) -> Form:
    """Return the picture's form, by option or by the file's name.

    Raises:
        UsageError: the name ends in nothing known, or standard output would get two things or what it cannot show.
    """
    from bptt_viz.console.output import on_terminal

    if output is not None and str(output) != "-":
        return form or _named(output)
    if json and form not in {None, Form.JSON}:
        raise UsageError("--json takes standard output; name a file for the picture with -o")
    if form in {Form.PNG, Form.PDF} and on_terminal():
        raise UsageError(f"{form} is not for a terminal; name a file with -o, or redirect standard output")
    return Form.JSON if json else form or (Form.TXT if on_terminal() else Form.SVG)


def _named(output: Path) -> Form:
    try:
        return Form(output.suffix.lower().removeprefix("."))
    except ValueError:
        known = ", ".join(f".{form}" for form in Form)
        raise UsageError(f"--output {output}: the name must end in one of {known}, or give --format") from None


def _write(view: GraphView, form: Form, output: Path | None, theme: Paper) -> None:
    from bptt_viz.console.output import emit, emit_bytes, to_terminal

    if form is Form.JSON:
        from bptt_viz.render.json_document import document

        emit(document("graph", view, view.provenance), output)
    elif form is Form.TXT:
        from bptt_viz.render.graph_text import graph_text

        emit(graph_text(view, "For the picture, name a file: -o graph.svg" if to_terminal(output) else ""), output)
    else:
        from bptt_viz.render.graph import graph_bytes
        from bptt_viz.render.theme import THEMES

        emit_bytes(graph_bytes(view, form, THEMES.get(theme.value)), output)
