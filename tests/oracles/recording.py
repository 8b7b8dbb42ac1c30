"""A stack of cells recorded with the input sequence as a leaf, so that its gradient can be had too."""

from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import norm
from bptt_viz.ops import at_step
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Layer, layer, unroll


class Recorded(NamedTuple):
    """What was recorded: x (T, N, D), the layers from bottom to top, and the top layer's h_t."""

    tape: Tape
    x: Node
    layers: list[Layer]
    tops: list[Node]


def record(cells, parameters, x, start):
    """Unroll `cells` over x (T, N, D); parameters and initial states (N, H) come as one mapping a layer."""
    tape = Tape()
    sequence = tape.leaf(x, "x")
    layers = []
    for depth, (cell, own, first) in enumerate(zip(cells, parameters, start, strict=True)):
        shared = {name: tape.leaf(value, name) for name, value in own.items()}
        layers.append(layer(tape, cell, depth, shared, {name: tape.leaf(value, name) for name, value in first.items()}))
    tops = unroll(layers, [at_step(sequence, t) for t in range(len(x))])
    return Recorded(tape, sequence, layers, tops)


def relative_error(found, expected):
    """Return ‖found − expected‖ / ‖expected‖; the shapes must agree and ‖expected‖ must not be 0."""
    assert found.shape == expected.shape
    assert np.any(expected), "an oracle of zeros shows nothing"
    return norm(found - expected) / norm(expected)
