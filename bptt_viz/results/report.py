"""All that is known of one run, or of two side by side."""

from dataclasses import dataclass

from bptt_viz.results.activations import Activations
from bptt_viz.results.check import Check
from bptt_viz.results.credit import Credit
from bptt_viz.results.curves import Curves
from bptt_viz.results.graph import GraphView
from bptt_viz.results.norms import NormReport
from bptt_viz.results.playback import Playback
from bptt_viz.results.spectrum import Spectrum


@dataclass(frozen=True, slots=True)
class Absent:
    """A part that there cannot be.

    Attributes:
        reason: why, in a sentence.
    """

    reason: str


@dataclass(frozen=True, slots=True)
class Flow:
    """The unrolled network with what flows back, and one of its steps in full.

    Attributes:
        whole: all time steps; those of long runs are folded.
        playback: the order of the backward pass in it.
        step: one step, operation by operation.
        shortened: the steps of `whole`, if that is a shorter run than the report's, of the same model.
    """

    whole: GraphView
    playback: Playback
    step: GraphView
    shortened: int | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One run.

    Attributes:
        label: what it is called: MODEL as it was given, with options of its own.
        arguments: what to type after a command's name to have the same run there.
        norms: the per-step gradient report.
        flow: its pictures.
        credit: how far back each loss reaches.
        activations: what its gates do.
        curves: how gradients of its cell fade at several spectral radii.
        spectrum: growth rates in every direction of the state.
        check: of its gradients, at small sizes.
    """

    label: str
    arguments: str
    norms: NormReport
    flow: Flow | Absent
    credit: Credit | Absent
    activations: Activations
    curves: Curves | Absent
    spectrum: Spectrum | Absent
    check: Check | Absent


@dataclass(frozen=True, slots=True)
class Report:
    """The whole report.

    Attributes:
        finding: what the comparison of two comes to; of a single run, its verdict in a word.
        subjects: one or two.
    """

    finding: str
    subjects: tuple[Subject, ...]
