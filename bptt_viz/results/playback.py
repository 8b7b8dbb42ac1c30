"""In which order a backward pass goes over the arrows of a picture."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Playback:
    """A backward pass in moments: whatever of it needs nothing of a later one may happen at once.

    Attributes:
        moments: the time steps that each moment is about, in the order of the pass.
        edges: the moment of each backward edge by its id, counted from 0.
    """

    moments: tuple[tuple[int, ...], ...]
    edges: Mapping[str, int]
