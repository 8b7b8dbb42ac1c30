"""One weight format a file: NAME, SUFFIXES, `recognises` and `read`; found by scanning the folder."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Protocol, cast

from bptt_viz.weights.contents import Contents


class Format(Protocol):
    """What a module of this folder has. It imports its extra, if it needs one, only in `read`.

    Attributes:
        NAME: what people call the format.
        SUFFIXES: how names of such files end, in lower case, such as `.pt`.
    """

    NAME: str
    SUFFIXES: tuple[str, ...]

    def recognises(self, start: bytes, entries: Sequence[str]) -> bool:
        """Tell a file of this format by its content.

        Args:
            start: its first bytes, 1024 at most.
            entries: the names in it if it is a ZIP archive.

        Returns:
            False too if the format cannot be told by its content; then the suffix decides.
        """

    def read(self, path: Path) -> Contents:
        """Read a regular file. Nothing in it is run, and nothing is allocated before its size was checked.

        Raises:
            DamagedError: the file does not keep to the format; so may any other error of a parser that is named in
                `reading.py`. The message does not name the file.
            UsageError: the file is in order, but cannot be used; the message says what to do.
            MissingError: an extra is not installed.
        """


def discover_formats() -> dict[str, Format]:
    """Return every format of this folder by its module's name."""
    names = sorted(module.name for module in iter_modules(__path__))
    return {name: cast(Format, import_module(f"{__name__}.{name}")) for name in names}
