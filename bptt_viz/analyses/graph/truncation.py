"""Truncated backpropagation as pictures show it: where the gradient is cut, and how far back each error gets."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.arrays import Array, norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout
from bptt_viz.tape import Node, backward


@dataclass(frozen=True, slots=True)
class Truncation:
    """How far back errors are carried.

    Attributes:
        style: `chunked` to the start of their piece of the sequence; `true` over a number of steps, their own among
            them.
        lengths: of the pieces, one for all or each one's; for true truncation the number of steps.
    """

    style: Literal["chunked", "true"]
    lengths: tuple[int, ...]

    @classmethod
    def parse(cls, text: str, style: str) -> "Truncation":
        """Read a number of steps such as `5`, or the lengths of pieces such as `7+6+6`.

        Raises:
            UsageError: it is neither, or there are pieces where one number is wanted.
        """
        try:
            lengths = tuple(int(part) for part in text.split("+"))
        except ValueError:
            lengths = ()
        if not lengths or min(lengths) < 1:
            raise UsageError(f"--truncate wants a number of steps such as 5, or pieces such as 7+6+6, got {text!r}")
        if style == "true":
            if len(lengths) > 1:
                raise UsageError(f"--truncation true wants one number of steps, got {text!r}")
            return cls("true", lengths)
        return cls("chunked", lengths)

    @property
    def told(self) -> str:
        """What a title says of it."""
        lengths = "+".join(map(str, self.lengths))
        if self.style == "true":
            return f"each error carried back {lengths} step{'' if self.lengths == (1,) else 's'}"
        return f"gradient cut {'into' if len(self.lengths) > 1 else 'every'} {lengths} steps"

    def chunks(self, steps: int) -> list[range]:
        """Return the pieces that are backpropagated together; for true truncation all steps are one.

        Raises:
            UsageError: the pieces' lengths are given one by one and do not add up to T.
        """
        if self.style == "true":
            return [range(1, steps + 1)]
        (first, *more), total = self.lengths, sum(self.lengths)
        if not more:
            return [range(t, min(t + first, steps + 1)) for t in range(1, steps + 1, first)]
        if total != steps:
            raise UsageError(
                f"--truncate {'+'.join(map(str, self.lengths))} makes {total} steps, but there are {steps}"
            )
        starts = [1 + sum(self.lengths[:k]) for k in range(len(self.lengths))]
        return [range(start, start + length) for start, length in zip(starts, self.lengths, strict=True)]

    def cuts(self, steps: int) -> list[int]:
        """Return the steps before which the recording is cut: every one for true truncation, where `Reach` goes on."""
        if self.style == "true":
            return list(range(2, steps + 1))
        return [chunk[0] for chunk in self.chunks(steps)[1:]]


@dataclass(frozen=True, slots=True)
class Plan:
    """From which losses the gradient comes, and how far it goes.

    Attributes:
        seeded: the steps whose losses are backpropagated.
        chunks: pieces of the sequence that have a total loss of their own; one if the gradient is not cut.
        reach: what each error sends how far back; None unless that is truncated step by step.
    """

    seeded: frozenset[int]
    chunks: Sequence[range]
    reach: "Reach | None" = None

    @property
    def cuts(self) -> list[int]:
        """The steps before which the gradient is cut for all errors."""
        return [chunk[0] for chunk in self.chunks[1:]]


@dataclass(frozen=True, slots=True)
class Reach:
    """What errors send back under true truncation.

    Attributes:
        n: how many steps each is carried back, its own among them.
        norms: by step of the error and step of the cell, the norm of what arrives at the cell's states.
        arrived: what comes back to each state from later steps, all errors together that reach on from there.
    """

    n: int
    norms: dict[tuple[int, int], float] = field(default_factory=dict)
    arrived: dict[Node, Array] = field(default_factory=dict)


def reach(rollout: Rollout, n: int, losses: Collection[int]) -> Reach:
    """Carry each error back over n steps, all errors at once: one pass for each of the steps.

    Args:
        rollout: a model recorded with cuts before every step, so that errors of different steps do not mix.
        n: how many steps, from 1.
        losses: the steps with errors.
    """
    found = Reach(n)
    seeds: dict[Node, Array] = {rollout.losses[t]: np.ones((), rollout.losses[t].value.dtype) for t in losses}
    own = Gradients(rollout, seeds)
    for t in losses:
        top = next(run for run in rollout.at(t) if run.depth == rollout.rows - 1)
        sent = own.upward(top.state(t)[top.cell.states[0]], t, rollout.rows)
        assert sent is not None, "every loss reads a state"
        found.norms[t, t] = norm(sent)
    for back in range(1, n):
        seeds = _passed_back(rollout, seeds)
        for node, message in seeds.items():
            found.arrived[node] = found.arrived.get(node, 0) + message
        for t in losses:
            arrived = [seeds.get(node) for run in rollout.at(t - back) for node in run.state(t - back).values()]
            if arrived:
                found.norms[t, t - back] = math.hypot(*(norm(message) for message in arrived if message is not None))
    return found


def _passed_back(rollout: Rollout, seeds: Mapping[Node, Array]) -> dict[Node, Array]:
    """Return what each step sends to the states before it, if seeds come in at its results."""
    places = [(run, t, name) for run in rollout.layers for t in run.steps for name in run.cell.states]
    carries = [run.carry(t)[name] for run, t, name in places]
    cotangents = backward(rollout.tape, seeds, carries)
    return {
        run.before(t)[name]: cotangents[carry]
        for (run, t, name), carry in zip(places, carries, strict=True)
        if cotangents.reached(carry)
    }
