"""An image captioner that attends to places of the image (Xu et al. 2015, Show, Attend and Tell, arXiv:1502.03044)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.errors import UsageError
from bptt_viz.initialisation import Generator
from bptt_viz.models.captioning import Captioning, Words
from bptt_viz.models.image_start import start_parameters, started
from bptt_viz.models.interface import Feed, joined
from bptt_viz.models.reading import Reader, readout_parameters
from bptt_viz.models.rollout import Rollout
from bptt_viz.models.sampling import drawn_class
from bptt_viz.ops import add, concatenate, mean, multiply, sigmoid, sum
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import (
    CARRY,
    Attention,
    Borders,
    Layer,
    Module,
    Stack,
    advance,
    alias_all,
    attention_parameters,
    stack_of,
)

PLACES = 5
"""L of the features that checks draw."""


@dataclass(frozen=True)
class AttentionCaptioner(Captioning):
    """h_0 of mean(v); α_t over the places of v by h_(t−1); z_t = Σ α_i v_i; h_t = cell([x_t ; z_t], h_(t−1)); y_t.

    Attributes:
        attention: `soft`, z_t = Σ_i α_i v_i, or `hard`: z_t is the v_i of one place that is drawn with probability α_i.
        gate: z_t is multiplied by β_t = σ(h_(t−1) W_b + b_b), a number.
        penalty: λ of the doubly stochastic penalty λ Σ_i (1 − Σ_t α_(t,i))², which is added to the last loss.
    """

    attention: Literal["soft", "hard"] = "soft"
    gate: bool = False
    penalty: float = 0.0

    name: ClassVar[str] = "attention-captioner"
    default_cell: ClassVar[str] = "lstm"

    def __post_init__(self) -> None:
        """Refuse a penalty that would be a reward.

        Raises:
            UsageError: λ is negative, or attention is hard: the paper has the penalty for soft attention alone, and
                the score function does not charge places with it.
        """
        if self.penalty < 0:
            raise UsageError(f"option 'penalty' must not be negative, got {self.penalty:g}")
        if self.penalty and self.attention == "hard":
            raise UsageError("option 'penalty' is for attention=soft; leave it out")

    @cached_property
    def stacks(self) -> tuple[Stack]:
        """One stack, on one-hot words with what attention reads beside them; START is one of the words."""
        s = self.sizes
        return (stack_of(self.cell, s.outputs + 1 + s.inputs, s.hidden, s.layers),)

    def parameters(self) -> dict[str, Parameter]:
        """Return the start's, attention's, the gate's, the cells' and the readout's parameters."""
        F, H = self.sizes.inputs, self.sizes.hidden
        gate = {"W_b": Parameter((H, 1), "input"), "b_b": Parameter((1,), "bias")} if self.gate else {}
        attention = attention_parameters("additive", H, F, H)
        start = start_parameters(self.stacks[0], F)
        return joined(start, attention, gate, self.stacks[0].parameters(), readout_parameters(H, self.sizes.outputs))

    def starts(self, size: int) -> dict[str, tuple[int, ...]]:  # noqa: ARG002
        """Return nothing: the image makes all initial states."""
        return {}

    def feature_shape(self, size: int) -> tuple[int, ...]:
        """Return the shape of features with places."""
        return size, PLACES, self.sizes.inputs

    def chances(self, rng: Generator, shape: tuple[int, ...]) -> dict[str, Array]:
        """Return the numbers in [0, 1) that choose places."""
        return {"look": rng.random(shape)} if self.attention == "hard" else {}

    def record(
        self,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array] | None = None,  # noqa: ARG002
        borders: Borders | None = None,
        differentiate_inputs: bool = False,
    ) -> Rollout:
        """Record the states that the image makes, then the words, each with its look at the image.

        A hard attention looks where chance says, the feed's `look`, or where the feed's classes `places` (T, N) say.

        Raises:
            UsageError: the features have no places.
        """
        tape, targets = Tape(), feed.classes["targets"]
        words = Words(self, tape, feed, differentiate_inputs)
        v, shared = words.given["v"], self.leaves(tape, values)
        if v.value.ndim < 3:
            raise UsageError(f"attention needs features of places, (images, L, F); these have shape {v.shape}")
        module, first = started(tape, shared, self.stacks[0], v, places=True)
        layers = self.stacks[0].layers(tape, shared, first)
        reader, looking = Reader(tape, shared, len(layers)), _Looking(self, tape, shared, feed, v, layers, borders)
        scores: Node | None = None
        for t in self.pattern.inputs:
            below, counted = looking.beside(t, words.at(t, scores)), words.counted(t)
            for run in layers:
                below = advance(run, below, looking.borders)
            penalty = looking.covered(t, counted) if self.penalty else None
            scores = reader.read(t, below, targets[t - 1], counted, penalty)
        modules = (module, *looking.modules)
        return reader.rollout(self.pattern, layers, words.given, {}, words.read, shared, modules)


