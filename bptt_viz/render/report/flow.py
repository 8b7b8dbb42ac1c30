"""The section about the unrolled network: its graph, which can be played, and one step in full."""

from collections.abc import Iterator
from itertools import pairwise

from bptt_viz.render.characters import shown
from bptt_viz.render.numbers import scientific
from bptt_viz.render.report.parts import Drawing, Figure, Section, Table
from bptt_viz.render.svg import ALL, Inline, svg_element, used_by
from bptt_viz.render.svg_style import Used
from bptt_viz.results.graph import GraphNode, GraphView
from bptt_viz.results.playback import Playback
from bptt_viz.results.report import Absent, Flow, Report, Subject

_PAPER = 960.0
"""How wide a graph may be, in points, so that its letters can be read on a sheet of paper."""
_OVERLAP = 40.0
"""Of parts below each other, in points: a node that stands between two steps is whole in one of them."""


def flow_section(report: Report) -> Section:
    """Return the pictures of each run."""
    figures: list[Figure] = []
    absent = []
    for place, subject in enumerate(report.subjects):
        if isinstance(subject.flow, Absent):
            absent.append((subject.label, subject.flow.reason))
        else:
            figures += _figures(subject, subject.flow, place, len(report.subjects) > 1)
    return Section("flow", "The unrolled network, and what flows back", (), tuple(figures), tuple(absent))


def used(report: Report) -> Iterator[Used]:
    """Yield what the pictures need styles for."""
    for subject in report.subjects:
        if not isinstance(subject.flow, Absent):
            yield from map(used_by, (subject.flow.whole, subject.flow.step))


def _figures(subject: Subject, flow: Flow, place: int, many: bool) -> Iterator[Figure]:
    whose = f": {subject.label}" if many else ""
    turns = tuple(_turns(None if flow.shortened else subject, flow.playback))
    inline = Inline(f"g{place}-", flow.playback.edges)
    yield Figure(
        f"graph-{place}",
        f"All time steps{whose}",
        ("Thin arrows: values forward. Coloured arrows: gradients back, wider the larger their norm.", *_fewer(flow)),
        Drawing(svg_element(flow.whole, inline), turns, tuple(_strips(flow.whole)), f"{inline.prefix}{ALL}"),
        (_nodes(flow.whole), _arrows(flow.whole)),
        f"graph {subject.arguments} --gradients",
    )
    yield Figure(
        f"step-{place}",
        f"One step, operation by operation{whose}",
        ("Green: names of values. Red: expressions of gradients, as the recorded operations give them.",),
        Drawing(svg_element(flow.step, Inline(f"o{place}-"))),
        (_nodes(flow.step), _arrows(flow.step)),
        f"graph {subject.arguments} --level op --gradients",
    )


def _strips(view: GraphView) -> Iterator[str]:
    """Yield view boxes of the parts of a graph that is too wide for paper, each of whole time steps, with a rim."""
    start, end = view.origin[0], view.origin[0] + view.size[0]
    if view.size[0] <= _PAPER:
        return
    cuts = [*_between_steps(view), end]
    for at, cut in enumerate(cuts):
        if at + 1 == len(cuts) or cuts[at + 1] - start > _PAPER:
            wide = max(cut - start, _PAPER / 2) + 2 * _OVERLAP
            yield f"{start - _OVERLAP:.1f} 0 {wide:.1f} {view.size[1]:.0f}"
            start = cut


def _between_steps(view: GraphView) -> Iterator[float]:
    """Yield where one time step's column ends and the next one's begins."""
    sides: dict[int, tuple[float, float]] = {}
    for node in view.nodes:
        if node.t is not None and node.t > 0:
            left, right = sides.get(node.t, (node.x, node.x))
            sides[node.t] = min(left, node.x - node.width / 2), max(right, node.x + node.width / 2)
    steps = [sides[t] for t in sorted(sides)]
    yield from ((one[1] + other[0]) / 2 for one, other in pairwise(steps))


def _fewer(flow: Flow) -> Iterator[str]:
    """Yield what the picture leaves out."""
    if flow.shortened:
        yield f"So that it can be read, this is the same model over the first {flow.shortened} steps alone."
    if any(node.fold for node in flow.whole.nodes):
        yield "The steps in the middle are folded."


def _turns(subject: Subject | None, played: Playback) -> Iterator[str]:
    """Yield a line for each moment of the backward pass: which steps, and what arrives at their states if known."""
    for times in played.moments:
        states = [(t, *each) for t in times[:2] for each in _arriving(subject, t)] if subject else []
        said = [f"‖∂L/∂{name}_{t}‖ = {scientific(norm)}" for t, name, norm in states]
        when = f"step{'s' * (len(times) > 1)} {', '.join(map(str, times))}"
        if len(times) > 3:
            when = f"steps {times[0]} to {times[-1]}"
        yield " · ".join([when, *said]) if times else "sums over all steps"


def _arriving(subject: Subject, t: int) -> Iterator[tuple[str, float]]:
    layer = next((layer for layer in reversed(subject.norms.layers) if t in layer.steps), None)
    if layer is not None:
        place = layer.steps.index(t)
        for state in layer.states:
            yield state.name, state.total[place]


def _nodes(view: GraphView) -> Table:
    told = [node for node in view.nodes if node.label and node.tooltip]
    rows = tuple((_name(node), *_lines(node.tooltip)) for node in told)
    return Table(f"{view.title}: nodes", ("node", "what it is", "more"), rows)


def _name(node: GraphNode) -> str:
    label = shown(node.label.replace("\n", " "))
    return label if node.t is None else f"{label}, step {node.t}"


def _lines(tooltip: str) -> tuple[str, str]:
    first, _, rest = shown(tooltip, "\n").partition("\n")
    return first, rest.replace("\n", "; ")


def _arrows(view: GraphView) -> Table:
    names = {node.id: _name(node) for node in view.nodes if node.label}
    rows = []
    for edge in view.edges:
        if edge.kind == "gradient" and edge.norm is not None:
            said = shown(edge.tooltip, "\n").partition("\n")[0]
            way = f"{names.get(edge.source, '·')} → {names.get(edge.target, '·')}"
            rows.append((way, said.rpartition(": norm")[0] or said.rpartition(", norm")[0], scientific(edge.norm)))
    return Table(f"{view.title}: what flows back", ("arrow", "gradient", "norm"), tuple(rows))
