"""Sequence to sequence: an encoder reads, a decoder with weights of its own writes (Sutskever et al. 2014)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter, State
from bptt_viz.initialisation import Generator
from bptt_viz.models.batch import Batch
from bptt_viz.models.interface import Architecture, Feed, joined
from bptt_viz.models.pairs import pairs
from bptt_viz.models.reading import Reader, inputs_by_step, readout_parameters
from bptt_viz.models.rollout import Rollout
from bptt_viz.models.sampling import Choosing
from bptt_viz.ops import at_step, concatenate
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import (
    CARRY,
    Attention,
    Borders,
    Layer,
    Module,
    Pattern,
    Stack,
    advance,
    attention_parameters,
    stack_of,
    unroll,
)

if TYPE_CHECKING:
    from bptt_viz.models.request import Request


@dataclass(frozen=True)
class Seq2Seq(Architecture):
    """Encoder h_t = cell(x_t, h_(t−1)); decoder s_0 = h_T, s_t = cell'(y_(t−1), s_(t−1)); scores of s_t until END.

    With attention the decoder reads [y_(t−1) ; z_t], where z_t is what attention with the query s_(t−1) reads of all h.

    Attributes:
        task: what is to be written: the source reversed, or copied.
        fed: what the decoder reads: the true previous symbol (`teacher`, START first), a `sampled` one, or `zero`.
        attention: how it attends to the encoder's states, if it does.
    """

    task: Literal["reverse", "copy"] = "reverse"
    fed: Literal["teacher", "sampled", "zero"] = "teacher"
    attention: Literal["none", "dot", "general", "additive"] = "none"

    name: ClassVar[str] = "seq2seq"
    reads_text: ClassVar[bool] = False

    @property
    def pattern(self) -> Pattern:
        """The source first; then as many steps and one more, for END."""
        T = self.sizes.steps
        source, written = tuple(range(1, T + 1)), tuple(range(T + 1, 2 * T + 2))
        return Pattern("seq2seq", 2 * T + 1, source if self.fed == "zero" else source + written, written)

    @cached_property
    def stacks(self) -> tuple[Stack, Stack]:
        """The encoder and the decoder; START is an input of the decoder alone."""
        D, H, V, layers = self.sizes.inputs, self.sizes.hidden, self.sizes.outputs, self.sizes.layers
        read = V + 1 + (0 if self.attention == "none" else H)
        return (
            stack_of(self.cell, D, H, layers, tag="enc", name="encoder"),
            stack_of(self.cell, read, H, layers, tag="dec", name="decoder"),
        )

    def parameters(self) -> dict[str, Parameter]:
        """Return the encoder's, the decoder's, attention's and the readout's parameters."""
        H = self.sizes.hidden
        attention = attention_parameters(self.attention, H, H, H)
        readout = readout_parameters(H, self.sizes.outputs)
        return joined(*(stack.parameters() for stack in self.stacks), attention, readout)

    def starts(self, size: int) -> dict[str, tuple[int, ...]]:
        """Return the encoder's initial states; the decoder's are the encoder's last ones."""
        return self.stacks[0].starts(size)

    @classmethod
    def batch(cls, request: "Request", options: Mapping[str, Any]) -> Batch:
        """Return random strings, with themselves reversed or copied as targets."""
        return pairs(options.get("task", cls.task), request.steps, request.batch, request.seed)

    def feed(self, batch: Batch, rng: Generator, dtype: str = "float64") -> Feed:
        """Return the source and what the decoder is fed as one-hot rows, and the targets."""
        x, targets = batch.one_hot(dtype), batch.targets
        rows = np.eye(self.sizes.outputs + 1, dtype=dtype)
        given = np.concatenate([np.full_like(targets[:1], self.sizes.outputs), targets[:-1]])
        return self._feed(x, rows[given], targets, rng)

    def random_feed(self, rng: Generator, size: int) -> Feed:
        """Return normal inputs of both parts, and uniform targets."""
        T, D, V = self.sizes.steps, self.sizes.inputs, self.sizes.outputs
        x, given = rng.standard_normal((T, size, D)), rng.standard_normal((T + 1, size, V + 1))
        return self._feed(x, given, rng.integers(0, V, (T + 1, size)), rng)

    def _feed(self, x: Array, given: Array, targets: Array, rng: Generator) -> Feed:
        """Keep of what the decoder could be fed what it is fed: all of it, START alone, or nothing."""
        if self.fed == "teacher":
            return Feed({"x": x, "x_dec": given}, {"targets": targets})
        if self.fed == "sampled":
            return Feed({"x": x, "x_dec": given[:1]}, {"targets": targets}, {"chance": rng.random(targets.shape)})
        return Feed({"x": x}, {"targets": targets})

    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record the encoder over the source, then the decoder, which goes on from the encoder's last states."""
        x, (reading, writing) = feed.arrays["x"], self.stacks
        tape, borders = Tape(), borders or Borders()
        shared = self.leaves(tape, values)
        first = reading.leaves(tape, start or {}, x.shape[-2], str(x.dtype))
        encoder = reading.layers(tape, shared, first)
        whole, xs = inputs_by_step(tape, x, range(1, self.sizes.steps + 1), differentiate_inputs)
        unroll(encoder, list(xs.values()), borders)
        last: Sequence[State] = [run.states[-1] for run in encoder]
        decoder = writing.layers(tape, shared, last, first=self.sizes.steps + 1)
        made = _Writing(self, tape, shared, feed, (encoder, decoder), borders, differentiate_inputs)
        made.write()
        given, inputs = {"x": whole} | made.given, xs | made.read
        parts = () if made.attention is None else (made.attention.module, made.beside)
        layers, starts = (*encoder, *decoder), reading.named(first)
        return made.reader.rollout(self.pattern, layers, given, starts, inputs, shared, parts)


