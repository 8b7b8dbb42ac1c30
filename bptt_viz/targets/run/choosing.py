"""The outcome for a target whose code computes no loss: compared with the gradient of one that it may be meant for."""

from dataclasses import replace

from bptt_viz.results.targets import Outcome, TargetCheck, verdict_of
from bptt_viz.targets.declaration import Call, Target
from bptt_viz.targets.losses import LOSSES, in_words
from bptt_viz.targets.run.judging import Judge, Load
from bptt_viz.targets.run.question import Question


def judged(target: Target, question: Question, load: Load, sure: bool) -> TargetCheck:
    """Return the outcome for a target, where it names several losses for the one that fits best.

    A loss that is not computed has no scale, so a factor that all gradients share is none to speak of.
    """
    if not target.losses:
        return Judge(target, question, load, sure=sure).judged()
    tried: list[tuple[Call, TargetCheck]] = []
    for loss in target.losses:
        found = Judge(replace(target, losses=(loss,)), question, load, sure=sure).judged()
        tried.append((loss, found))
        if found.outcome not in {Outcome.WRONG, Outcome.INCONCLUSIVE, Outcome.NOT_RECOGNISED}:
            return _told(loss, found)
    loss, best = max(tried, key=lambda each: (_right(each[1]), each[1].outcome is Outcome.WRONG))
    if target.source == "recognised" and best.outcome is Outcome.WRONG and not _right(best):
        return _unknown(target, best)
    return _told(loss, best)


def _right(found: TargetCheck) -> int:
    """Return how many gradients are right at every point."""
    wrong = {made.name for case in found.cases for made in case.comparisons if not made.passed}
    return len({made.name for case in found.cases for made in case.comparisons} - wrong)


def _told(loss: Call, found: TargetCheck) -> TargetCheck:
    formula = in_words(loss.name, *(each.name for each in loss.arguments))
    said = f"compared with the gradient of {formula}, since the code computes no loss from them"
    return replace(found, notes=(said, *found.notes))


def _unknown(target: Target, found: TargetCheck) -> TargetCheck:
    """Refuse where no gradient is that of any loss: which one is meant is not known then."""
    output, wanted = (each.name for each in target.losses[0].arguments)
    sentence = (
        f"{target.backward.name if target.backward is not None else 'backward'} starts from {wanted}, and what it"
        f" returns is the gradient of neither {' nor '.join(in_words(each, output, wanted) for each in LOSSES)};"
        " to be declared: a forward pass that computes the loss"
    )
    refused = Outcome.NOT_RECOGNISED
    return replace(found, outcome=refused, verdict=verdict_of(refused), diagnosis=sentence, cases=(), hint="")
