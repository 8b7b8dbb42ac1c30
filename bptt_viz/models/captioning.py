"""What all captioners share: their data, START and END, and what the writer is fed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.initialisation import Generator
from bptt_viz.models.batch import Batch
from bptt_viz.models.caption_files import captions_from_files
from bptt_viz.models.captions import Captions
from bptt_viz.models.interface import Architecture, Feed
from bptt_viz.models.sampling import Choosing
from bptt_viz.models.scenes import scenes
from bptt_viz.ops import at_step
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Pattern

if TYPE_CHECKING:
    from bptt_viz.models.request import Request

Fed = Literal["teacher", "sampled", "greedy"]
FILES = ("features", "captions", "vocabulary")
"""The options that name files."""


@dataclass(frozen=True)
class Captioning(Architecture):
    """A network that writes a caption, word by word, from START to END.

    Attributes:
        fed: what it reads: the true word before (`teacher`), one `sampled` from its last scores, or the likeliest one
            (`greedy`).
        features: a file with the features of images; the drawn scenes if empty.
        captions: a text file with a caption a line, for a file of features.
        vocabulary: a text file with a word a line; by default the words of the captions.
    """

    fed: Fed = "teacher"
    features: str = ""
    captions: str = ""
    vocabulary: str = ""

    reads_text: ClassVar[bool] = False
    own_data: ClassVar[str] = "scenes"

    @property
    def pattern(self) -> Pattern:
        """A word goes in and one comes out at every step."""
        every = tuple(range(1, self.sizes.steps + 1))
        return Pattern(self.name, self.sizes.steps, every, every)

    @classmethod
    def batch(cls, request: "Request", options: Mapping[str, Any]) -> Batch:
        """Return the drawn scenes, or what the named files hold."""
        named = {name: str(options.get(name, "")) for name in FILES}
        if any(named.values()):
            return cls.shaped(captions_from_files(request.steps, request.batch, request.seed, **named))
        return cls.shaped(scenes(request.batch, request.seed, request.steps))

    @classmethod
    def shaped(cls, batch: Captions) -> Captions:
        """Return the data with features as the model reads them."""
        return batch

    def options(self) -> dict[str, str]:
        """Return the options that tell something; files by their names."""
        told = super().options()
        for name in FILES:
            text = told.pop(name)
            if text:
                told[name] = Path(text).name
        return told

    def writing(self) -> Self:
        """Return the model as it writes captions by itself: its likeliest word is fed back."""
        return replace(self, fed="greedy")

    def feed(self, batch: Batch, rng: Generator, dtype: str = "float64") -> Feed:
        """Return features, what the writer is fed as one-hot rows, the words to be written, and what chance draws."""
        assert isinstance(batch, Captions)
        x = np.eye(self.sizes.outputs + 1, dtype=dtype)[batch.inputs]
        return self._fed(batch.features.astype(dtype), x, batch.targets, batch.counted.astype(dtype), rng)

    def random_feed(self, rng: Generator, size: int) -> Feed:
        """Return normal features and inputs and uniform words; the first row's caption ends before the others."""
        T, V = self.sizes.steps, self.sizes.outputs
        v, x = rng.standard_normal(self.feature_shape(size)), rng.standard_normal((T, size, V + 1))
        counted = np.ones((T, size))
        counted[T - 1 :, : size - 1] = 0 if T > 1 else 1
        return self._fed(v, x, rng.integers(0, V, (T, size)), counted, rng)

    def feature_shape(self, size: int) -> tuple[int, ...]:
        """Return the shape of the features of `size` images that checks draw."""
        return size, self.sizes.inputs

    def _fed(self, v: Array, x: Array, targets: Array, counted: Array, rng: Generator) -> Feed:
        given = {"v": v, "x": x if self.fed == "teacher" else x[:1]}
        drawn = {} if counted.all() else {"counted": counted}
        if self.fed == "sampled":
            drawn["chance"] = rng.random(targets.shape)
        return Feed(given, {"targets": targets}, drawn | self.chances(rng, targets.shape))

    def chances(self, rng: Generator, shape: tuple[int, ...]) -> dict[str, Array]:  # noqa: ARG002
        """Return what else is drawn for T steps of N rows; by default nothing."""
        return {}


class Writer(Protocol):
    """A model that says what it feeds its writer."""

    @property
    def fed(self) -> Fed:
        """What the writer reads."""


class Words:
    """What a writer reads at each step, and what of it counts.

    Attributes:
        given: the whole input `x` as it was given.
        read: x_t by step.
    """

    def __init__(self, model: Writer, tape: Tape, feed: Feed, differentiate: bool) -> None:
        """Record what is given; the arguments are as in `Architecture.record`."""
        self._model, self._tape, self._feed = model, tape, feed
        with tape.at(role="input"):
            make = tape.leaf if differentiate else tape.constant
            self.given = {name: make(feed.arrays[name], name) for name in ("v", "x")}
        self.read: dict[int, Node] = {}

    def at(self, t: int, scores: Node | None) -> Node:
        """Record x_t.

        Args:
            t: the step.
            scores: of the step before; None at the first.
        """
        with self._tape.at(t, 0, "input"):
            if self._model.fed == "teacher" or scores is None:
                self.read[t] = at_step(self.given["x"], t - 1, "x")
            else:
                self.read[t] = self._tape.constant(self._chosen(t, scores.value.real), "x")
        return self.read[t]

    def _chosen(self, t: int, scores: Array) -> Array:
        greedy = self._model.fed == "greedy"
        chance = np.zeros(scores.shape[-2]) if greedy else self._feed.drawn["chance"][t - 2]
        chosen = Choosing(greedy=greedy).chosen(scores, chance)
        return np.eye(scores.shape[-1] + 1, dtype=scores.dtype)[chosen]

    def counted(self, t: int) -> Array | None:
        """Return which rows count at a step, (N,); None if all do."""
        found = self._feed.drawn.get("counted")
        return None if found is None else found[t - 1]