class _Writing:
    """The decoder at work."""

    def __init__(
        self,
        model: Seq2Seq,
        tape: Tape,
        shared: Mapping[str, Node],
        feed: Feed,
        layers: tuple[Sequence[Layer], Sequence[Layer]],
        borders: Borders,
        differentiate: bool,
    ) -> None:
        (self._encoder, self._decoder), self._borders = layers, borders
        self._model, self._tape, self._feed = model, tape, feed
        self._steps = range(model.sizes.steps + 1, model.pattern.steps + 1)
        self.reader = Reader(tape, shared, len(self._decoder))
        self.attention = None
        if model.attention != "none":
            own = {name: shared[name] for name in attention_parameters(model.attention, 1, 1, 1)}
            self.attention = Attention(tape, model.attention, own, self._decoder[-1].depth)
        self.beside = Module("beside", "‖", 0, about="[x_t ; z_t]")
        self._memories: dict[int, Node] = {}
        self.given: dict[str, Node] = {}
        self.read: dict[int, Node] = {}
        if "x_dec" in feed.arrays:
            with tape.at(role="input"):
                self.given["x_dec"] = (tape.leaf if differentiate else tape.constant)(feed.arrays["x_dec"], "x")

    def write(self) -> None:
        """Record all steps; each may read what was written at the one before."""
        scores: Node | None = None
        for place, t in enumerate(self._steps):
            x = self._input(place, t, scores)
            if self.attention is not None:
                x = self._attended(t, x)
            for run in self._decoder:
                x = advance(run, x, self._borders)
            scores = self.reader.read(t, x, self._feed.classes["targets"][place])

    def _input(self, place: int, t: int, scores: Node | None) -> Node:
        fed, tape = self._model.fed, self._tape
        with tape.at(t, 0, "input"):
            if fed == "teacher" or (fed == "sampled" and scores is None):
                self.read[t] = at_step(self.given["x_dec"], place, "x")
                return self.read[t]
            rows = self._feed.classes["targets"].shape[1]
            if scores is None or fed == "zero":
                return tape.constant(np.zeros((rows, self._model.sizes.outputs + 1), self._feed.arrays["x"].real.dtype))
            chosen = Choosing().chosen(scores.value.real, self._feed.drawn["chance"][place])
            one_hot = np.eye(self._model.sizes.outputs + 1, dtype=scores.value.real.dtype)
            self.read[t] = tape.constant(one_hot[chosen], "x")
            return self.read[t]

    def _attended(self, t: int, x: Node) -> Node:
        """Return what is read, with what attention reads beside it."""
        assert self.attention is not None
        run, tape = self._decoder[-1], self._tape
        kind = run.cell.states[0]
        memory, cut = self._memory(t), bool(self._borders.between(t - 1, t))
        with tape.at(t, run.depth, CARRY):
            query = self._borders.cross(tape, {kind: run.states[-1][kind]}, cut)[kind]
            read = self._borders.cross(tape, {"M": memory}, cut=False)["M"]
        z = self.attention.look(t, query, read)
        with tape.at(t, 0, self.beside.name):
            self.beside.outcomes[t] = concatenate([x, z], name="xz")
        return self.beside.outcomes[t]

    def _memory(self, t: int) -> Node:
        """Return the encoder's states as step `t` may see them; they are laid side by side once for each cut."""
        cut, run = self._borders.latest(t), self._encoder[-1]
        if cut not in self._memories:
            states = {s: run.state(s)[run.cell.states[0]] for s in run.steps}
            self._memories[cut] = self._borders.memory(self._tape, states, cut, run.depth)
        return self._memories[cut]
