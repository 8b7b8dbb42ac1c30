"""What a report's page is made of, before it is HTML: sections, figures and their tables."""

from dataclasses import dataclass

from bptt_viz.render.report.chart import Chart
from bptt_viz.render.report.matrix import Matrix


@dataclass(frozen=True, slots=True)
class Table:
    """Numbers or words in rows; the first cell of a row is its heading.

    Attributes:
        caption: what it shows.
        head: one heading a column.
        rows: the cells, as many as there are headings.
        notes: what headings mean, each with its meaning.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    notes: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph, already SVG, that a reader can go around in.

    Attributes:
        svg: the element.
        turns: of the backward pass in it, what each is about; empty if it is not to be played.
        strips: of a wide one, the parts that paper shows below each other, as view boxes.
        group: the id of all that is in it, which the strips show again.
    """

    svg: str
    turns: tuple[str, ...] = ()
    strips: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with its tables, or tables alone.

    Attributes:
        id: unique on the page.
        title: what it shows.
        notes: how to read it, a sentence each.
        drawing: the picture; None if tables say it all.
        tables: the same as numbers. A chart's and a matrix's first table has the picture's rows and columns.
        command: what to type for this figure alone.
        open: its tables are shown without being asked for.
    """

    id: str
    title: str
    notes: tuple[str, ...]
    drawing: Chart | Matrix | Drawing | None
    tables: tuple[Table, ...]
    command: str = ""
    open: bool = False

    @property
    def kind(self) -> str:
        """What the script is to make of it."""
        kinds = {Chart: "chart", Matrix: "matrix", Drawing: "graph"}
        return kinds.get(type(self.drawing), "table")


@dataclass(frozen=True, slots=True)
class Section:
    """What belongs under one heading.

    Attributes:
        id: unique on the page.
        title: the heading.
        findings: what it comes to, each with the label of whom it is about, which may be empty.
        figures: side by side where there is room.
        absent: parts that there cannot be, with their reason, likewise labelled.
    """

    id: str
    title: str
    findings: tuple[tuple[str, str], ...]
    figures: tuple[Figure, ...]
    absent: tuple[tuple[str, str], ...] = ()
