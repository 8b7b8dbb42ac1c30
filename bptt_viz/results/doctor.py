"""What is installed here and whether it works."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trial:
    """One renderer, tried on a small picture.

    Attributes:
        name: the renderer.
        works: whether every picture came out.
        found: what came out, or why nothing did.
        needed: False for one that only stands in for another.
        install: the line that installs it; empty if it works.
    """

    name: str
    works: bool
    found: str
    needed: bool
    install: str


@dataclass(frozen=True, slots=True)
class Blas:
    """The library that multiplies matrices.

    Attributes:
        name: such as openblas or mkl.
        version: as it says itself, empty if it does not.
        threads: how many it uses.
    """

    name: str
    version: str
    threads: int


@dataclass(frozen=True, slots=True)
class Extra:
    """One group of optional packages.

    Attributes:
        missing: the packages that are not installed.
        install: the line that installs them; empty if none is missing.
    """

    missing: tuple[str, ...]
    install: str


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that `doctor` says.

    Attributes:
        versions: of Python and of each package that is always needed; "missing" where one is not installed.
        blas: the libraries that NumPy uses, usually one.
        terminal: facts about standard output, by name.
        renderers: what draws pictures.
        extras: optional packages, by the extra's name.
    """

    versions: Mapping[str, str]
    blas: tuple[Blas, ...]
    terminal: Mapping[str, str]
    renderers: tuple[Trial, ...]
    extras: Mapping[str, Extra]

    @property
    def healthy(self) -> bool:
        """Whether everything that the core needs works."""
        return all(trial.works for trial in self.renderers if trial.needed)
