"""Whole models: cells, readout, loss and data."""

from bptt_viz.models.batch import Batch, windows
from bptt_viz.models.request import Prepared, Request, cell_class, cell_options, prepare
from bptt_viz.models.rollout import Rollout
from bptt_viz.models.sequence import SequenceModel

__all__ = [
    "Batch",
    "Prepared",
    "Request",
    "Rollout",
    "SequenceModel",
    "cell_class",
    "cell_options",
    "prepare",
    "windows",
]
