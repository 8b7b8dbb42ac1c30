"""What is to be trained and how, in words and numbers that fit into a checkpoint."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

import numpy as np

from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Initialisation
from bptt_viz.models import SequenceModel, Sizes, cell_class
from bptt_viz.models.lookup import cell_maker
from bptt_viz.models.multilayer import Multilayer
from bptt_viz.topologies import MakeCell, pattern, stack_of
from bptt_viz.training.clipping import Clip
from bptt_viz.training.learner import Learner, Schedule
from bptt_viz.training.optimisers import optimiser
from bptt_viz.training.stream import Stream, encode


@dataclass(frozen=True)
class Recipe:
    """A character model and its training.

    Attributes:
        cell: a built-in cell's name, or `file.py:ClassName`.
        hidden: H.
        layers: cells in depth.
        activation: φ of a cell that has one.
        settings: further options of the cell.
        init: how all weight matrices are drawn.
        steps: k1, the steps between updates.
        back: k2, how many steps errors are carried back; None is k1, the chunks of min-char-rnn.
        carries: whether states go on from update to update.
        dropout: p, the share of entries dropped between layers and before the readout.
        mask: a new mask at each step (`steps`), or one for all until the text begins again (`tied`), on h_(t−1) too.
        batch: N, places of the text that are read side by side.
        optimiser: its name.
        rate: the learning rate; None takes the optimiser's usual one.
        numbers: the optimiser's further numbers.
        clip_norm: θ; None does not clip.
        clip_value: c; None does not clip.
        seed: of the first parameters.
        dtype: `float64` or `float32`.
    """

    cell: str = "rnn"
    hidden: int = 100
    layers: int = 1
    activation: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    init: str = "xavier"
    steps: int = 25
    back: int | None = None
    carries: bool = True
    dropout: float = 0.0
    mask: str = "steps"
    batch: int = 1
    optimiser: str = "adam"
    rate: float | None = None
    numbers: Mapping[str, float] = field(default_factory=dict)
    clip_norm: float | None = 5.0
    clip_value: float | None = None
    seed: int = 0
    dtype: str = "float64"

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense.

        Raises:
            UsageError: a size is below 1, k2 < k1, or the type is no floating one.
        """
        for name in ("hidden", "layers", "steps", "batch"):
            if getattr(self, name) < 1:
                raise UsageError(f"--{name} must be at least 1, got {getattr(self, name)}")
        if self.back is not None and self.back < self.steps:
            raise UsageError(
                f"--back must be at least --steps ({self.steps}), got {self.back}: no error would reach it"
            )
        if not self.carries and self.back not in {None, self.steps}:
            raise UsageError("--no-carry starts every window from zero, so --back cannot reach beyond --steps")
        if not 0 <= self.dropout < 1:
            raise UsageError(f"--dropout must be at least 0 and below 1, got {self.dropout:g}")
        if self.mask not in {"steps", "tied"}:
            raise UsageError(f"--mask must be steps or tied, got {self.mask!r}")
        if self.dtype not in {"float64", "float32"}:
            raise UsageError(f"--dtype must be float64 or float32, got {self.dtype!r}")

    def model(self, classes: int) -> SequenceModel:
        """Return the model for a vocabulary of some size.

        Raises:
            UsageError: a name is unknown, or an option does not fit the cell.
        """
        stack = stack_of(self._maker(), classes, self.hidden, self.layers)
        return SequenceModel(stack.cells, classes, pattern("many-to-many", self.back or self.steps))

    def _maker(self) -> MakeCell:
        given = dict(self.settings) | ({} if self.activation is None else {"activation": self.activation})
        return cell_maker(cell_class(self.cell), f"cell {self.cell!r}", given)

    def _dropping(self, classes: int) -> Multilayer | None:
        """Return the model with dropout, if there is any."""
        if not self.dropout:
            return None
        sizes = Sizes(classes, self.hidden, classes, self.layers, self.back or self.steps)
        mask: Literal["steps", "tied"] = "tied" if self.mask == "tied" else "steps"
        return Multilayer(sizes, self._maker(), dropout=self.dropout, mask=mask)

    def learner(self, text: str, vocabulary: str) -> Learner:
        """Return a learner before its first update.

        Args:
            text: to learn from.
            vocabulary: the characters, by number.

        Raises:
            UsageError: the text is too short or has other characters; further as for `model`.
        """
        model = self.model(len(vocabulary))
        stream = Stream.over(encode(text, vocabulary), self.batch, self.steps)
        values = model.draw(np.random.default_rng(self.seed), Initialisation.parse(self.init), self.dtype)
        schedule = Schedule(self.steps, self.back or self.steps, self.carries)
        chosen = optimiser(self.optimiser, self.rate, **self.numbers)
        clip, dropping = Clip(self.clip_norm, self.clip_value), self._dropping(len(vocabulary))
        return Learner(model, values, stream, schedule, chosen, clip, dropping, self.seed)

    def as_mapping(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return asdict(self)

    @classmethod
    def of(cls, saved: Mapping[str, Any]) -> "Recipe":
        """Return the recipe that a mapping was made of.

        Raises:
            UsageError: a name is unknown, or a number is out of range.
        """
        unknown = sorted(set(saved) - {f.name for f in fields(cls)})
        if unknown:
            raise UsageError(f"the checkpoint has an unknown option {unknown[0]!r}; was it written by a newer version?")
        return cls(**saved)


PRESETS: Mapping[str, Recipe] = {
    "plain": Recipe(),
    "min-char-rnn": replace(
        Recipe(), init="normal=0.01", optimiser="adagrad", rate=0.1, clip_norm=None, clip_value=5.0
    ),
}
"""Recipes by name: ours, and Karpathy's of 2015."""
