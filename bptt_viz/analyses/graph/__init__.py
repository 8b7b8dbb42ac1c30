"""Pictures of an unrolled network, laid out on a grid whose columns are time steps."""

from bptt_viz.analyses.graph.view import graph_view, record

__all__ = ["graph_view", "record"]
