"""Parts of a network that keep no state: attention, embeddings, what makes an initial state."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bptt_viz.arrays import Array
from bptt_viz.cells import State
from bptt_viz.tape import Node


@dataclass(frozen=True, slots=True)
class Module:
    """One such part, with what it did at each step of the clock; step 0 is before time.

    Attributes:
        name: what it is, and the role of its nodes' scopes.
        label: what a picture writes into it.
        depth: its row: the `layer` of its nodes' scopes.
        parameters: the shared weights, by their name in the module.
        outcomes: by step, what it hands on.
        maps: by step, the weights of an attention (…, N, L) over L places.
        aliases: by step, each weight as that step used it; its cotangent is dW_t.
        places: by step, the place that a hard attention has chosen in each row, (…, N).
        about: its equations, in one line.
    """

    name: str
    label: str
    depth: int
    parameters: Mapping[str, Node] = field(default_factory=dict)
    outcomes: dict[int, Node] = field(default_factory=dict)
    aliases: dict[int, State] = field(default_factory=dict)
    maps: dict[int, Node] = field(default_factory=dict)
    places: dict[int, Array] = field(default_factory=dict)
    about: str = ""
