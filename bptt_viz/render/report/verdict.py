"""The head of the page: each run's verdict, why, and what to try; of two runs the figures side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import exp, isfinite
from shlex import join, split

from bptt_viz.render.norms_reasons import why_words
from bptt_viz.render.norms_words import fit_words, memory_words, rate_words, run_words, verdict_words
from bptt_viz.render.numbers import compact, scientific, steps
from bptt_viz.render.report.checked import check_words
from bptt_viz.render.report.parts import Table
from bptt_viz.results.check import Check
from bptt_viz.results.report import Report, Subject
from bptt_viz.results.spectrum import Spectrum


@dataclass(frozen=True, slots=True)
class Card:
    """What is said of one run at the top.

    Attributes:
        label: what the run is called.
        verdict: one word.
        sentence: the same with numbers.
        reasons: names, each with its sentences.
        advice: what to try.
        arguments: the same on the command line.
        ran: what was run.
    """

    label: str
    verdict: str
    sentence: str
    reasons: tuple[tuple[str, tuple[str, ...]], ...]
    advice: str
    arguments: str
    ran: str


def card(subject: Subject) -> Card:
    """Return what is said of one run at the top."""
    norms = subject.norms
    arguments = norms.advice.arguments
    return Card(
        subject.label,
        norms.verdict.value,
        _sentence(verdict_words(norms)),
        tuple(_reasons(subject)),
        norms.advice.sentence,
        f"bptt-viz norms {_advised(subject)}" if arguments else "",
        run_words(norms),
    )


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]


def _advised(subject: Subject) -> str:
    """Return what to type: the run's own arguments, changed as is advised."""
    advised = list(subject.norms.advice.arguments)
    if not advised[0].startswith("-"):
        return join(advised)
    own, changed = split(subject.arguments), {word for word in advised if word.startswith("--")} - {"--set"}
    for place in range(len(own) - 2, 0, -1):  # an option that is advised takes the place of the run's
        if own[place] in changed:
            del own[place : place + 2]
    return join([*own, *advised])


def _reasons(subject: Subject) -> Iterator[tuple[str, tuple[str, ...]]]:
    norms = subject.norms
    for name, said in (("reach", memory_words(norms)), ("why", why_words(norms)), ("fit", fit_words(norms))):
        if said:
            yield name, tuple(said)
    if isinstance(subject.spectrum, Spectrum):
        yield "spectrum", (subject.spectrum.finding,)
    if isinstance(subject.check, Check):
        yield "check", (check_words(subject.check),)


def side_by_side(report: Report) -> Table | None:
    """Return the figures of two runs, a column each; None for a single run."""
    if len(report.subjects) == 1:
        return None
    columns = [tuple(_figures(subject)) for subject in report.subjects]
    rows = tuple((name, *(column[k][1] for column in columns)) for k, (name, _) in enumerate(columns[0]))
    return Table("Side by side", ("", *(subject.label for subject in report.subjects)), rows)


def _figures(subject: Subject) -> Iterator[tuple[str, str]]:
    norms, decay = subject.norms, subject.norms.chain.decay
    losses = [loss for loss in norms.losses if loss is not None]
    yield "verdict", norms.verdict.value
    yield "factor a step back", f"×{rate_words(decay)}" if decay else "–"
    yield "half-life", steps(decay.half_life) if decay and decay.half_life else "–"
    yield "left at step 1 of the last loss's gradient", scientific(norms.chain.share)
    yield "loss", compact(sum(losses)) if losses else "–"
    yield "largest Lyapunov exponent", _largest(subject)
    yield "gradient check", subject.check.verdict.value if isinstance(subject.check, Check) else "–"
    yield "time steps T", str(norms.run.steps)
    yield "hidden size H", str(norms.run.hidden)


def _largest(subject: Subject) -> str:
    if not isinstance(subject.spectrum, Spectrum):
        return "–"
    top = subject.spectrum.lyapunov.exponents[0]
    return f"{top:+.3f} (×{exp(top):.3g} a step)" if isfinite(top) else "−∞"
