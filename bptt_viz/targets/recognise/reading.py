"""Reading a user's file: Python source or a notebook, as text with a syntax tree, without running it."""

import ast
import io
import tokenize
from dataclasses import dataclass
from pathlib import Path

from bptt_viz.errors import UsageError
from bptt_viz.targets.recognise.notebook import Cells, cells_of
from bptt_viz.targets.recognise.python2 import Change, changes

_LARGEST = {".py": 5_000_000, ".ipynb": 100_000_000}


@dataclass(frozen=True, slots=True)
class Source:
    """A user's file.

    Attributes:
        file: as it was named.
        text: its Python code; of a notebook, all code cells one below the other.
        tree: its syntax tree; empty if it is Python 2.
        cells: of a notebook, which line of which cell each line is.
        python2: what has to be changed before Python 3 can run it; empty if it is Python 3.
        notes: what was left out, such as a cell that is no Python.
    """

    file: str
    text: str
    tree: ast.Module
    cells: Cells | None = None
    python2: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def lines(self) -> dict[int, str]:
        """The lines of the code, by number from 1."""
        return dict(enumerate(self.text.splitlines(), 1))

    def place(self, line: int) -> str:
        """Return where a line stands, in words: `line 7` or `cell 3, line 7`."""
        return self.cells.place(line) if self.cells is not None else f"line {line}"


def read_source(file: str) -> Source:
    """Read a Python file or a notebook.

    Raises:
        UsageError: it is missing, unreadable, too large, or no Python; the message has the line.
    """
    path = Path(file)
    raw = _bytes(path, file)
    if path.suffix == ".ipynb":
        cells = cells_of(raw, file)
        text = cells.text
    else:
        cells, text = None, _decoded(raw, file)
    try:
        return Source(file, text, _parsed(text), cells, notes=cells.notes if cells is not None else ())
    except SyntaxError as error:
        found = changes(text)
        if found:
            return Source(file, text, ast.Module([], []), cells, found)
        raise UsageError(f"{file}:{error.lineno}: this is not Python: {error.msg}") from None
    except (RecursionError, MemoryError):
        raise UsageError(f"{file}: too deeply nested to be read") from None
    except ValueError as error:
        raise UsageError(f"{file}: {error}") from None


def _parsed(text: str) -> ast.Module:
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # theirs to mend; says nothing about gradients
        warnings.simplefilter("ignore", DeprecationWarning)
        return ast.parse(text)


def _bytes(path: Path, file: str) -> bytes:
    try:
        if path.is_dir():
            raise UsageError(f"{file}: is a folder; name a file, such as {file.rstrip('/')}/rnn_layers.py")
        largest = _LARGEST.get(path.suffix, _LARGEST[".py"])
        if path.stat().st_size > largest:
            raise UsageError(
                f"{file}: larger than {largest // 1_000_000} MB; put the functions into a file of their own"
            )
        return path.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {(error.strerror or str(error)).lower()}") from None
    except ValueError as error:  # a NUL in the name
        raise UsageError(f"{file!r}: {error}") from None


def _decoded(raw: bytes, file: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = raw.decode("utf-16", "replace").encode()
    if b"\0" in raw:
        raise UsageError(f"{file}: has NUL bytes; this is no Python source")
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        text = raw.decode(encoding)
    except (SyntaxError, LookupError) as error:
        raise UsageError(f"{file}: {error}") from None
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        advice = "convert it, or name its encoding in the first line, as in # -*- coding: latin-1 -*-"
        raise UsageError(f"{file}:{line}: not UTF-8; {advice}") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
