"""Text as numbers: a vocabulary and a batch of character windows with the characters that follow them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError


@dataclass(frozen=True)
class Batch:
    """Symbols read and asked for, time first; of a text, its windows.

    Attributes:
        vocabulary: what can be read: for a text the characters, in the order in which it first shows them.
        inputs: indices of what is read (T, N).
        targets: indices of what is asked for (T, N); for a text those of the next characters.
        source: what the data are called, such as the text's name.
    """

    vocabulary: Sequence[str]
    inputs: Array
    targets: Array
    source: str = ""

    @property
    def answers(self) -> Sequence[str]:
        """What can be asked for; for a text it is what can be read."""
        return self.vocabulary

    @property
    def width(self) -> int:
        """D of the model's sizes: for symbols, how many can be read."""
        return len(self.vocabulary)

    @property
    def beside(self) -> int:
        """F, the length of a feature vector that stands beside the symbols; 0 if there is none."""
        return 0

    @property
    def length(self) -> int:
        """T of a plain sequence, from which a model counts the steps of its clock."""
        return self.steps

    @property
    def size(self) -> int:
        """N, the number of rows."""
        return int(self.inputs.shape[1])

    def rows(self, which: slice) -> Self:
        """Return some of the rows."""
        return replace(self, inputs=self.inputs[:, which], targets=self.targets[:, which])

    def read(self, t: int, given: Array) -> str:  # noqa: ARG002, other data tell by it
        """Return what the first row reads at a step of the clock.

        Args:
            t: a step with an input.
            given: x_t (N, D) as it went in.
        """
        return self.vocabulary[self.inputs[t - 1, 0]]

    def target(self, t: int) -> int:
        """Return the class that the first row is asked for at a step of the clock with an output."""
        return int(self.targets[t - 1, 0])

    def asked(self, t: int) -> str:
        """Return what the first row is asked for at a step of the clock with an output."""
        return self.answers[self.target(t)]

    @property
    def steps(self) -> int:
        """T, the number of time steps."""
        return int(self.inputs.shape[0])

    def one_hot(self, dtype: str = "float64") -> Array:
        """Return the inputs as one-hot rows (T, N, V)."""
        rows = np.zeros((*self.inputs.shape, len(self.vocabulary)), dtype)
        np.put_along_axis(rows, self.inputs[..., None], 1, axis=-1)
        return rows


DEFAULT_STEPS = 25


def windows(
    text: str,
    steps: int | None = None,
    size: int = 1,
    source: str = "",
    characters: Sequence[str] | None = None,
) -> Batch:
    """Cut `size` windows of `steps` characters out of a text, evenly spread over it.

    Args:
        text: at least two characters.
        steps: T; by default 25, or as many as the text has pairs of neighbours.
        size: N, the number of windows; they overlap if the text is short.
        source: the text's name.
        characters: the vocabulary, by number; by default those of the text, in the order in which it first shows them.

    Raises:
        UsageError: the text is too short for a window or has a character that is not in the vocabulary, or a size is
            not positive.
    """
    if len(text) < 2:
        raise UsageError(f"at least 2 characters are needed, the text has {len(text)}")
    length = min(DEFAULT_STEPS, len(text) - 1) if steps is None else steps
    if length < 1 or size < 1:
        raise UsageError("--steps and --batch must be at least 1")
    last = len(text) - 1 - length
    if last < 0:
        raise UsageError(f"--steps {length} needs at least {length + 1} characters, the text has {len(text)}")
    vocabulary = "".join(dict.fromkeys(text)) if characters is None else characters
    place = {character: k for k, character in enumerate(vocabulary)}
    unknown = next((character for character in text if character not in place), None)
    if unknown is not None:
        raise UsageError(
            f"{source or 'the text'} has {unknown!r}, which is none of the model's {len(place)} characters"
        )
    starts = [round(k * last / max(size - 1, 1)) for k in range(size)]
    picked = np.array([[place[each] for each in text[start : start + length + 1]] for start in starts]).T
    return Batch(vocabulary, picked[:-1], picked[1:], source)
