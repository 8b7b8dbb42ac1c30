"""The outcome of a target that cannot be checked: what its code raised, or did not give back."""

import re
from typing import NamedTuple

from bptt_viz.checking.problem import Misbehaviour
from bptt_viz.results.targets import Outcome, SourceLine
from bptt_viz.targets.run.binding import Nothing
from bptt_viz.targets.run.loading import Loaded
from bptt_viz.targets.run.outdated import for_python2, set_by_running
from bptt_viz.targets.run.posed import Misshapen, NoGradient
from bptt_viz.targets.run.preparing import NoOutput
from bptt_viz.targets.run.raised import Raised
from bptt_viz.targets.run.unfinished import is_unfinished

_TENSORS = re.compile(r"(must be|expected) Tensor|'numpy.ndarray' object has no attribute '(detach|unsqueeze|clone)'")
# What code raises that is given other arrays than it expects.
_OF_SHAPES = (ValueError, IndexError, TypeError, KeyError, AttributeError, AssertionError)


class Refusal(NamedTuple):
    """Why there is no gradient to compare.

    Attributes:
        outcome: which outcome that is.
        sentence: says it.
        raised: the user's line that raised; None if none did.
        hint: what the fault looks like; empty if that is not certain enough.
    """

    outcome: Outcome
    sentence: str
    raised: SourceLine | None = None
    hint: str = ""


def refusal(cause: Exception, label: str, loaded: Loaded, sure: bool) -> Refusal:
    """Return the outcome of code that ran at no point, or of whose results nothing can be compared.

    Args:
        cause: how it failed.
        label: at which shapes it got furthest; empty if they do not matter.
        loaded: the file.
        sure: whether the shapes that it was given are beyond doubt.
    """
    if isinstance(cause, NoOutput):
        return Refusal(Outcome.TODO, f"forward returns None for {cause}")
    if isinstance(cause, NoGradient | Nothing):
        return Refusal(Outcome.TODO, str(cause))
    if isinstance(cause, Raised):
        if is_unfinished(cause, loaded.tree, loaded.text):
            return Refusal(Outcome.TODO, f"{cause.phase} is not written yet: {cause}", cause.at)
        return _raised(cause, label, loaded, sure)
    if isinstance(cause, Misshapen):
        return Refusal(Outcome.WRONG, str(cause), hint=cause.look)
    return Refusal(Outcome.WRONG if isinstance(cause, Misbehaviour) else Outcome.NOT_RECOGNISED, str(cause))


def _of_a_module(cause: Raised) -> bool:
    """Tell whether a module lacks what is asked of it, as in `np.range`, which no other shapes would mend."""
    return isinstance(cause.error, AttributeError) and "module '" in str(cause.error)


def _raised(cause: Raised, label: str, loaded: Loaded, sure: bool) -> Refusal:
    change = for_python2(cause, loaded.tree)
    if change:
        return Refusal(Outcome.PYTHON2, change, cause.at)
    lacking = set_by_running(cause, loaded.tree)
    if lacking is not None:
        name, line = lacking
        why = loaded.why_missing(name) or f" (line {line} sets it when the whole file is run)"
        sentence = f'{cause.phase} needs {name}{why}; declare it, such as globals = "{name}=5"'
        return Refusal(Outcome.NOT_RECOGNISED, sentence, cause.at)
    where = f" (at {label})" if label else ""
    if isinstance(cause.error, TypeError) and _TENSORS.search(str(cause.error)):
        sentence = f"{cause.phase} computes with tensors, and is handed NumPy arrays here: {cause}"
        return Refusal(Outcome.NOT_RECOGNISED, sentence, cause.at)
    if isinstance(cause.error, NameError) and "*" in loaded.missing:
        where += f"; perhaps it is from {loaded.missing['*']}, which cannot be imported here"
    if not sure and cause.phase != "backward" and isinstance(cause.error, _OF_SHAPES) and not _of_a_module(cause):
        sentence = f"what goes in could not be told for certain: {cause.phase} raised {cause}{where}; declare shapes"
        return Refusal(Outcome.NOT_RECOGNISED, sentence, cause.at)
    return Refusal(Outcome.CRASHED, f"{cause.phase} raised {cause}{where}", cause.at)
