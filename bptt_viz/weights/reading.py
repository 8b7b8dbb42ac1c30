"""From a path to what its file holds, whichever format it has."""

import struct
import warnings
import zlib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from tokenize import TokenError
from zipfile import BadZipFile, is_zipfile

from bptt_viz.errors import UsageError
from bptt_viz.weights.archives import entry_names
from bptt_viz.weights.contents import Contents
from bptt_viz.weights.elements import shortened
from bptt_viz.weights.formats import Format, discover_formats

# What parsers raise on bytes that nobody meant; an error of our own making (a wrong name, a missing attribute) is not
# among them, so that it shows.
OF_PARSERS = (
    ValueError, KeyError, IndexError, TypeError, OverflowError, EOFError, OSError, RuntimeError, MemoryError,
    NotImplementedError, BadZipFile, struct.error, zlib.error, SyntaxError, TokenError,  # the last two of .npy headers
)  # fmt: skip

EMBEDDED: Mapping[str, Path] = {"hello": Path(str(files("bptt_viz"))) / "training" / "hello.npz"}
"""Weights that come along: min-char-rnn with 8 units that has learned the lecture's word, as `train` saves it."""

_START = 1024
_PICKLES = (".pkl", ".pickle", ".p", ".joblib")


def read_weights(path: Path) -> Contents:
    """Read a weight file. Nothing in it is run.

    The format is told by the content, and by the suffix where the content does not tell.

    Args:
        path: a regular file of one of the formats in `formats/`, or one of `EMBEDDED` by name.

    Raises:
        UsageError: there is no such file, its format is unknown, it is damaged, or it cannot be read without running
            code; in one line.
        MissingError: the format needs an extra that is not installed.
    """
    path = EMBEDDED.get(str(path), path)
    start = _start(path)
    try:
        made = _format_of(path, start)
        with warnings.catch_warnings(action="ignore"):  # a parser's remarks on odd bytes are nobody's concern
            return made.read(path)
    except OF_PARSERS as error:
        why = shortened(str(error) or type(error).__name__)
        raise UsageError(f"{path}: the file is damaged or no weight file: {why}") from None


def _start(path: Path) -> bytes:
    try:
        if not path.is_file():
            raise UsageError(f"{str(path)!r}: {'is no regular file' if path.exists() else 'no such file'}")
        with path.open("rb") as file:
            start = file.read(_START)
    except (OSError, ValueError) as error:  # a NUL in the name is a ValueError
        raise UsageError(f"{str(path)!r} cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if not start:
        raise UsageError(f"{path}: the file is empty")
    return start


def _format_of(path: Path, start: bytes) -> Format:
    """Return the format of a file."""
    formats = discover_formats()
    entries = entry_names(path) if is_zipfile(path) else []
    for each in formats.values():
        if each.recognises(start, entries):
            return each
    for each in formats.values():
        if path.suffix.lower() in each.SUFFIXES:
            return each
    if path.suffix.lower() in _PICKLES or start[:1] == b"\x80":
        raise UsageError(f"{path}: a pickle can run code and is not read; save the arrays as .npz or .safetensors")
    known = ", ".join(suffix for each in formats.values() for suffix in each.SUFFIXES)
    raise UsageError(f"{path}: no weight format known here; choose one of {known}")
