"""A training run from its first update, or from a checkpoint, to its last."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models.sampling import Choosing
from bptt_viz.results.training import Reach, Span, Training
from bptt_viz.training.checkpoint import Checkpoint, digest
from bptt_viz.training.learner import Update
from bptt_viz.training.reach import reach_now
from bptt_viz.training.recipe import Recipe
from bptt_viz.training.writing import written

_SPANS = 10
_HISTORY = ("losses", "norms", "clipped", "reach updates", "reach norms")


@dataclass
class History:
    """What is remembered of all updates.

    Attributes:
        losses: mean loss a character, by update.
        norms: of the gradients, by update.
        clipped: whether each was clipped.
        reach: ‖∂L_T/∂h_t‖ by the update it was measured at.
    """

    losses: list[float]
    norms: list[float]
    clipped: list[bool]
    reach: dict[int, Array]


class Run:
    """A run that can be watched, saved and resumed.

    Attributes:
        recipe: what is trained and how.
        text: what it learns from.
        vocabulary: the characters, by number.
        learner: everything that changes.
        history: what has been.
        stopped: why it stopped before its time; empty if it did not.
    """

    def __init__(self, recipe: Recipe, text: str, saved: Checkpoint | None = None) -> None:
        """Start, or go on from a checkpoint.

        Args:
            recipe: what is trained and how.
            text: what it learns from.
            saved: where to go on from.

        Raises:
            UsageError: the checkpoint was made with another text.
        """
        self.recipe = recipe
        self.text = text
        self.vocabulary = saved.vocabulary if saved else "".join(dict.fromkeys(text))
        if saved and saved.digest != digest(text):
            raise UsageError("the checkpoint was made with another text; a run goes on with its own")
        self.learner = recipe.learner(text, self.vocabulary)
        self.history = History([], [], [], {})
        self.stopped = ""
        if saved:
            self.learner.restore(saved.arrays)
            self.history = _history(saved.arrays)

    def updates(self, until: int, reach_every: int = 0, reach_steps: int = 50) -> Iterator[Update]:
        """Yield each update until there have been so many, or the loss is not finite.

        Args:
            until: how many updates in all.
            reach_every: measure how far gradients reach before the first and after every so many updates; 0 never.
            reach_steps: T of that measurement; fewer if the text is shorter.
        """
        steps = min(reach_steps, self.learner.stream.codes.shape[1] - 1)
        if reach_every and not self.learner.updates:
            self.history.reach[0] = reach_now(self.learner, steps)
        while self.learner.updates < until and not self.stopped:
            update = self.learner.update()
            self._remember(update)
            if reach_every and update.number % reach_every == 0 and not self.stopped:
                self.history.reach[update.number] = reach_now(self.learner, steps)
            yield update

    def _remember(self, update: Update) -> None:
        self.history.losses.append(update.loss / self.recipe.steps)
        self.history.norms.append(update.norm)
        self.history.clipped.append(update.clipped)
        if not (math.isfinite(update.loss) and math.isfinite(update.norm)):
            before = self.history.norms[-2] if len(self.history.norms) > 1 else float("nan")
            self.stopped = (
                f"update {update.number} has loss {update.loss / self.recipe.steps:g} and a gradient norm of"
                f" {update.norm:g}, after {before:.3g} at the update before; its parameters were kept as they were"
            )

    def checkpoint(self) -> Checkpoint:
        """Return the run as it stands."""
        told = self.history
        arrays = dict(self.learner.snapshot())
        arrays |= {
            "losses": np.array(told.losses),
            "norms": np.array(told.norms),
            "clipped": np.array(told.clipped, bool),
        }
        rows = list(told.reach.values())
        arrays |= {
            "reach updates": np.array(list(told.reach), np.int64),
            "reach norms": np.array(rows).reshape(len(rows), len(rows[0]) if rows else 0),
        }
        return Checkpoint(self.recipe, self.vocabulary, digest(self.text), arrays)

    def sample(self, length: int, choosing: Choosing) -> str:
        """Return text that the model writes now; the same for the same parameters."""
        rng = np.random.default_rng((self.recipe.seed, self.learner.updates))
        values = self.learner.parameters.parts
        return written(self.learner.model, values, self.vocabulary, length, rng, choosing, self.text[0])

    def result(self, name: str, sample: str) -> Training:
        """Return what there is to report.

        Args:
            name: of the text.
            sample: text that the model wrote.
        """
        spans = _spans(self.history)
        reach = self.history.reach
        chance = math.log(len(self.vocabulary))
        return Training(
            finding=_finding(spans, chance, self.stopped),
            recipe=self.recipe.as_mapping(),
            text=name,
            classes=len(self.vocabulary),
            parameters=self.learner.parameters.vector.size,
            updates=self.learner.updates,
            chance=chance,
            spans=spans,
            reach=Reach(np.array(list(reach)), np.array(list(reach.values()))) if reach else None,
            sample=sample,
            stopped=self.stopped,
        )


def _history(arrays: Mapping[str, Array]) -> History:
    losses, norms, clipped, updates, rows = (arrays[name] for name in _HISTORY)
    reach = {int(update): row for update, row in zip(updates, rows, strict=True)}
    return History(losses.tolist(), norms.tolist(), clipped.tolist(), reach)


def _spans(told: History) -> tuple[Span, ...]:
    """Cut the run into about ten pieces."""
    pieces = [piece for piece in np.array_split(np.arange(len(told.losses)), _SPANS) if piece.size]
    losses, norms, clipped = np.array(told.losses), np.array(told.norms), np.array(told.clipped)
    return tuple(
        Span(
            int(piece[-1]) + 1,
            float(losses[piece].mean()),
            float(np.median(norms[piece])),
            float(clipped[piece].mean()),
        )
        for piece in pieces
    )


def _finding(spans: tuple[Span, ...], chance: float, stopped: str) -> str:
    if stopped:
        return "Training stopped: the gradient is not finite"
    if not spans:
        return "No update has been made"
    last = spans[-1].loss
    bits = last / math.log(2)
    return (
        f"After {spans[-1].last:,} updates the loss is {last:.4g} nats ({bits:.3g} bits) a character; chance is"
        f" {chance:.4g}"
    )
