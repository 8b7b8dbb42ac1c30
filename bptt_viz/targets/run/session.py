"""All targets of one file, checked one after the other in the child process."""

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from bptt_viz.results.targets import TargetCheck
from bptt_viz.targets.run.choosing import judged
from bptt_viz.targets.run.loading import Loaded, load, read_text
from bptt_viz.targets.run.question import Question
from bptt_viz.targets.run.raised import remember_text
from bptt_viz.targets.run.stubs import defuse
from bptt_viz.targets.run.wire import read
from bptt_viz.targets.tables import from_document


class Session:
    """One file's targets.

    Args:
        order: what the parent wrote: `path`, `targets` as documents, and the options.
    """

    def __init__(self, order: dict[str, Any]) -> None:
        self._path = Path(order["path"]).resolve()
        self._text = order.get("text")
        self._targets = [from_document(each) for each in order["targets"]]
        self._question = read(Question, order["question"])
        self._sure: list[bool] = order["sure"]
        self._loaded: dict[bool, Loaded] = {}
        defuse()
        here = str(Path.cwd())
        sys.path[:] = [place for place in sys.path if place not in {"", here}]  # its files are not to be run whole
        warnings.simplefilter("ignore")
        # What drops an imaginary part does not let complex steps through.
        warnings.simplefilter("error", np.exceptions.ComplexWarning)

    def check(self, number: int) -> TargetCheck:
        """Check one of the targets; whatever goes wrong in its code is an outcome."""
        return judged(self._targets[number], self._question, self._load, self._sure[number])

    def _load(self, float64: bool = False) -> Loaded:
        if float64 not in self._loaded:
            text = self._text if self._text is not None else read_text(self._path)
            remember_text(str(self._path), text)
            self._loaded[float64] = load(self._path, text, float64)
        return self._loaded[float64]
