"""What a task is: a generator of sequences, what counts as solved, and how hard it is known to be."""

import importlib
import pkgutil
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError

Generator = np.random.Generator


@dataclass(frozen=True, slots=True)
class Episodes:
    """Sequences to learn from, time first.

    Attributes:
        x: inputs (T, N, D).
        targets: what should come out at the counted steps (K, N): classes, or numbers where the task is to add.
        counted: the K steps, from 1 and in order, whose outputs count.
        mask: 1 for the outputs that count, 0 for the others (K, N).
    """

    x: Array
    targets: Array
    counted: tuple[int, ...]
    mask: Array

    @property
    def steps(self) -> int:
        """T."""
        return len(self.x)


@dataclass(frozen=True)
class Task(ABC):
    """A kind of sequences.

    Attributes:
        length: L, which says how long ago what matters was.
        name: as options call it.
        difficulty: what is published about it, with its source.
    """

    length: int

    name: ClassVar[str]
    difficulty: ClassVar[str]
    is_regression: ClassVar[bool] = False
    least: ClassVar[int] = 1

    def __post_init__(self) -> None:
        """Refuse a length at which there is no task.

        Raises:
            UsageError: the length is below `least`.
        """
        if self.length < self.least:
            raise UsageError(f"task {self.name!r} needs a length of at least {self.least}, got {self.length}")

    @property
    @abstractmethod
    def sizes(self) -> tuple[int, int]:
        """D and V: how many inputs a step has, and how many classes or numbers come out."""

    @abstractmethod
    def draw(self, rng: Generator, size: int) -> Episodes:
        """Draw N = size sequences."""

    @property
    @abstractmethod
    def chance(self) -> float:
        """The loss of whoever knows the task but remembers nothing: nats, or squared error, a counted output."""

    def wrong(self, outputs: Array, episodes: Episodes) -> Array:
        """Tell which sequences are answered wrongly (N,).

        Args:
            outputs: scores at the counted steps (K, N, V).
            episodes: what was asked.
        """
        missed = (outputs.argmax(axis=-1) != episodes.targets) & (episodes.mask > 0)
        return np.asarray(missed.any(axis=0))


def one_hot(codes: Array, size: int) -> Array:
    """Return one-hot rows (…, size) of integer codes."""
    return np.eye(size)[codes]


@cache
def discover_tasks() -> dict[str, type[Task]]:
    """Return every task in this folder by its name."""
    package = __name__.rpartition(".")[0]
    folder = importlib.import_module(package).__path__
    modules = [importlib.import_module(f"{package}.{m.name}") for m in pkgutil.iter_modules(folder)]
    found = [
        member
        for module in modules
        for member in vars(module).values()
        if isinstance(member, type) and issubclass(member, Task) and member.__module__ == module.__name__
    ]
    return {task.name: task for task in found if "name" in vars(task)}
