"""A text read from beginning to end, over and over, in one or several places at once."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError


def encode(text: str, vocabulary: Sequence[str]) -> Array:
    """Return the characters' places in the vocabulary.

    Raises:
        UsageError: the vocabulary lacks one of them.
    """
    place = {character: k for k, character in enumerate(vocabulary)}
    unknown = next((character for character in text if character not in place), None)
    if unknown is not None:
        raise UsageError(f"the model does not know the character {unknown!r}; it knows {len(vocabulary)} others")
    return np.array([place[character] for character in text])


@dataclass
class Stream:
    """Equal pieces of a text, one a row of the batch, which are read side by side.

    Attributes:
        codes: characters by number (N, length of a piece).
        ahead: how many steps are read at once.
        position: how many steps of each piece are read.
    """

    codes: Array
    ahead: int
    position: int = 0

    @classmethod
    def over(cls, codes: Array, size: int, ahead: int) -> "Stream":
        """Cut a text (length,) into `size` pieces.

        Raises:
            UsageError: a piece is too short for one reading.
        """
        length = len(codes) // size
        if length <= ahead:
            raise UsageError(
                f"{size} × {ahead + 1} characters are needed to read {ahead} steps in {size} places, the text has"
                f" {len(codes)}; choose a smaller --steps or --batch"
            )
        return cls(codes[: size * length].reshape(size, length), ahead)

    @property
    def is_over(self) -> bool:
        """Whether the next reading would pass the end, as min-char-rnn has it: one character more is left unread."""
        return self.position + self.ahead + 1 >= max(self.codes.shape[1], self.ahead + 2)

    def window(self, steps: int) -> tuple[Array, Array]:
        """Return the last `steps` inputs and their targets (steps, N), up to the position."""
        inputs = self.codes[:, self.position - steps : self.position]
        targets = self.codes[:, self.position - steps + 1 : self.position + 1]
        return inputs.T, targets.T
