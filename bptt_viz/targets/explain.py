"""What was recognised in a file, for people: how sure each part is, what is missing, and a declaration to paste."""

from bptt_viz.errors import UsageError
from bptt_viz.results.explanation import Change, Explained, Explanation
from bptt_viz.targets.declaration import Refusal, Target
from bptt_viz.targets.recognise.file import Recognised
from bptt_viz.targets.tables import as_toml, printed_shapes


def explained(found: Recognised, only: str = "") -> Explanation:
    """Return what was found in a file, in words.

    Args:
        found: what was recognised.
        only: the name of one target; all if empty.

    Raises:
        UsageError: there is no target of that name.
    """
    entries = [
        *(_of_target(found, target) for target in found.targets),
        *(_of_refusal(found, each) for each in found.refusals),
    ]
    wanted = [entry for entry in entries if only in ("", entry.name)]
    if only and not wanted:
        known = ", ".join(entry.name for entry in entries) or "nothing"
        raise UsageError(f"{found.source.file}: there is no {only!r} to check; found {known}")
    changes = [Change(found.source.place(each.line), each.found, each.instead) for each in found.source.python2]
    return Explanation(found.source.file, tuple(wanted), tuple(changes), found.notes)


def _of_target(found: Recognised, target: Target) -> Explained:
    grounds = found.evidence.get(target.name, ())
    inputs = tuple(each for each in grounds if each.subject in target.shapes)
    names = tuple(each for each in grounds if each.subject not in target.shapes)
    return Explained(
        target.name,
        found.source.place(target.line) if target.line is not None else "",
        target.source,
        target.name in found.sure,
        shapes=inputs,
        names=names,
        others=tuple(map(printed_shapes, target.alternatives)),
        declaration=as_toml(target),
    )


def _of_refusal(found: Recognised, refusal: Refusal) -> Explained:
    return Explained(
        refusal.name,
        found.source.place(refusal.line) if refusal.line is not None else "",
        "refused",
        reason=refusal.reason,
        missing=refusal.missing,
        declaration=as_toml(refusal.draft) if refusal.draft is not None else "",
    )
