"""Choosing the next class by scores: at a temperature, among the likeliest, or the likeliest itself."""

from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.ops.softmax import softmax_value


@dataclass(frozen=True, slots=True)
class Choosing:
    """How a class is chosen.

    Attributes:
        temperature: scores are divided by it: below 1 likely classes get likelier, above 1 all become alike.
        top: only so many of the likeliest classes may be chosen; None allows all.
        greedy: take the likeliest class, without any chance.
    """

    temperature: float = 1.0
    top: int | None = None
    greedy: bool = False

    def __post_init__(self) -> None:
        """Refuse what chooses nothing.

        Raises:
            UsageError: the temperature is not positive and finite, or no class is allowed.
        """
        if not (np.isfinite(self.temperature) and self.temperature > 0):
            raise UsageError(f"--temperature must be positive and finite, got {self.temperature:g}")
        if self.top is not None and self.top < 1:
            raise UsageError(f"--top must be at least 1, got {self.top}")

    def probabilities(self, scores: Array) -> Array:
        """Return with which probability each class is chosen (…, V).

        Args:
            scores: (…, V).
        """
        scaled = np.asarray(scores / self.temperature, float)
        allowed = 1 if self.greedy else self.top
        if allowed is not None and allowed < scores.shape[-1]:
            # Ties go to the class that stands first, so that exactly so many are left.
            order = np.argsort(-scaled, axis=-1, kind="stable")
            np.put_along_axis(scaled, order[..., allowed:], -np.inf, axis=-1)
        return softmax_value(scaled)

    def choose(self, scores: Array, rng: Generator) -> Array:
        """Choose a class for each row.

        Args:
            scores: (N, V).
            rng: not asked if the choice is greedy.

        Returns:
            Classes (N,).
        """
        return self.chosen(scores, np.zeros(len(scores)) if self.greedy else rng.random(len(scores)))

    def chosen(self, scores: Array, chance: Array) -> Array:
        """Return the class that chance chooses for each row.

        Args:
            scores: (…, N, V).
            chance: uniform numbers in [0, 1), (N,); a greedy choice does not look at them.

        Returns:
            Classes (…, N).
        """
        shares = self.probabilities(scores)
        if self.greedy:
            return np.asarray(shares.argmax(axis=-1))
        return drawn_class(shares, chance)


def drawn_class(shares: Array, chance: Array) -> Array:
    """Return the class that chance chooses for each row.

    Args:
        shares: with which probability each class is chosen, (…, N, V).
        chance: uniform numbers in [0, 1), (N,).

    Returns:
        Classes (…, N).
    """
    passed = shares.cumsum(axis=-1)
    chosen = (chance[:, None] * passed[..., -1:] >= passed).sum(axis=-1)
    return np.asarray(np.minimum(chosen, shares.shape[-1] - 1))
