"""Files of users' code from end to end: what is in them, and the check of each target, in its order."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from bptt_viz.errors import UsageError
from bptt_viz.results.check import Judgement
from bptt_viz.results.explanation import Explanation
from bptt_viz.results.targets import Outcome, TargetCheck, verdict_of
from bptt_viz.targets.declaration import Refusal, Target
from bptt_viz.targets.recognise.file import Recognised, recognise
from bptt_viz.targets.run.files import File, check_file
from bptt_viz.targets.run.limits import Limits
from bptt_viz.targets.run.question import Question

_CODE = re.compile(r"(?P<file>.+\.(py|ipynb))(::(?P<name>[^:]+))?")
_WHOLE = "(whole file)"
_WAYS = (("forward", "backward"), ("Forward", "Backward"), ("fwd", "bwd"), ("fprop", "bprop"), ("FWD", "BWD"))
# So many changes of a file of Python 2 are told on its line.
_TOLD = frozenset({"docstring", "hint", "default"})
_CHANGES = 4


def is_code(name: str) -> bool:
    """Tell whether a name is that of a file of users' code, or of one of its targets, as in `x.py::name`."""
    return _CODE.fullmatch(name) is not None


def check_code(name: str, question: Question, limits: Limits) -> Iterator[tuple[TargetCheck, float]]:
    """Yield the check of each target that a name stands for, with the share of them that is finished.

    Args:
        name: `file.py`, `file.ipynb`, or either with `::name`.
        question: how they are checked.
        limits: of the time for each, and of memory.

    Raises:
        UsageError: the file cannot be read, a declaration for it makes no sense, or it has no target of that name.
    """
    code = _CODE.fullmatch(name)
    assert code is not None, "the caller has made sure"
    found = recognise(code["file"])
    if found.source.python2:
        yield _python2(found), 1.0
        return
    stems = _stems(found.targets)
    targets = [target for target in found.targets if code["name"] in {None, stems[target.name], *_names(target)}]
    refusals = [refusal for refusal in found.refusals if code["name"] in {None, refusal.name}]
    if not targets and not refusals:
        yield _nothing(found, code["name"]), 1.0
        return
    sure = found.sure | {target.name for target in targets if target.source == "declared" or _is_told(found, target)}
    text = found.source.text if found.source.cells is not None else None
    checks = check_file(File(found.source.file, targets, text, sure), question, limits)
    for done, check in enumerate(checks, start=1):
        yield _placed(check, found, stems), done / (len(targets) + len(refusals))
    yield from ((_refused(found, refusal), 1.0) for refusal in refusals)


def explain_code(name: str) -> Explanation:
    """Return what is recognised in a file, without running it.

    Raises:
        UsageError: the name is none of a file of users' code, or it cannot be read.
    """
    from bptt_viz.targets.explain import explained

    code = _CODE.fullmatch(name)
    if code is None:
        raise UsageError(f"--explain is for files of your own code, such as rnn_layers.py; {name} is none")
    found = recognise(code["file"])
    names = {stem: name for name, stem in _stems(found.targets).items()}
    return explained(found, names.get(code["name"], code["name"] or ""))


def _is_told(found: Recognised, target: Target) -> bool:
    """Tell whether the code itself says the shapes of everything that goes in, whatever its functions do with it."""
    told = {each.subject for each in found.evidence.get(target.name, ()) if each.basis in _TOLD}
    return target.object is None and target.shapes.keys() <= told


def _names(target: Target) -> set[str]:
    """Return the names that a target goes by: its own, and those of its functions."""
    return {target.name, target.forward.name, *((target.backward.name,) if target.backward else ())}


def _stems(targets: Sequence[Target]) -> dict[str, str]:
    """Return by name what pairs are called for short: `rnn` for `rnn_forward` and `rnn_backward`, where it is clear."""
    stems = {target.name: _stem(target) for target in targets}
    taken = Counter(stems.values())
    return {name: stem if stem and taken[stem] == 1 else name for name, stem in stems.items()}


def _stem(target: Target) -> str:
    if target.source == "declared" or target.backward is None or target.object is not None:
        return target.name
    for way, back in _WAYS:
        if target.forward.name.replace(way, back) == target.backward.name != target.forward.name:
            return target.forward.name.replace(way, "").strip("_").replace("__", "_")
    return target.name


def _placed(check: TargetCheck, found: Recognised, stems: Mapping[str, str]) -> TargetCheck:
    """Return a check under its file's name, with lines of a notebook counted in their cells."""
    cells, named = found.source.cells, replace(check, target=f"{found.source.file}::{stems[check.target]}")
    if cells is None:
        return named
    if check.raised is not None:
        cell, line = cells.cell(check.raised.line)
        named = replace(named, raised=replace(check.raised, cell=cell, line=line))
    if check.line is not None:
        cell, line = cells.cell(check.line)
        named = replace(named, cell=cell, line=line)
    return named


def _nothing(found: Recognised, name: str | None) -> TargetCheck:
    file = found.source.file
    if name is not None:
        known = [*_stems(found.targets).values(), *(each.name for each in found.refusals)]
        listed = f"; there are {', '.join(known)}" if known else ""
        raise UsageError(f"{file}: no pair called {name!r}{listed}")
    said = f"no forward pass with a backward pass found; declare one, or name a class of cells as {file}:ClassName"
    return _untried(file, _WHOLE, None, Outcome.NOT_RECOGNISED, said)


def _refused(found: Recognised, refusal: Refusal) -> TargetCheck:
    missing = f"; to be declared: {', '.join(refusal.missing)}" if refusal.missing else ""
    said = f"{refusal.reason}{missing}"
    return _untried(found.source.file, refusal.name, refusal.line, Outcome.NOT_RECOGNISED, said)


def _python2(found: Recognised) -> TargetCheck:
    file, all_changes = found.source.file, found.source.python2
    changes = [f"{each.found} → {each.instead} ({found.source.place(each.line)})" for each in all_changes[:_CHANGES]]
    more = f" and {len(all_changes) - _CHANGES} more" if len(all_changes) > _CHANGES else ""
    said = f"change {'; '.join(changes)}{more}; or run 2to3 -w {file}"
    return _untried(file, _WHOLE, all_changes[0].line, Outcome.PYTHON2, said)


def _untried(file: str, name: str, line: int | None, outcome: Outcome, sentence: str) -> TargetCheck:
    return TargetCheck(f"{file}::{name}", verdict_of(outcome), sentence, Judgement(), (), file, line, outcome)
