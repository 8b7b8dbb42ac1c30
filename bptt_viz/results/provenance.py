"""What was run to make a result."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Provenance:
    """The run that an artefact came from; the same run gives the same artefact on the same machine.

    Attributes:
        command: the command's name.
        options: its options, seed included.
        version: of bptt_viz.
        numpy: version of NumPy.
        python: version of Python.
    """

    command: str
    options: Mapping[str, Any]
    version: str
    numpy: str
    python: str
