"""A character language model: each character is asked for the next one (Karpathy 2015; CS231n lecture 10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter, Values
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.models.batch import Batch
from bptt_viz.models.hello import hello_values
from bptt_viz.models.interface import Feed, joined
from bptt_viz.models.multilayer import Multilayer
from bptt_viz.models.readouts import Exact, Readout, Sampled, TwoLevel, inclusion, sampled
from bptt_viz.ops import embedding
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Module, Stack, alias_all, stack_of


@dataclass(frozen=True)
class CharLM(Multilayer):
    """x_t = one-hot(c_t) or E[c_t]; h_t = cell(x_t, h_(t−1)); y_t = h_t W_hy + b_y; L_t = −log softmax(y_t)[c_(t+1)].

    Attributes:
        reads: a character as its one-hot row, or as its row of a table E that is learned.
        width: the length of a row of E.
        softmax: over all characters, over a sample of them, or in two levels.
        samples: K, how many other characters a sampled softmax takes.
        weights: drawn, or those with which the lecture's states and scores of "hello" come out.
    """

    reads: Literal["one-hot", "embedding"] = "one-hot"
    width: int = 16
    softmax: Literal["exact", "sampled", "two-level"] = "exact"
    samples: int = 5
    weights: Literal["drawn", "lecture"] = "drawn"

    name: ClassVar[str] = "char-lm"
    default_layers: ClassVar[int] = 1

    def __post_init__(self) -> None:
        """Refuse sizes that are none.

        Raises:
            UsageError: a table or a sample would be empty.
        """
        super().__post_init__()
        for name in ("width", "samples"):
            if getattr(self, name) < 1:
                raise UsageError(f"option {name!r} must be at least 1, got {getattr(self, name)}")

    @cached_property
    def stacks(self) -> tuple[Stack]:
        """One stack, on characters or on their embeddings."""
        width = self.sizes.inputs if self.reads == "one-hot" else self.width
        return (stack_of(self.cell, width, self.sizes.hidden, self.sizes.layers),)

    def parameters(self) -> dict[str, Parameter]:
        """Return the table's, the cells' and the readout's parameters."""
        table = {} if self.reads == "one-hot" else {"E": Parameter((self.sizes.inputs, self.width), "input")}
        readout = self._kind().parameters(self.sizes.hidden, self.sizes.outputs)
        return joined(table, self.stacks[0].parameters(), readout)

    def adjust(self, drawn: Values) -> None:
        """Let the cells adjust their parameters; replace them all by the lecture's if so asked.

        Raises:
            UsageError: the lecture's model is another one.
        """
        super().adjust(drawn)
        if self.weights == "lecture":
            known = hello_values()
            if {name: value.shape for name, value in drawn.items()} != {k: v.shape for k, v in known.items()}:
                raise UsageError(
                    "weights=lecture is an RNN with --hidden 3 --layers 1 on --text hello, one-hot and exact"
                )
            drawn |= known

    def feed(self, batch: Batch, rng: Generator, dtype: str = "float64") -> Feed:
        """Return a text's characters, those that follow, masks, and what a sampled softmax draws."""
        counts = np.bincount(batch.targets.ravel(), minlength=self.sizes.outputs) + 1.0
        return self._feed(batch.one_hot(dtype), batch.inputs, batch.targets, counts, rng, dtype)

    def random_feed(self, rng: Generator, size: int) -> Feed:
        """Return normal inputs in place of one-hot rows, or uniform characters, and uniform targets."""
        D, V, shape = self.sizes.inputs, self.sizes.outputs, (self.sizes.steps, size)
        x, read = rng.standard_normal((*shape, D)), rng.integers(0, D, shape)
        return self._feed(x, read, rng.integers(0, V, shape), rng.uniform(1, 9, V), rng, "float64")

    def _feed(self, x: Array, read: Array, targets: Array, weights: Array, rng: Generator, dtype: str) -> Feed:
        arrays = {"x": x} if self.reads == "one-hot" else {}
        classes = {"targets": targets} | ({} if arrays else {"read": read})
        drawn = self.drawn(rng, targets.shape[1], dtype)
        if self.softmax == "sampled":
            kept = inclusion(weights, min(self.samples, self.sizes.outputs))
            classes["sample"] = np.stack([sampled(rng, kept) for _ in range(self.sizes.steps)])
            drawn["kept"] = np.log(kept).astype(dtype)
        return Feed(arrays, classes, drawn)

    def _kind(self, feed: Feed | None = None) -> Readout:
        if self.softmax == "exact":
            return Exact()
        if self.softmax == "two-level":
            return TwoLevel(self.sizes.outputs)
        nothing = np.zeros((0, 0))
        return Sampled(feed.classes["sample"], feed.drawn["kept"]) if feed else Sampled(nothing, nothing)

    def readout(self, feed: Feed) -> Readout:
        """Return the softmax."""
        return self._kind(feed)

    def read(
        self, tape: Tape, feed: Feed, shared: Mapping[str, Node], differentiate: bool
    ) -> tuple[dict[str, Node], dict[int, Node], tuple[Module, ...]]:
        """Record one-hot rows, or rows of the table."""
        if self.reads == "one-hot":
            return super().read(tape, feed, shared, differentiate)
        table = {"E": shared["E"]}
        module = Module("embedding", "E", 0, table, about="x_t = E[c_t], a row of the table")
        for t in self.pattern.inputs:
            with tape.at(t, 0, "parameter"):
                used = module.aliases[t] = alias_all(tape, table)
            with tape.at(t, 0, module.name):
                module.outcomes[t] = embedding(used["E"], feed.classes["read"][t - 1], "x")
        return {}, dict(module.outcomes), (module,)
