"""`bptt-viz graph`: a picture of an unrolled network."""

from pathlib import Path
from typing import Any

from bptt_viz.commands.graph_options import (
    At,
    ClipNorm,
    ClipValue,
    Compact,
    Focus,
    Fold,
    Form,
    FormName,
    Gradients,
    Hide,
    LevelName,
    Loss,
    NoFold,
    Norms,
    Output,
    Paper,
    Scale,
    Style,
    Theme,
    Truncate,
    TruncationStyle,
    Values,
)
from bptt_viz.console.options import Json, model_command
from bptt_viz.errors import UsageError
from bptt_viz.results.graph import GraphView, Level


@model_command
def graph(
    request: Any,
    level: LevelName = Level.STEP,
    at: At = None,
    gradients: Gradients = False,
    scale: Scale = None,
    values: Values = False,
    norms: Norms = False,
    theme: Theme = Paper.AUTO,
    fold: Fold = None,
    no_fold: NoFold = False,
    focus: Focus = None,
    compact: Compact = False,
    hide: Hide = None,
    truncate: Truncate = None,
    truncation: TruncationStyle = Style.CHUNKED,
    loss: Loss = None,
    clip_norm: ClipNorm = None,
    clip_value: ClipValue = None,
    form: FormName = None,
    json: Json = False,
    output: Output = None,
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
