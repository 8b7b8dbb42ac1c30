"""Weight files of other programs and of our own: what they hold, and how it maps onto models."""

from bptt_viz.weights.contents import Contents, Dense, Part, Recurrent, Table
from bptt_viz.weights.reading import read_weights

__all__ = ["Contents", "Dense", "Part", "Recurrent", "Table", "read_weights"]
