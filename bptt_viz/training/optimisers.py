"""Optimisers: how a gradient changes the parameters. Each works in place on one vector of all parameters."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, ClassVar

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError


@dataclass
class Optimiser(ABC):
    """One rule, its numbers and what it remembers.

    Attributes:
        learning_rate: the step's length, positive.
        memory: vectors that it keeps from update to update, by name, and the number of updates.
    """

    learning_rate: float
    memory: dict[str, Array] = field(default_factory=dict, init=False)
    _room: Array = field(default_factory=lambda: np.empty(0), init=False, repr=False)

    memories: ClassVar[tuple[str, ...]] = ()

    def __post_init__(self) -> None:
        """Refuse numbers that make no step.

        Raises:
            UsageError: the learning rate is not positive and finite, or a factor of memory not within [0, 1).
        """
        if not (np.isfinite(self.learning_rate) and self.learning_rate > 0):
            raise UsageError(f"--rate must be positive and finite, got {self.learning_rate}")
        for name in self.options():
            value = getattr(self, name)
            if not 0 <= value < 1:
                raise UsageError(f"{name} must be at least 0 and below 1, got {value}")

    @classmethod
    def options(cls) -> list[str]:
        """Return the names of its further numbers."""
        return [f.name for f in fields(cls) if f.init and f.name != "learning_rate"]

    def start(self, parameters: Array) -> None:
        """Forget everything; must come before the first update."""
        self.memory = {name: np.zeros_like(parameters) for name in self.memories} | {"updates": np.zeros((), np.int64)}
        self._room = np.empty_like(parameters)

    def update(self, parameters: Array, gradient: Array) -> None:
        """Change the parameters in place; the gradient stays as it is."""
        self.memory["updates"] += 1
        self._step(parameters, gradient, self._room, **{name: self.memory[name] for name in self.memories})

    @abstractmethod
    def _step(self, parameters: Array, gradient: Array, room: Array, **memory: Array) -> None:
        """Change the parameters and the memory; `room` may be used for anything."""


@dataclass
class SGD(Optimiser):
    """p ← p − η v with v ← μ v + g; without momentum μ, plain gradient descent."""

    momentum: float = 0.0

    memories: ClassVar[tuple[str, ...]] = ("velocity",)

    def _step(self, parameters: Array, gradient: Array, room: Array, **memory: Array) -> None:
        velocity = memory["velocity"]
        velocity *= self.momentum
        velocity += gradient
        np.multiply(velocity, self.learning_rate, out=room)
        parameters -= room


@dataclass
class Adagrad(Optimiser):
    """m ← m + g²; p ← p − η g / √(m + 1e-8) (Duchi et al. 2011, in the form of min-char-rnn)."""

    memories: ClassVar[tuple[str, ...]] = ("squares",)

    def _step(self, parameters: Array, gradient: Array, room: Array, **memory: Array) -> None:
        squares = memory["squares"]
        np.multiply(gradient, gradient, out=room)
        squares += room
        np.add(squares, 1e-8, out=room)
        np.sqrt(room, out=room)
        np.divide(gradient, room, out=room)
        room *= self.learning_rate
        parameters -= room


@dataclass
class RMSProp(Optimiser):
    """m ← ρ m + (1 − ρ) g²; p ← p − η g / (√m + 1e-8) (Tieleman & Hinton 2012)."""

    decay: float = 0.95

    memories: ClassVar[tuple[str, ...]] = ("squares",)

    def _step(self, parameters: Array, gradient: Array, room: Array, **memory: Array) -> None:
        squares = memory["squares"]
        np.multiply(gradient, gradient, out=room)
        room *= 1 - self.decay
        squares *= self.decay
        squares += room
        np.sqrt(squares, out=room)
        room += 1e-8
        np.divide(gradient, room, out=room)
        room *= self.learning_rate
        parameters -= room


@dataclass
class Adam(Optimiser):
    """m ← β₁ m + (1 − β₁) g; v ← β₂ v + (1 − β₂) g²; p ← p − η m̂ / (√v̂ + 1e-8) (Kingma & Ba 2015, algorithm 1)."""

    beta1: float = 0.9
    beta2: float = 0.999

    memories: ClassVar[tuple[str, ...]] = ("mean", "squares")

    def _step(self, parameters: Array, gradient: Array, room: Array, **memory: Array) -> None:
        mean, squares, t = memory["mean"], memory["squares"], int(self.memory["updates"])
        mean *= self.beta1
        np.multiply(gradient, 1 - self.beta1, out=room)
        mean += room
        squares *= self.beta2
        np.multiply(gradient, gradient, out=room)
        room *= 1 - self.beta2
        squares += room
        np.divide(squares, 1 - self.beta2**t, out=room)
        np.sqrt(room, out=room)
        room += 1e-8
        np.divide(mean, room, out=room)
        room *= self.learning_rate / (1 - self.beta1**t)
        parameters -= room


OPTIMISERS: Mapping[str, type[Optimiser]] = {"adagrad": Adagrad, "sgd": SGD, "rmsprop": RMSProp, "adam": Adam}
"""By the name that options use."""

DEFAULT_RATES = {"adagrad": 0.1, "sgd": 0.1, "rmsprop": 2e-3, "adam": 2e-3}


def optimiser(name: str, learning_rate: float | None = None, **numbers: float) -> Optimiser:
    """Return an optimiser by name.

    Args:
        name: one of `OPTIMISERS`.
        learning_rate: η; None takes the usual one.
        numbers: its further numbers, such as `momentum`.

    Raises:
        UsageError: no such optimiser or number, or one out of range.
    """
    if name not in OPTIMISERS:
        raise UsageError(f"unknown optimiser {name!r}; choose from {', '.join(OPTIMISERS)}")
    make: Any = OPTIMISERS[name]
    for given in numbers:
        if given not in make.options():
            has = f"its numbers are {', '.join(make.options())}" if make.options() else "it has none"
            raise UsageError(f"{name} has no {given}; {has}")
    return make(DEFAULT_RATES[name] if learning_rate is None else learning_rate, **numbers)
