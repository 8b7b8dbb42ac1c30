"""A result with the ways to show it: what commands write, programs save and notebooks display."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from bptt_viz.errors import UsageError
from bptt_viz.render.characters import shown
from bptt_viz.results.provenance import Provenance

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from rich.console import RenderableType

Files = Mapping[str, Callable[[], bytes]]
Result = TypeVar("Result")

_LONGEST = 100
"""Of a `repr`, in characters."""


@dataclass(frozen=True)
class Ways:
    """How a result is shown.

    Attributes:
        title: what it comes to, in one line.
        report: what a terminal shows; told whether to draw rules, and how many cells there are.
        files: what writes each form of file besides the report (txt) and the document (json), by its ending.
        html: what a notebook shows; None if that is the SVG.
        document: returns what the JSON document holds, if that is not the result itself.
    """

    title: str
    report: "Callable[[bool, int], RenderableType]"
    files: Files = field(default_factory=dict)
    html: Callable[[], str] | None = None
    document: Callable[[], Any] | None = None


@dataclass(frozen=True, repr=False, eq=False)
class Shown(Generic[Result]):
    """A result that shows itself: as a table and figure in a notebook, as the terminal's report by `print`.

    What the result has, such as `verdict`, can be asked of this too: `bv.norms("lstm").verdict`.

    Attributes:
        kind: the command that gives the same, such as `norms`.
        result: what was found: a frozen dataclass of numbers, words and arrays.
        provenance: what was run: versions, options, seed.
        ways: how it is shown.
    """

    kind: str
    result: Result
    provenance: Provenance
    ways: Ways

    def __getattr__(self, name: str) -> Any:
        """Return what the result has under a name; what begins with an underscore is its own affair."""
        if name.startswith("_") or "result" not in self.__dict__:
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        return getattr(self.result, name)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *(name for name in dir(self.result) if not name.startswith("_"))]

    def __repr__(self) -> str:
        said = shown(f"{self.kind}: {self.ways.title}")
        return f"<{said if len(said) <= _LONGEST else said[: _LONGEST - 1] + '…'}>"

    def __str__(self) -> str:
        from bptt_viz.render.plain import plain

        return plain(self.ways.report(False, 0))

    @property
    def forms(self) -> tuple[str, ...]:
        """The endings of the files that `save` writes."""
        return (*self.ways.files, "txt", "json")

    def json(self) -> str:
        """Return the JSON document that the command prints with `--json`."""
        from bptt_viz.render.json_document import document

        return document(self.kind, self.ways.document() if self.ways.document else self.result, self.provenance)

    def data(self, form: str) -> bytes:
        """Return it as the contents of a file.

        Args:
            form: one of `forms`.

        Raises:
            UsageError: it has no such form.
            MissingError: a graph is wanted as PNG or PDF and no Graphviz is installed.
        """
        if form in self.ways.files:
            return self.ways.files[form]()
        if form not in self.forms:
            raise UsageError(f"{self.kind} has no form {form!r}; choose from {', '.join(self.forms)}")
        text = self.json() if form == "json" else str(self)
        return (text if text.endswith("\n") else f"{text}\n").encode("utf-8", "backslashreplace")

    def save(self, path: str | Path) -> None:
        """Write a file whole, or not at all; its name says the form.

        Args:
            path: ends in one of `forms`, such as `norms.svg`; a file that is there is replaced.

        Raises:
            UsageError: the name ends otherwise, or the file cannot be written.
            MissingError: as for `data`.
        """
        from bptt_viz.console.output import write_file

        place = Path(path)
        form = place.suffix.lower().removeprefix(".")
        if form not in self.forms:
            raise UsageError(f"{place}: the name must end in one of {', '.join(f'.{one}' for one in self.forms)}")
        write_file(place, self.data(form))

    def _repr_html_(self) -> str | None:
        """Return what a notebook shows."""
        return None if self.ways.html is None else self.ways.html()

    def _repr_svg_(self) -> str | None:
        """Return the picture that a notebook shows of what is nothing but a picture, no wider than the page."""
        if self.ways.html is not None or "svg" not in self.ways.files:
            return None
        from bptt_viz.render.svg_inline import inline

        return inline(self.data("svg").decode())


def figured(
    kind: str,
    found: Result,
    ran: Provenance,
    title: str,
    data: Callable[[], str],
    report: "Callable[[bool, int], RenderableType]",
    parts: "Callable[[], tuple[RenderableType, RenderableType | None]] | None" = None,
    document: Callable[[], Any] | None = None,
    figure: "Callable[[], Figure] | None" = None,
) -> Shown[Result]:
    """Return a result that has a figure and comma-separated values besides its report.

    Args:
        kind: the command.
        found: the result.
        ran: what was run.
        title: what it comes to, in one line.
        data: writes the values.
        report: makes the report, told whether with rules and how wide.
        parts: makes what a notebook shows above and below the figure; None for the report above it.
        document: as in `Ways`.
        figure: draws the figure; by the renderer of its kind if left out.
    """
    files = _files(figure or partial(figure_of, kind, found), data, title, ran)

    def html() -> str:
        from bptt_viz.render.fragment import fragment

        head, numbers = parts() if parts else (report(False, 0), None)
        return fragment(head, numbers, files["svg"](), title)

    return Shown(kind, found, ran, Ways(title, report, files, html, document))


def figure_of(kind: str, found: Any, *more: Any) -> "Figure":
    """Draw a result's figure by the renderer of its kind; that and matplotlib are imported when they are wanted.

    Args:
        kind: names the renderer, `curves_figure` of `bptt_viz.render.curves_figure` for `curves`.
        found: the result.
        more: what else the renderer takes.
    """
    drawn: Figure = getattr(import_module(f"bptt_viz.render.{kind}_figure"), f"{kind}_figure")(found, *more)
    return drawn


def _files(figure: "Callable[[], Figure]", data: Callable[[], str], title: str, ran: Provenance) -> Files:
    """Return what writes a result's figure and its comma-separated values, by the files' endings."""

    def drawn(form: str) -> bytes:
        from bptt_viz.render.figures import figure_bytes

        return figure_bytes(figure(), form, title, ran)

    return {form: partial(drawn, form) for form in ("svg", "png", "pdf")} | {"csv": lambda: data().encode()}
