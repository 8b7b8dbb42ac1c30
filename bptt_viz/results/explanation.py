"""What was recognised in a user's file, and how sure that is."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Ground:
    """What one part of a target rests on.

    Attributes:
        subject: an input, or a name that backward takes or returns.
        meaning: what it was taken for, such as `N T D` or `cotangent of h`.
        basis: what says so, such as `docstring`, `usage` or `its name`.
    """

    subject: str
    meaning: str
    basis: str


@dataclass(frozen=True, slots=True)
class Explained:
    """A target, or what looks like one.

    Attributes:
        name: of the target, as `file.py::name` takes it.
        place: where its forward pass is defined, in words.
        state: whether it was declared, recognised, or refused.
        sure: whether all gradients were found to be as large as their inputs without running anything.
        reason: why it was refused, one sentence; else empty.
        missing: keys of a declaration that would have to be written by hand.
        shapes: what each input is.
        names: what backward takes and returns.
        others: further shapes that are tried if the first do not fit.
        declaration: lines of TOML that declare it, as far as they are known; empty if nothing is.
    """

    name: str
    place: str
    state: Literal["declared", "recognised", "refused"]
    sure: bool = False
    reason: str = ""
    missing: tuple[str, ...] = ()
    shapes: tuple[Ground, ...] = ()
    names: tuple[Ground, ...] = ()
    others: tuple[str, ...] = ()
    declaration: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be changed in a file of Python 2.

    Attributes:
        place: where, in words.
        found: what stands there.
        instead: what Python 3 wants.
    """

    place: str
    found: str
    instead: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """A file.

    Attributes:
        file: as it was named.
        targets: what was found, in order.
        changes: of a file of Python 2.
        notes: what else to know, a sentence each.
    """

    file: str
    targets: tuple[Explained, ...]
    changes: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Explanations:
    """All files of one run."""

    files: tuple[Explanation, ...]
