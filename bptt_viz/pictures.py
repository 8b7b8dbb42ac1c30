"""Pictures for programs and notebooks: `draw` shows a rollout, or anything that was recorded on a tape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from numpy.typing import ArrayLike

from bptt_viz.analyses.graph import Detail, graph_view, parse_scale, tape_view
from bptt_viz.arrays import inexact
from bptt_viz.console.output import provenance, write_file
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout
from bptt_viz.render.graph import FORMATS, graph_bytes
from bptt_viz.render.theme import THEMES
from bptt_viz.results.graph import GraphView, Level
from bptt_viz.tape import Node

PaperName = Literal["auto", "light", "dark"]


@dataclass(frozen=True)
class Picture:
    """A graph that a notebook shows and that can be saved.

    Attributes:
        view: all that is in it, with places and numbers.
        theme: the paper it is drawn on: `light`, `dark`, or `auto` for what the reader prefers.
    """

    view: GraphView
    theme: PaperName = "auto"

    def data(self, form: str) -> bytes:
        """Return it as the contents of a file: `svg`, `dot`, `png` or `pdf`.

        Raises:
            MissingError: PNG or PDF is wanted and no Graphviz is installed.
            UsageError: the form is none of those.
        """
        return graph_bytes(self.view, form, THEMES.get(self.theme))

    def save(self, path: str | Path) -> None:
        """Write a file whose name says the form: .svg, .dot, .png or .pdf; errors as for `data` and of writing."""
        place = Path(path)
        form = place.suffix.lower().removeprefix(".")
        if form not in FORMATS:
            raise UsageError(f"{place}: the name must end in one of {', '.join(f'.{one}' for one in FORMATS)}")
        write_file(place, self.data(form))

    def _repr_svg_(self) -> str:
        """Return it for a notebook, no wider than the page."""
        drawn = self.data("svg").decode()
        return drawn[drawn.index("<svg") :].replace("<svg", '<svg style="max-width:100%;height:auto"', 1)


def draw(
    what: Rollout | Node | Sequence[Node],
    *,
    level: str = "op",
    at: str | int | None = None,
    gradients: bool = False,
    values: bool = False,
    norms: bool = False,
    scale: str | None = None,
    seeds: Mapping[Node, ArrayLike] | None = None,
    title: str = "",
    theme: PaperName = "auto",
) -> Picture:
    """Draw a rollout, or every operation that one or several nodes of a tape depend on.

    A tape whose nodes were recorded under times (`with tape.at(t=3): …`) gets a panel a time step, any other one panel.

    Args:
        what: a recorded model, as `prepare(request).run()` returns it, or results of a computation of one's own.
        level: of a rollout, as of `bptt-viz graph --level`.
        at: steps of a rollout at op level: 5, "3:6", "3:" or ":".
        gradients: draw what flows back, wider and in a stronger colour the larger its norm.
        values: write numbers along the wires; of large arrays the range.
        norms: write norms along the wires.
        scale: norms at the ends of the gradients' scale, such as "1e-3:10".
        seeds: of nodes that are arrays, the gradients with which the backward pass begins; numbers begin with 1.
        title: what it shows.
        theme: the paper: `light`, `dark`, or `auto` for what the reader prefers.

    Raises:
        UsageError: an option does not fit, or a node leads to nothing that can be drawn.
    """
    ends = None if scale is None else parse_scale(scale)
    if theme not in {"auto", *THEMES}:
        raise UsageError(f"theme must be auto, light or dark, got {theme!r}")
    detail = Detail(values, norms)
    options: dict[str, Any] = {"gradients": gradients, "values": values, "norms": norms, "scale": scale}
    if isinstance(what, Rollout):
        ran = provenance("draw", options | {"level": level, "at": at})
        steps = None if at is None else str(at)
        return Picture(graph_view(what, _level(level), ran, steps, gradients, None, detail, ends), theme)
    results = [what] if isinstance(what, Node) else list(what)
    arrays = {node: inexact(seed, "a seed") for node, seed in (seeds or {}).items()}
    return Picture(tape_view(results, provenance("draw", options), title, gradients, detail, ends, arrays), theme)


def _level(name: str) -> Level:
    try:
        return Level(name)
    except ValueError:
        raise UsageError(f"level must be one of {', '.join(Level)}, got {name!r}") from None
