"""Published experiments, done again: one a file, found by scanning the folder."""

from bptt_viz.reproductions.interface import Experiment, Preset, discover_experiments, finding

__all__ = ["Experiment", "Preset", "discover_experiments", "finding"]
