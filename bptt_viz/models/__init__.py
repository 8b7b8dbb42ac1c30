"""Whole models: cells, readout, loss and data."""

from bptt_viz.models.batch import Batch, windows
from bptt_viz.models.interface import Architecture, Feed, Model, Sizes
from bptt_viz.models.lookup import cell_class, discover_models, import_file, own_options, target_class, usable
from bptt_viz.models.request import Plan, Prepared, Request, blamed_on, planned, prepare
from bptt_viz.models.rollout import Rollout
from bptt_viz.models.sequence import SequenceModel

__all__ = [
    "Architecture",
    "Batch",
    "Feed",
    "Model",
    "Plan",
    "Prepared",
    "Request",
    "Rollout",
    "SequenceModel",
    "Sizes",
    "blamed_on",
    "cell_class",
    "discover_models",
    "import_file",
    "own_options",
    "planned",
    "prepare",
    "target_class",
    "usable",
    "windows",
]
