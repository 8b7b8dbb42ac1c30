"""`bptt-viz doctor`: whether everything works here."""

from bptt_viz.console.options import Json, Output
from bptt_viz.errors import ExitCode


def doctor(json: Json = False, output: Output = None) -> int:
    """Show versions, BLAS and terminal, and try the renderers.

    Prints a line for each; nothing is changed or sent anywhere.

    Exit code 3: a renderer is missing; the line says what installs it
    Example: bptt-viz doctor
    See also: list, docs/index.md
    """
    from bptt_viz.console.installation import examine
    from bptt_viz.console.output import emit, provenance
    from bptt_viz.render.doctor import diagnosis_report
    from bptt_viz.render.json_document import document

    found = examine()
    emit(document("doctor", found, provenance("doctor", {})) if json else diagnosis_report(found), output)
    return ExitCode.PASS if found.healthy else ExitCode.MISSING
