"""Rollouts with chosen weights, and their reports."""

from dataclasses import replace

import numpy as np

from bptt_viz.analyses.norms import norm_report
from bptt_viz.models import Request, prepare


def prepared(cell="rnn", values=None, **options):
    """Prepare a model; `values` replaces parameters, whole by an array or filled with a number."""
    made = prepare(Request(cell=cell, **options))
    drawn = made.values | {name: np.full_like(made.values[name], value) for name, value in (values or {}).items()}
    return replace(made, values=drawn)


def report(cell="rnn", values=None, loss="all", **options):
    """Measure a model."""
    return norm_report(prepared(cell, values, **options), loss)
