"""How cells are wired over time and depth."""

from bptt_viz.topologies.attention import Attention, attention_parameters
from bptt_viz.topologies.borders import CARRY, Borders, Held, alias_all, carried_over
from bptt_viz.topologies.module import Module
from bptt_viz.topologies.patterns import NAMES, Pattern, pattern
from bptt_viz.topologies.stack import MakeCell, Stack, stack_of
from bptt_viz.topologies.unroll import Between, Layer, advance, layer, unroll
from bptt_viz.topologies.vertical import Vertical, dropout_masks

__all__ = [
    "CARRY",
    "NAMES",
    "Attention",
    "Between",
    "Borders",
    "Held",
    "Layer",
    "MakeCell",
    "Module",
    "Pattern",
    "Stack",
    "Vertical",
    "advance",
    "alias_all",
    "attention_parameters",
    "carried_over",
    "dropout_masks",
    "layer",
    "pattern",
    "stack_of",
    "unroll",
]
