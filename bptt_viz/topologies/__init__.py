"""How cells are wired over time and depth."""

from bptt_viz.topologies.borders import CARRY, Borders, Held, alias_all, carried_over
from bptt_viz.topologies.module import Module
from bptt_viz.topologies.patterns import NAMES, Pattern, pattern
from bptt_viz.topologies.stack import MakeCell, Stack, stack_of
from bptt_viz.topologies.unroll import Layer, advance, layer, unroll

__all__ = [
    "CARRY",
    "NAMES",
    "Borders",
    "Held",
    "Layer",
    "MakeCell",
    "Module",
    "Pattern",
    "Stack",
    "advance",
    "alias_all",
    "carried_over",
    "layer",
    "pattern",
    "stack_of",
    "unroll",
]
