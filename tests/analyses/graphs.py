"""Pictures to examine, and what lies on what in them."""

import numpy as np

from bptt_viz.analyses.graph import Detail, graph_view, parse_scale, record
from bptt_viz.models import Request, prepare
from bptt_viz.results.graph import Level
from bptt_viz.results.provenance import Provenance

RAN = Provenance("graph", {"seed": 0}, "0.1.0", "2.0", "3.11")
UNSEEN = {"fork", "end"}


def recorded(cell="rnn", **options):
    """Record a small model on the word hello."""
    return record(prepare(Request(cell=cell, **{"hidden": 3, "text": "hello", **options})))


def seen(cell="rnn", level="step", at=None, gradients=False, values=False, norms=False, scale=None, **options):
    """Return a picture of a small model on the word hello."""
    ends = None if scale is None else parse_scale(scale)
    rollout = recorded(cell, **options)
    return graph_view(rollout, Level(level), RAN, at, gradients, None, Detail(values, norms), ends)


def kinds(view):
    """Return how many nodes of each kind there are."""
    found = {}
    for node in view.nodes:
        found[node.kind] = found.get(node.kind, 0) + 1
    return found


def label_of(view, name):
    (node,) = (node for node in view.nodes if node.id == name)
    return node.label or node.kind


def joined(view, kind="value"):
    """Return the edges of a kind as pairs of what is written into the nodes that they join."""
    labels = {node.id: node.label or node.kind for node in view.nodes}
    return sorted((labels[edge.source], labels[edge.target]) for edge in view.edges if edge.kind == kind)


def loose(view):
    """Return the edges that join nothing that is drawn, but for lines that never do."""
    drawn = {node.id for node in view.nodes}
    return [edge.id for edge in view.edges if edge.source and not {edge.source, edge.target} <= drawn]


def _room(thing):
    return thing.x - thing.width / 2, thing.y - thing.height / 2, thing.x + thing.width / 2, thing.y + thing.height / 2


def shapes(view):
    return {node.id: _room(node) for node in view.nodes if node.kind not in UNSEEN}


def texts(view):
    along = {f"{edge.id}:{label.kind}": _room(label) for edge in view.edges for label in edge.texts}
    return along | {label.text: _room(label) for label in view.labels}


def overlaps(view):
    """Return the pairs of shapes and texts that lie on each other."""
    things = shapes(view) | texts(view)
    names, rooms = list(things), np.array(list(things.values()))
    low, high = rooms[:, :2], rooms[:, 2:]
    common = np.minimum(high[:, None], high[None]) - np.maximum(low[:, None], low[None])
    pairs = np.argwhere(np.triu((common > 1).all(axis=-1), 1))
    return [(names[first], names[second]) for first, second in pairs]


def points(path, each=12):
    """Return points along a path of cubic Bézier pieces."""
    t = np.linspace(0, 1, each)[:, None]
    pieces = [np.array(path[k : k + 4]) for k in range(0, len(path) - 1, 3)]
    powers = np.hstack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3])
    return np.concatenate([powers @ piece for piece in pieces])


def crossed(view):
    """Return the edges that run through a shape that they do not join, or through a text of another edge."""
    things = shapes(view) | texts(view)
    names, rooms = list(things), np.array(list(things.values()))
    found = []
    for edge in view.edges:
        places = points(edge.course)[:, None]
        inside = ((rooms[:, :2] + (2, 3) < places) & (places < rooms[:, 2:] - (2, 3))).all(axis=-1).any(axis=0)
        run_through = [names[k] for k in np.flatnonzero(inside)]
        own = {edge.source, edge.target}
        found += [(edge.id, name) for name in run_through if name not in own and not name.startswith(f"{edge.id}:")]
    return found
