"""Writes the files of the corpus and their twins, several small changes to a file at once where they do not meet."""

import importlib
import json
import pkgutil
import shutil
from dataclasses import dataclass
from pathlib import Path

from corpus import tables
from corpus.verdicts import Code, Twin, Verdict

FILES = Path(__file__).parent / "files"


def codes() -> tuple[Code, ...]:
    """Return the verdicts on all files, in the order of the tables' names."""
    names = sorted(each.name for each in pkgutil.iter_modules(tables.__path__))
    return tuple(code for name in names for code in importlib.import_module(f"corpus.tables.{name}").CODES)


@dataclass(frozen=True)
class Variant:
    """A file as it is, or with the changes of a few twins, and the verdict on everything in it."""

    code: Code
    twins: tuple[Twin, ...]

    @property
    def text(self) -> str:
        return edited(self.code, self.twins)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        changed = {verdict.name: verdict for each in self.twins for verdict in each.verdicts}
        return tuple(changed.get(verdict.name, verdict) for verdict in self.code.verdicts)

    def bugs(self) -> dict[str, str]:
        """Return for each name what was changed in it."""
        return {verdict.name: each.change for each in self.twins for verdict in each.verdicts}


def edited(code: Code, twins: tuple[Twin, ...] = ()) -> str:
    """Return a file's text with the edits of twins."""
    text = (FILES / code.file).read_text(encoding="utf-8")
    for old, new in (edit for each in twins for edit in each.edits):
        text = text.replace(*(inside(code, part) for part in (old, new)))
    return text


def inside(code: Code, part: str) -> str:
    """Return a passage as it stands in the file: a notebook's is part of a JSON string."""
    return json.dumps(part, ensure_ascii=False)[1:-1] if code.file.endswith(".ipynb") else part


def variants(code: Code) -> list[Variant]:
    """Return the file as it is, then as few changed ones as hold each twin once: those in one change other names."""
    groups: list[list[Twin]] = []
    for each in code.twins:
        names = {verdict.name for verdict in each.verdicts}
        free = (group for group in groups if not names & {v.name for other in group for v in other.verdicts})
        group = next(free, None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    return [Variant(code, ())] + [Variant(code, tuple(group)) for group in groups]


def written(folder: Path) -> dict[Path, Variant]:
    """Write the corpus into a folder, changed files beside their originals, and return what stands where."""
    shutil.copytree(FILES, folder, dirs_exist_ok=True)
    return {place(folder, code, number, each): each for code in codes() for number, each in enumerate(variants(code))}


def place(folder: Path, code: Code, number: int, variant: Variant) -> Path:
    path = folder / code.file
    if number:
        path = path.with_name(f"{path.stem}_{number}{path.suffix}")
        path.write_text(variant.text, encoding="utf-8")
    return path


def alone(code: Code, each: Twin) -> Variant:
    """Return a file with the change of one twin only."""
    return Variant(code, (each,))
