"""What an experiment is: a name, two presets, and a run that puts measured beside published numbers."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import import_module
from inspect import isabstract, isclass
from pkgutil import iter_modules
from typing import ClassVar

from bptt_viz.results.reproduction import Claim, Reproduction

Tick = Callable[[float], None]


class Preset(StrEnum):
    """How much is run: some minutes on two cores, or what was published."""

    QUICK = "quick"
    PAPER = "paper"


@dataclass(frozen=True)
class Experiment(ABC):
    """A published experiment.

    Attributes:
        preset: how much is run.
        jobs: worker processes.
        seeds: how often what is random is repeated; None takes the preset's number.
        name: as options call it.
        title: what it is.
        source: where it was published.
    """

    preset: Preset
    jobs: int
    seeds: int | None = None

    name: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]

    @property
    def is_quick(self) -> bool:
        """Whether less is run than was published."""
        return self.preset is Preset.QUICK

    @abstractmethod
    def run(self, tick: Tick) -> Reproduction:
        """Do it.

        Args:
            tick: takes the finished share, between 0 and 1.
        """


def finding(claims: Sequence[Claim]) -> str:
    """Sum up what came of the claims."""
    failed = [claim.text for claim in claims if not claim.holds]
    if not failed:
        return f"All {len(claims)} published statements hold here"
    return f"{len(claims) - len(failed)} of {len(claims)} published statements hold here; not: {'; '.join(failed)}"


@cache
def discover_experiments() -> dict[str, type[Experiment]]:
    """Return every experiment in this folder by its name."""
    package = __name__.rpartition(".")[0]
    found = {}
    for module in iter_modules(import_module(package).__path__):
        for member in vars(import_module(f"{package}.{module.name}")).values():
            if isclass(member) and issubclass(member, Experiment) and not isabstract(member):
                found[member.name] = member
    return dict(sorted(found.items()))
