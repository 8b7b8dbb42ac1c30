"""What was recognised in a user's file, as text for the terminal."""

from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bptt_viz.render.characters import shown
from bptt_viz.results.explanation import Explained, Explanation, Explanations, Ground

_STYLES = {"declared": "bold green", "recognised": "bold green", "refused": "bold yellow"}
_BASES = {
    "usage": "how it is used",
    "docstring": "the docstring",
    "comment": "a comment",
    "hint": "its type hint",
    "default": "its default",
}


def explanation_report(found: Explanations, boxed: bool) -> RenderableType:
    """Return for each target what it was taken for and why, what is missing, and a declaration to paste.

    Args:
        found: what was recognised.
        boxed: draw rules, as for a terminal.
    """
    parts: list[RenderableType] = []
    for each in found.files:
        parts += [Text(), *_of_file(each, boxed)]
    return Group(*parts[1:])


def _of_file(found: Explanation, boxed: bool) -> Iterator[RenderableType]:
    yield Text(shown(f"{found.file}: {_counted(found)}"), "bold")
    for note in found.notes:
        yield Text(shown(f"note  {note}"))
    if found.changes:
        yield Text()
        rows = [(shown(each.place), shown(each.found), shown(each.instead)) for each in found.changes]
        yield _table(("Python 2", "stands there", "write"), rows, boxed)
    for target in found.targets:
        yield Text()
        yield from _of_target(target, boxed)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]], boxed: bool) -> Table:
    made = Table(box=box.SIMPLE_HEAD if boxed else None, pad_edge=False, show_edge=False)
    for place, heading in enumerate(columns):
        made.add_column(heading, overflow="fold", no_wrap=place == 0)
    for row in rows:
        made.add_row(*map(Text, row))
    return made


def _counted(found: Explanation) -> str:
    if found.changes:
        return f"Python 2, {len(found.changes)} change{'' if len(found.changes) == 1 else 's'} to make"
    good = sum(target.state != "refused" for target in found.targets)
    refused = len(found.targets) - good
    if not found.targets:
        return "no forward pass with a backward pass found"
    return f"{good} to check" + (f", {refused} left to declare or to mend" if refused else "")


def _of_target(target: Explained, boxed: bool) -> Iterator[RenderableType]:
    state = "NOT RECOGNISED" if target.state == "refused" else target.state
    heading = Text(shown(target.name), "bold")
    heading.append(f"  {shown(target.place)}  " if target.place else "  ").append(state, _STYLES[target.state])
    if target.state == "recognised":
        heading.append("" if target.sure else ", not for sure")
    yield heading
    if target.reason:
        yield Padding(Text(shown(target.reason)), (0, 0, 0, 2))
    if target.shapes or target.names:
        rows = [(shown(each.subject), shown(each.meaning), _basis(each)) for each in (*target.shapes, *target.names)]
        yield Padding(_table(("name", "taken for", "because of"), rows, boxed), (0, 0, 0, 2))
    for shapes in target.others:
        yield Padding(Text(shown(f"or {shapes}")), (0, 0, 0, 2))
    if target.declaration and target.state != "declared":
        yield Padding(Text(_asks(target)), (0, 0, 0, 2))
        yield Text(shown(target.declaration, keep="\n"))


def _basis(ground: Ground) -> str:
    return _BASES.get(ground.basis, ground.basis)


def _asks(target: Explained) -> str:
    if not target.missing:
        return "to say otherwise, change this and put it into pyproject.toml:"
    return f"complete {' and '.join(target.missing)} in this and put it into pyproject.toml:"
