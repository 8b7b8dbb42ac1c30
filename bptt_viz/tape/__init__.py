"""Define-by-run recording and the two derivative passes; knows no primitive by name."""

from bptt_viz.tape.backward import Cotangents, backward
from bptt_viz.tape.forward import Tangents, forward
from bptt_viz.tape.node import Node, Scope, record
from bptt_viz.tape.pending import Join, Pending, joined
from bptt_viz.tape.primitive import LEAF, Primitive
from bptt_viz.tape.tape import NO_ATTRIBUTES, Seeds, Tape

__all__ = [
    "LEAF",
    "NO_ATTRIBUTES",
    "Cotangents",
    "Join",
    "Node",
    "Pending",
    "Primitive",
    "Scope",
    "Seeds",
    "Tangents",
    "Tape",
    "backward",
    "forward",
    "joined",
    "record",
]
