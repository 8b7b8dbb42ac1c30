"""How cells are wired over time and depth."""

from bptt_viz.topologies.patterns import NAMES, Pattern, pattern
from bptt_viz.topologies.unroll import Held, Layer, layer, unroll

__all__ = ["NAMES", "Held", "Layer", "Pattern", "layer", "pattern", "unroll"]
