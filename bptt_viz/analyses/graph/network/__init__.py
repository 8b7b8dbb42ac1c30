"""The picture at step level of any model: boxes for cells, states and modules, wired as the tape tells."""

from bptt_viz.analyses.graph.network.drawing import draw_network

__all__ = ["draw_network"]
