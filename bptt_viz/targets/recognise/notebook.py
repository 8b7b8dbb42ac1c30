"""Notebooks: the code cells of an .ipynb file as one text, with magics and shell lines taken out."""

import ast
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bptt_viz.errors import UsageError
from bptt_viz.targets.recognise.python2 import changes

_TRANSPARENT = frozenset(["time", "timeit", "capture", "prun"])
_MAGIC = re.compile(r"(?P<blank>\s*)(?:[%!?].*|[\w., ]+=\s*[%!].*|.*\w\?{1,2}\s*)")


@dataclass(frozen=True, slots=True)
class Cells:
    """A notebook's code.

    Attributes:
        text: all code cells, one below the other.
        starts: the line of the text at which each cell starts, from 1.
        notes: cells that were left out, and why.
    """

    text: str
    starts: tuple[int, ...]
    notes: tuple[str, ...] = ()

    def place(self, line: int) -> str:
        """Return a line of the text as `cell 3, line 7`; code cells are counted, from 1."""
        return "cell {}, line {}".format(*self.cell(line))

    def cell(self, line: int) -> tuple[int, int]:
        """Return the code cell, counted from 1, of a line of the text, and the line within it."""
        cell = max((at for at, start in enumerate(self.starts, 1) if start <= line), default=1)
        return cell, line - self.starts[cell - 1] + 1


def cells_of(raw: bytes, file: str) -> Cells:
    """Return the code of a notebook of format 3 or 4.

    Raises:
        UsageError: it is no notebook, or none of Python.
    """
    try:
        notebook = json.loads(raw.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file}: this is no notebook: {error}") from None
    cells = [*_cells(notebook)] if isinstance(notebook, dict) else []
    if not cells:
        raise UsageError(f"{file}: a notebook without code cells")
    language = _language(notebook)
    if not language.startswith(("python", "ipython", "")) or (language and "python" not in language):
        raise UsageError(f"{file}: a notebook of {language}, not of Python")
    return _joined([_without_magics(text) for text in cells])


def _cells(notebook: Mapping[str, Any]) -> Iterator[str]:
    sheets = notebook.get("worksheets")
    rows = sheets if isinstance(sheets, list) else [notebook]
    for sheet in rows:
        cells = sheet.get("cells") if isinstance(sheet, dict) else None
        for cell in cells if isinstance(cells, list) else ():
            if isinstance(cell, dict) and cell.get("cell_type") == "code":
                text = cell.get("source", cell.get("input", ""))
                yield "".join(map(str, text)) if isinstance(text, list) else str(text)


def _language(notebook: Mapping[str, Any]) -> str:
    metadata = notebook.get("metadata")
    for key, name in (("kernelspec", "language"), ("language_info", "name")):
        part = metadata.get(key) if isinstance(metadata, dict) else None
        if isinstance(part, dict) and isinstance(part.get(name), str):
            return part[name].lower()
    return ""


def _without_magics(text: str) -> str:
    """Return a cell with a `pass` for each line that is not for Python; the lines keep their numbers."""
    lines = text.replace("\r\n", "\n").split("\n")
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and first[2:].split(" ")[0].strip() not in _TRANSPARENT:
        return "\n" * (len(lines) - 1)
    if _is_python(text):
        return "\n".join(lines)
    return "\n".join(_plain(line) for line in lines)


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _plain(line: str) -> str:
    found = _MAGIC.fullmatch(line)
    if found is None or line.lstrip().startswith("#"):
        return line
    return f"{found['blank']}pass"


def _joined(cells: Sequence[str]) -> Cells:
    texts, starts, notes, line = [], [], [], 1
    for number, text in enumerate(cells, 1):
        if not _is_python(text) and not changes(text):
            notes.append(f"cell {number} is left out: it is not Python")
            text = "\n" * text.count("\n")
        texts.append(text)
        starts.append(line)
        line += text.count("\n") + 1
    return Cells("\n".join(texts) + "\n", tuple(starts), tuple(notes))
