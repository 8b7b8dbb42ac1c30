"""The options of `graph`."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from bptt_viz.results.graph import Level


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


LevelName = Annotated[
    Level,
    typer.Option("--level", help="step: one node a cell; gate: its gates; op: every operation of some steps."),
]
At = Annotated[
    str | None,
    typer.Option("--at", metavar="T[:T]", help="Steps at op level: 5, 3:6, 3: or :; if left out, a telling one."),
]
Gradients = Annotated[
    bool, typer.Option("--gradients", help="Draw what flows back, wider and darker the larger its norm.")
]
Scale = Annotated[
    str | None,
    typer.Option("--scale", metavar="MIN:MAX", help="Norms at the ends of the gradients' scale, to compare pictures."),
]
Values = Annotated[
    bool, typer.Option("--values", help="Write numbers along the wires at op level; of large arrays the range.")
]
Norms = Annotated[bool, typer.Option("--norms", help="Write norms along the wires at op level, forward and back.")]
Theme = Annotated[
    Paper, typer.Option("--theme", help="Paper: light or dark; auto follows the reader in an SVG, else is light.")
]
Fold = Annotated[
    int | None,
    typer.Option("--fold", metavar="K", min=1, help="Fold all but the first and the last K steps; as fits a page."),
]
NoFold = Annotated[bool, typer.Option("--no-fold", help="Draw every step, however many there are.")]
Focus = Annotated[
    list[str] | None, typer.Option("--focus", metavar="T[:T]", help="Steps that are not folded: 40 or 40:42.")
]
Compact = Annotated[bool, typer.Option("--compact", help="Draw each cell as its new state.")]
Hide = Annotated[
    list[str] | None,
    typer.Option("--hide", metavar="PART", help="Leave out input, output, loss or weights."),
]
Truncate = Annotated[
    str | None,
    typer.Option("--truncate", metavar="N", help="Carry errors back N steps; 7+6+6 cuts pieces of these lengths."),
]
TruncationStyle = Annotated[
    Style, typer.Option("--truncation", help="chunked: to the start of their piece; true: N steps, each error.")
]
Loss = Annotated[
    str | None, typer.Option("--loss", metavar="T[:T]", help="Carry back the errors of these steps alone: 25, 14:.")
]
ClipNorm = Annotated[
    float | None,
    typer.Option("--clip-norm", help="Mark where the summed gradients are clipped to this norm, all together."),
]
ClipValue = Annotated[
    float | None,
    typer.Option("--clip-value", help="Mark where every entry of them is held between minus and plus this."),
]
FormName = Annotated[
    Form | None,
    typer.Option(
        "--format", help="svg, png, pdf, dot, txt or json; as the file's name ends, else svg, or txt on a terminal."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "-o",
        "--output",
        metavar="FILE",
        help="A picture (.svg, .png, .pdf, .dot), its words (.txt) or its data (.json).",
    ),
]
