"""Weight files of other programs and of our own: what they hold, and how it maps onto models."""

from bptt_viz.weights.contents import Contents, Dense, Part, Recurrent, Table
from bptt_viz.weights.fitting import Fitted, fitted, settled
from bptt_viz.weights.mapping import Network, mapped
from bptt_viz.weights.preparing import prepare
from bptt_viz.weights.reading import read_weights
from bptt_viz.weights.writers import Writer, writer

__all__ = [
    "Contents",
    "Dense",
    "Fitted",
    "Network",
    "Part",
    "Recurrent",
    "Table",
    "Writer",
    "fitted",
    "mapped",
    "prepare",
    "read_weights",
    "settled",
    "writer",
]
