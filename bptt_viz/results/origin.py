"""Where a model's weights are from, if they were not drawn."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Origin:
    """A weight file as a model took it.

    Attributes:
        file: its name, without folders.
        form: its format.
        used: how many of its arrays became parameters.
        left_out: the names of those that did not, without what belongs to the training.
        vocabulary: where the order of the characters is from, in words; empty if the model reads none.
        notes: what was taken for granted or drawn, as sentences.
    """

    file: str
    form: str
    used: int
    left_out: tuple[str, ...]
    vocabulary: str
    notes: tuple[str, ...]
