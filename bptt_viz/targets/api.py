"""What Python programs and tests call: checks of files of users' code, and of targets that they declare."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from bptt_viz.checking.options import request_from
from bptt_viz.checking.run import CheckRequest
from bptt_viz.errors import UsageError
from bptt_viz.results.targets import Outcome, TargetCheck, outcomes, verdict_of
from bptt_viz.targets.files import check_code, is_code
from bptt_viz.targets.run.files import File
from bptt_viz.targets.run.files import check_file as run_file
from bptt_viz.targets.run.limits import Limits
from bptt_viz.targets.run.question import Question
from bptt_viz.targets.tables import from_table

# Options that say how users' code is checked, beside those of limits and outcomes.
_OF_QUESTIONS = ("full", "method", "rtol", "atol", "eps", "shapes", "seed")
_OF_CODE = ("fail_on", "time_limit", "memory_limit")


class Target:
    """A forward and a backward pass, declared where they are defined: `rnn = Target(forward="…", backward="…")`.

    Takes the keys of a declaration in TOML, each a text. `bptt-viz check` reads it from the file without running it.
    """

    def __init__(self, **words: str) -> None:
        caller = sys._getframe(1).f_globals
        self._words = {"file": str(caller.get("__file__", "")), **words}
        self._names = caller

    @property
    def name(self) -> str:
        """The name under which it stands in its module; `target` if it stands under none."""
        return next((name for name, value in self._names.items() if value is self), "target")

    @property
    def words(self) -> Mapping[str, str]:
        """The declaration."""
        return self._words


def check_file(name: str | os.PathLike[str], **options: Any) -> tuple[TargetCheck, ...]:
    """Check the targets of a file of users' code, as `bptt-viz check FILE` does.

    Args:
        name: `file.py`, `file.ipynb`, or either with `::name`.
        options: `full`, `method`, `rtol`, `atol`, `eps`, `shapes`, `seed`, `fail_on`, `time_limit`, `memory_limit`.

    Raises:
        UsageError: there is no such file or target, or an option makes no sense.
    """
    name = os.fspath(name)
    if not is_code(name):
        raise UsageError(f"expected a file such as rnn_layers.py or rnn_layers.py::rnn, got {name!r}")
    question, limits, fail_on = how(options)
    return tuple(_judged(check, fail_on) for check, _ in check_code(name, question, limits))


def check_target(target: Target, **options: Any) -> TargetCheck:
    """Check a declared target; options as for `check_file`.

    Raises:
        UsageError: the declaration or an option makes no sense.
    """
    question, limits, fail_on = how(options)
    declared = from_table(target.name, target.words, f"target {target.name}")
    (check,) = run_file(File(declared.file, (declared,)), question, limits)
    return _judged(replace(check, target=f"{declared.file}::{check.target}"), fail_on)


def how(options: Mapping[str, Any]) -> tuple[Question, Limits, frozenset[Outcome]]:
    """Return how users' code is checked, by the options' names.

    Raises:
        UsageError: one of them is unknown or makes no sense.
    """
    known = (*_OF_QUESTIONS, *_OF_CODE)
    for name in options.keys() - set(known):
        raise UsageError(f"there is no option {name!r} for files of users' code; choose from {', '.join(known)}")
    request = request_from({name: value for name, value in options.items() if name in _OF_QUESTIONS})
    limits = Limits(
        float(options.get("time_limit", Limits().seconds)), int(options.get("memory_limit", Limits().megabytes))
    )
    return _question(request, "shapes" in options), limits, _outcomes(options.get("fail_on") or ())


def _question(request: CheckRequest, asked: bool) -> Question:
    shapes = ",".join(f"{shape.steps}x{shape.size}" for shape in request.shapes) if asked else None
    method = None if request.method is None else str(request.method)
    return Question(request.seed, request.every_entry, method, request.judgement, shapes)


def _outcomes(names: str | Sequence[str]) -> frozenset[Outcome]:
    listed = names.split(",") if isinstance(names, str) else names
    return outcomes([name.strip() for name in listed], "fail_on")


def _judged(check: TargetCheck, fail_on: frozenset[Outcome]) -> TargetCheck:
    return replace(check, verdict=verdict_of(check.outcome, fail_on))
