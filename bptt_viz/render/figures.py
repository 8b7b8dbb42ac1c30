"""What all matplotlib figures share: one style whatever the user's settings, and saving to the same bytes each time."""

import json
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from io import BytesIO
from typing import Any, ParamSpec

import matplotlib
from matplotlib.figure import Figure

from bptt_viz.errors import UsageError
from bptt_viz.render.figure_paper import with_dark_paper
from bptt_viz.render.letters import letter
from bptt_viz.results.provenance import Provenance

Arguments = ParamSpec("Arguments")

FORMATS = ("svg", "png", "pdf")
"""What a figure can be saved as."""

INK = "#222222"
FAINT = "#767676"
RULE = "#dddddd"

_STYLE: dict[str, Any] = {
    "font.family": "DejaVu Sans",
    "mathtext.fontset": "dejavusans",
    "font.size": 10.5,
    "text.color": INK,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.linewidth": 0.8,
    "axes.axisbelow": True,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "grid.color": RULE,
    "grid.linewidth": 0.6,
    "savefig.dpi": 200,
    "svg.hashsalt": "bptt-viz",  # element ids are random without it
    "svg.fonttype": "none",  # text stays text
    "pdf.fonttype": 42,
}


@contextmanager
def style() -> Iterator[None]:
    """Use matplotlib's own defaults and the style above inside the block, whatever the user's matplotlibrc says."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        parameters: Any = matplotlib.rcParams  # typed by key in some versions
        parameters.update(_STYLE)
        yield


def styled(draw: Callable[Arguments, Figure]) -> Callable[Arguments, Figure]:
    """Make a function that draws a figure draw it in this style."""

    @wraps(draw)
    def wrapper(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Figure:
        with style():
            return draw(*args, **kwargs)

    return wrapper


def figure_bytes(figure: Figure, form: str, title: str, provenance: Provenance) -> bytes:
    """Return a figure as a file's contents: the same bytes each time, without a date.

    Args:
        figure: what to save.
        form: one of `FORMATS`.
        title: goes into the file's metadata, together with what was run.
        provenance: what was run.

    Raises:
        UsageError: the format is none of those.
    """
    if form not in FORMATS:
        raise UsageError(f"a figure cannot be saved as {form!r}; choose from {', '.join(FORMATS)}")
    stream = BytesIO()
    with style(), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing from")  # an SVG is shown with its reader's fonts
        letter(figure, keep=form == "svg")
        figure.savefig(stream, format=form, metadata=_metadata(form, title, provenance))
    return with_dark_paper(stream.getvalue()) if form == "svg" else stream.getvalue()


def _metadata(form: str, title: str, provenance: Provenance) -> dict[str, Any]:
    ran = json.dumps(
        {"command": provenance.command, **provenance.options, "numpy": provenance.numpy, "python": provenance.python},
        ensure_ascii=False,
        default=str,
    )
    creator = f"bptt_viz {provenance.version}, matplotlib {matplotlib.__version__}"
    by_form: dict[str, dict[str, Any]] = {
        "svg": {"Title": title, "Description": ran, "Creator": creator, "Date": None},
        "png": {"Title": title, "Description": ran, "Software": creator},
        "pdf": {"Title": title, "Subject": ran, "Creator": creator, "CreationDate": None},
    }
    return by_form[form]