class _Looking:
    """The captioner's looks at the image.

    Attributes:
        borders: where the gradient through time stops.
    """

    def __init__(
        self,
        model: AttentionCaptioner,
        tape: Tape,
        shared: Mapping[str, Node],
        feed: Feed,
        v: Node,
        layers: Sequence[Layer],
        borders: Borders | None,
    ) -> None:
        self._model, self._tape, self._feed, self._v = model, tape, feed, v
        self._top, self.borders = layers[-1], borders or Borders()
        own = {name: shared[name] for name in attention_parameters("additive", 1, 1, 1)}
        self._attention = Attention(tape, "additive", own, self._top.depth)
        gate = {name: shared[name] for name in ("W_b", "b_b") if model.gate}
        self._gate = Module("gate", "β", self._top.depth, gate, about="z_t times β_t = σ(q W_b + b_b)")
        self._beside = Module("beside", "‖", 0, about="[x_t ; z_t]")
        self._sum = Module("coverage", "Σα", self._top.depth, about="all α so far; at the end λ Σ_i (1 − Σα_i)²")

    @property
    def modules(self) -> tuple[Module, ...]:
        """What was recorded."""
        every = (self._attention.module, self._gate, self._beside, self._sum)
        return tuple(module for module in every if module.outcomes)

    def beside(self, t: int, x: Node) -> Node:
        """Record [x_t ; z_t]."""
        z = self._read(t)
        with self._tape.at(t, 0, self._beside.name):
            self._beside.outcomes[t] = concatenate([x, z], name="xz")
        return self._beside.outcomes[t]

    def _read(self, t: int) -> Node:
        tape, row, kind = self._tape, self._top.depth, self._top.cell.states[0]
        with tape.at(t, row, CARRY):
            cut = bool(self.borders.between(t - 1, t))
            query = self.borders.cross(tape, {kind: self._top.states[-1][kind]}, cut)[kind]
        weights = self._attention.weigh(t, query, self._v)
        if self._model.attention == "hard":
            weights = self._chosen(t, weights.value.real)
        z = self._attention.read(t, weights, self._v)
        return self._gated(t, query, z) if self._model.gate else z

    def _chosen(self, t: int, shares: Array) -> Node:
        """Return the place that is looked at as weights, one of them 1."""
        forced = self._feed.classes.get("places")
        chosen = drawn_class(shares, self._feed.drawn["look"][t - 1]) if forced is None else forced[t - 1]
        self._attention.module.places[t] = chosen
        with self._tape.at(t, self._top.depth, self._attention.module.name):
            return self._tape.constant(np.eye(shares.shape[-1], dtype=shares.dtype)[chosen], "s")

    def _gated(self, t: int, query: Node, z: Node) -> Node:
        with self._tape.at(t, self._top.depth, "parameter"):
            used = self._gate.aliases[t] = alias_all(self._tape, self._gate.parameters)
        with self._tape.at(t, self._top.depth, self._gate.name):
            beta = sigmoid(add(query @ used["W_b"], used["b_b"], "β_raw"), "β")
            self._gate.outcomes[t] = multiply(beta, z, "βz")
        return self._gate.outcomes[t]

    def covered(self, t: int, counted: Array | None) -> Node | None:
        """Record where attention has been so far, and behind the last step the penalty."""
        tape, row, module = self._tape, self._top.depth, self._sum
        with tape.at(t, row, CARRY):
            last = module.outcomes.get(t - 1)
            cut = bool(self.borders.between(t - 1, t))
            before = None if last is None else self.borders.cross(tape, {"A": last}, cut)["A"]
        with tape.at(t, row, module.name):
            weights = self._attention.module.maps[t]
            seen = weights if counted is None else multiply(counted[:, None], weights)
            module.outcomes[t] = add(np.zeros_like(weights.value.real) if before is None else before, seen, "A")
        if t < self._model.pattern.steps:
            return None
        with tape.at(t, row + 1, "loss"):
            missing = 1 - module.outcomes[t]
            return multiply(self._model.penalty, mean(sum(missing * missing, axis=-1), axis=-1), "λ")
