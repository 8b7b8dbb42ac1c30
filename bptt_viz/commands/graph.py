"""`bptt-viz graph`: a picture of an unrolled network."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from bptt_viz.console.shown import Shown


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

    Writes a picture to standard output or FILE: the steps, or every cell opened up, or one step operation by
    operation, for any cell; long runs fold. On a terminal its words are printed. MODEL may also be a PyTorch model,
    pkg.mod:name or file.py:name.

    Example: bptt-viz graph lstm --steps 5 --gradients -o lstm.svg
    See also: trace, report, docs/graph.md
    """
    from bptt_viz.answers import graph as answers
    from bptt_viz.console.progress import progress
    from bptt_viz.pictures import Drawing

    wanted = _wanted(form, output, json)
    choice = answers.choice_of(
        fold, no_fold, tuple(focus or ()), compact, tuple(hide or ()),
        truncate, truncation.value, loss, clip_norm, clip_value,
    )  # fmt: skip
    drawing = Drawing(level, at, gradients, scale, values, norms)
    with progress("graph") as tick:
        made = answers.graph(request, drawing, choice, theme.value, tick)
        _write(made, wanted, output)
    if json and wanted is not Form.JSON:
        _write(made, Form.JSON, None)


def _wanted(form: Form | None, output: Path | None, json: bool) -> Form:
    """Return the picture's form, by option or by the file's name.

    Raises:
        UsageError: the name ends in nothing known, or standard output would get two things or what it cannot show.
    """
    from bptt_viz.console.output import on_terminal

    if output is not None and str(output) != "-":
        ending = output.suffix.lower().removeprefix(".")
        if form and ending in set(Form) - {form}:
            raise UsageError(f"--format {form} contradicts the name of --output {output}; leave --format out")
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


def _write(made: "Shown[GraphView]", form: Form, output: Path | None) -> None:
    from bptt_viz.console.output import emit, emit_bytes, to_terminal

    if form is Form.JSON:
        emit(made.json(), output)
    elif form is Form.TXT:
        emit(made.ways.report(to_terminal(output), 0), output)
    else:
        emit_bytes(made.data(form), output)
