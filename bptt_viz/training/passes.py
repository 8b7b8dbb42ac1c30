"""One window's losses and the gradient of their sum, many times over: compiled where possible, else on the tape."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.compiled import IrregularError, Program, Recorded
from bptt_viz.models import Feed, Rollout, SequenceModel
from bptt_viz.models.multilayer import Multilayer
from bptt_viz.tape import backward
from bptt_viz.topologies import Layer, pattern
from bptt_viz.training.flat import Flat

Learned = SequenceModel | Multilayer
"""What can be trained: plain cells, or layers with dropout between them."""

NO_MASKS: Mapping[str, Array] = {}

States = Sequence[Mapping[str, Array]]
"""States by name, one mapping a layer."""


class Pass(Protocol):
    """Runs windows of one length.

    Attributes:
        gradient: of the parameters, once a window has run; the next one overwrites it.
    """

    gradient: Flat

    def run(
        self, x: Array, targets: Array, start: States, seeds: Array | float = 1.0, masks: Mapping[str, Array] = NO_MASKS
    ) -> tuple[Array, States]:
        """Run a window forward and backward.

        Args:
            x: inputs (T, N, D).
            targets: true classes (T, N).
            start: the states before the first step, which count as constants.
            seeds: the weight of each output step's loss in the gradient.
            masks: dropout masks by name, if the model drops entries.

        Returns:
            Each output step's loss, and the states after each step (T, N, H); the next run may overwrite both.
        """
        ...


def stretched(model: Learned, steps: int) -> Learned:
    """Return the model for windows of another length."""
    if isinstance(model, SequenceModel):
        return replace(model, pattern=pattern(model.pattern.name, steps))
    return replace(model, sizes=replace(model.sizes, steps=steps))


def make_pass(model: Learned, steps: int, size: int, parameters: Flat, gradient: Flat) -> Pass:
    """Return the fastest pass that the model allows.

    Args:
        model: the model; it is stretched to the window's length.
        steps: T of the window.
        size: N.
        parameters: read anew at each run.
        gradient: where to leave the gradient.
    """
    sized = stretched(model, steps)
    try:
        return _Compiled(sized, size, parameters, gradient)
    except IrregularError:
        return _Taped(sized, parameters, gradient)


class _Compiled:
    def __init__(self, model: Learned, size: int, parameters: Flat, gradient: Flat) -> None:
        self.gradient = gradient
        feed = _sample(model, size, str(parameters.vector.dtype))
        rollout = model.record(parameters.parts, feed)
        self._masks = {name: _constant(name, len(rollout.layers)) for name in feed.drawn}
        self._program = Program(_recorded(rollout), parameters.parts, gradient.parts)
        self._states = [
            {name: self._program.states[_key(name, run.depth)] for name in run.cell.states} for run in rollout.layers
        ]

    def run(
        self, x: Array, targets: Array, start: States, seeds: Array | float = 1.0, masks: Mapping[str, Array] = NO_MASKS
    ) -> tuple[Array, States]:
        for name, mask in masks.items():
            np.copyto(self._program.constants[self._masks[name]], mask)
        before = {_key(name, k): value for k, states in enumerate(start) for name, value in states.items()}
        return self._program.run({"x": x, **before}, targets, seeds), self._states


def recorded(model: Learned, values: Mapping[str, Array], feed: Feed, start: States) -> Rollout:
    """Record a window from given states, one mapping a layer."""
    (stack,) = (model.stack,) if isinstance(model, SequenceModel) else model.stacks
    named = {
        stack.qualified(f"{name}_0", depth): value
        for depth, states in enumerate(start)
        for name, value in states.items()
    }
    return model.record(values, feed, named)


def _sample(model: Learned, size: int, dtype: str) -> Feed:
    """Return a feed of the right shapes, whose masks differ from step to step where they may."""
    rng = np.random.default_rng(0)
    found = model.random_feed(rng, size)
    drawn = {name: rng.random(mask.shape).astype(dtype) for name, mask in found.drawn.items()}
    return Feed({"x": found.arrays["x"].astype(dtype)}, found.classes, drawn)


def _constant(mask: str, rows: int) -> str:
    """Return what the program calls a mask, which `Vertical` names x or h with a row, and y above all rows."""
    kind = "dropout through time" if mask[0] == "h" else "dropout"
    return f"m {kind} {rows if mask == 'y' else mask[1:]}"


def _key(state: str, depth: int) -> str:
    return f"{state} of layer {depth}"  # no parameter can be called that


def _recorded(rollout: Rollout) -> Recorded:
    first = {_key(name, run.depth): node for run in rollout.layers for name, node in run.states[0].items()}
    last = {_key(name, run.depth): node for run in rollout.layers for name, node in run.states[-1].items()}
    inputs = {"x": rollout.given["x"], **first}
    return Recorded(rollout.tape, rollout.parameters, inputs, rollout.losses, last)


class _Taped:
    def __init__(self, model: Learned, parameters: Flat, gradient: Flat) -> None:
        self.gradient = gradient
        self._model = model
        self._parameters = parameters

    def run(
        self, x: Array, targets: Array, start: States, seeds: Array | float = 1.0, masks: Mapping[str, Array] = NO_MASKS
    ) -> tuple[Array, States]:
        rollout = recorded(self._model, self._parameters.parts, Feed({"x": x}, {"targets": targets}, masks), start)
        weights = np.broadcast_to(np.asarray(seeds, x.dtype), (len(rollout.losses),))
        each = dict(zip(rollout.losses.values(), weights, strict=True))
        found = backward(rollout.tape, each, rollout.parameters.values())
        for name, part in self.gradient.parts.items():
            np.copyto(part, found[rollout.parameters[name]])
        losses = np.array([node.value for node in rollout.losses.values()])
        return losses, [_over_time(run) for run in rollout.layers]


def _over_time(run: Layer) -> dict[str, Array]:
    return {name: np.stack([states[name].value for states in run.states[1:]]) for name in run.cell.states}
