"""From what was recorded to a picture: a rollout, or anything that stands on a tape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from numpy.typing import ArrayLike

from bptt_viz.analyses.graph import Choice, Detail, graph_view, parse_scale, tape_view
from bptt_viz.arrays import inexact
from bptt_viz.console.output import provenance
from bptt_viz.console.progress import Tick
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout
from bptt_viz.results.graph import GraphView, Level
from bptt_viz.results.graph import Scale as Ends
from bptt_viz.tape import Node


@dataclass(frozen=True)
class Drawing:
    """What a picture shows.

    Attributes:
        level: of a rollout: by time steps, gates or operations.
        at: steps of a rollout at op level, such as `5`, `3:6`, `3:` or `:`; None for a telling one.
        gradients: what flows back, wider and in a stronger colour the larger its norm.
        scale: norms at the ends of the gradients' scale, `MIN:MAX`; None fits them.
        values: numbers along the wires; of large arrays the range.
        norms: norms along the wires.
    """

    level: Level = Level.STEP
    at: str | None = None
    gradients: bool = False
    scale: str | None = None
    values: bool = False
    norms: bool = False

    @property
    def options(self) -> dict[str, Any]:
        """The same by name, for the provenance."""
        named = {"level": self.level.value, "at": self.at, "gradients": self.gradients, "scale": self.scale}
        return named | {"values": self.values, "norms": self.norms}

    @property
    def detail(self) -> Detail:
        """What is written along the wires."""
        return Detail(self.values, self.norms)

    @property
    def ends(self) -> Ends | None:
        """The ends of the scale.

        Raises:
            UsageError: it is no scale.
        """
        return None if self.scale is None else parse_scale(self.scale)


def of_rollout(
    rollout: Rollout,
    wanted: Drawing,
    ran: Mapping[str, Any] | None = None,
    choice: Choice | None = None,
    tick: Tick | None = None,
) -> GraphView:
    """Draw a rollout.

    Args:
        rollout: what was recorded.
        wanted: what the picture shows.
        ran: options for the provenance; None for those of the picture.
        choice: which steps and parts of it; None for what fits a page.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: an option does not fit.
    """
    made = provenance("graph", wanted.options if ran is None else ran)
    at, ends = wanted.at, wanted.ends
    return graph_view(rollout, wanted.level, made, at, wanted.gradients, tick, wanted.detail, ends, choice or Choice())


def of_nodes(
    results: Node | Sequence[Node],
    wanted: Drawing,
    seeds: Mapping[Node, ArrayLike] | None = None,
    title: str = "",
) -> GraphView:
    """Draw every operation that one or several nodes of a tape depend on.

    A tape whose nodes were recorded under times (`with tape.at(t=3): …`) gets a panel a time step, any other one panel.

    Args:
        results: the nodes.
        wanted: what the picture shows.
        seeds: of nodes that are arrays, the gradients with which the backward pass begins; numbers begin with 1.
        title: what it shows.

    Raises:
        UsageError: the nodes lead to nothing that can be drawn, or seeds do not fit.
    """
    listed = [results] if isinstance(results, Node) else list(results)
    if not all(isinstance(each, Node) for each in listed):
        raise UsageError(f"expected nodes of a tape, got {results!r}")
    arrays = {node: inexact(seed, "a seed") for node, seed in (seeds or {}).items()}
    shown = {name: value for name, value in wanted.options.items() if name not in {"level", "at"}}
    ran = provenance("graph", shown)
    return tape_view(listed, ran, title, wanted.gradients, wanted.detail, wanted.ends, arrays)
