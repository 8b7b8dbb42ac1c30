"""Texts to run on: a word, some public-domain verse, and any UTF-8 file."""

from importlib.resources import files
from pathlib import Path

from bptt_viz.errors import UsageError

EMBEDDED = ("hello", "sonnets", "azalea")
"""The lecture's word, Shakespeare's sonnets 18, 30 and 116 (1609), and Kim Sowol's azalea poem (1925)."""


def read_text(source: str) -> str:
    """Return an embedded text by name, or the contents of a UTF-8 file; a byte-order mark is no part of them.

    Raises:
        UsageError: there is no such text or file, or it is empty, a directory, unreadable or not UTF-8.
    """
    if source in EMBEDDED:
        return files(__name__).joinpath(f"{source}.txt").read_text(encoding="utf-8").removesuffix("\n")
    path = Path(source)
    try:
        text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise UsageError(f"{source}: not UTF-8 (byte {error.start}); convert it with iconv first") from None
    except OSError as error:
        known = f"; embedded texts are {', '.join(EMBEDDED)}" if isinstance(error, FileNotFoundError) else ""
        raise UsageError(f"{source}: {(error.strerror or str(error)).lower()}{known}") from None
    except ValueError as error:  # a NUL in the name
        raise UsageError(f"{source!r}: {error}") from None
    if not text:
        raise UsageError(f"{source}: the file is empty")
    return text
