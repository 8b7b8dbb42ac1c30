"""Gradient clipping, in place on the vector of all gradients."""

from dataclasses import dataclass

import numpy as np

from bptt_viz.errors import UsageError
from bptt_viz.training.flat import Flat


@dataclass(frozen=True, slots=True)
class Clip:
    """What holds a gradient back; the norm goes first where both are given.

    Attributes:
        norm: θ: g ← θ g/‖g‖ where ‖g‖ ≥ θ, over all parameters jointly (Pascanu, Mikolov & Bengio 2013).
        value: c: every entry is held between −c and c (as in min-char-rnn).
    """

    norm: float | None = None
    value: float | None = None

    def __post_init__(self) -> None:
        """Refuse limits that let nothing through.

        Raises:
            UsageError: a limit is not positive and finite.
        """
        for name, limit in (("norm", self.norm), ("value", self.value)):
            if limit is not None and not (np.isfinite(limit) and limit > 0):
                raise UsageError(f"--clip-{name} must be positive and finite, got {limit:g}")

    def apply(self, gradient: Flat, size: float) -> bool:
        """Clip in place; tell whether anything was changed.

        Args:
            gradient: of all parameters.
            size: its norm.
        """
        acted = False
        if self.norm is not None and size >= self.norm:
            gradient.vector *= self.norm / size
            acted = True
        if self.value is not None:
            acted |= bool(max(gradient.vector.max(), -gradient.vector.min()) > self.value)
            np.clip(gradient.vector, -self.value, self.value, out=gradient.vector)
        return acted
