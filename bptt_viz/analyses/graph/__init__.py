"""Pictures of an unrolled network, laid out on a grid whose columns are time steps."""

from bptt_viz.analyses.graph.choice import Choice
from bptt_viz.analyses.graph.clip_marks import Clip
from bptt_viz.analyses.graph.scale import parse_scale
from bptt_viz.analyses.graph.steps import Detail
from bptt_viz.analyses.graph.tape_view import tape_view
from bptt_viz.analyses.graph.truncation import Truncation
from bptt_viz.analyses.graph.view import graph_view, record

__all__ = ["Choice", "Clip", "Detail", "Truncation", "graph_view", "parse_scale", "record", "tape_view"]
