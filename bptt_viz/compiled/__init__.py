"""Recorded passes as lists of calls on fixed memory, for running them many times."""

from bptt_viz.compiled.families import IrregularError
from bptt_viz.compiled.program import Program, Recorded

__all__ = ["IrregularError", "Program", "Recorded"]
