"""One window's losses and the gradient of their sum, many times over: compiled where possible, else on the tape."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.compiled import IrregularError, Program, Recorded
from bptt_viz.models import Rollout, SequenceModel
from bptt_viz.tape import backward
from bptt_viz.topologies import Layer, pattern
from bptt_viz.training.flat import Flat

States = Sequence[Mapping[str, Array]]
"""States by name, one mapping a layer."""


class Pass(Protocol):
    """Runs windows of one length.

    Attributes:
        gradient: of the parameters, once a window has run; the next one overwrites it.
    """

    gradient: Flat

    def run(self, x: Array, targets: Array, start: States, seeds: Array | float = 1.0) -> tuple[Array, States]:
        """Run a window forward and backward.

        Args:
            x: inputs (T, N, D).
            targets: true classes (T, N).
            start: the states before the first step, which count as constants.
            seeds: the weight of each output step's loss in the gradient.

        Returns:
            Each output step's loss, and the states after each step (T, N, H); the next run may overwrite both.
        """
        ...


def make_pass(model: SequenceModel, steps: int, size: int, parameters: Flat, gradient: Flat) -> Pass:
    """Return the fastest pass that the model allows.

    Args:
        model: the model; its pattern is stretched to the window's length.
        steps: T of the window.
        size: N.
        parameters: read anew at each run.
        gradient: where to leave the gradient.
    """
    sized = replace(model, pattern=pattern(model.pattern.name, steps))
    try:
        return _Compiled(sized, size, parameters, gradient)
    except IrregularError:
        return _Taped(sized, parameters, gradient)


class _Compiled:
    def __init__(self, model: SequenceModel, size: int, parameters: Flat, gradient: Flat) -> None:
        self.gradient = gradient
        dtype = str(parameters.vector.dtype)
        T, D = model.pattern.steps, model.cells[0].input_size
        x = np.zeros((T, size, D), dtype)
        rollout = model.run(parameters.parts, x, np.zeros((T, size), np.int64), model.zero_start(size, dtype))
        self._program = Program(_recorded(rollout), parameters.parts, gradient.parts)
        self._states = [
            {name: self._program.states[_key(name, run.depth)] for name in run.cell.states} for run in rollout.layers
        ]

    def run(self, x: Array, targets: Array, start: States, seeds: Array | float = 1.0) -> tuple[Array, States]:
        before = {_key(name, k): value for k, states in enumerate(start) for name, value in states.items()}
        return self._program.run({"x": x, **before}, targets, seeds), self._states


def _key(state: str, depth: int) -> str:
    return f"{state} of layer {depth}"  # no parameter can be called that


def _recorded(rollout: Rollout) -> Recorded:
    first = {_key(name, run.depth): node for run in rollout.layers for name, node in run.states[0].items()}
    last = {_key(name, run.depth): node for run in rollout.layers for name, node in run.states[-1].items()}
    inputs = {"x": rollout.sequence, **first}
    return Recorded(rollout.tape, rollout.parameters, inputs, rollout.losses, last)


class _Taped:
    def __init__(self, model: SequenceModel, parameters: Flat, gradient: Flat) -> None:
        self.gradient = gradient
        self._model = model
        self._parameters = parameters

    def run(self, x: Array, targets: Array, start: States, seeds: Array | float = 1.0) -> tuple[Array, States]:
        rollout = self._model.run(self._parameters.parts, x, targets, start)
        weights = np.broadcast_to(np.asarray(seeds, x.dtype), (len(rollout.losses),))
        each = dict(zip(rollout.losses.values(), weights, strict=True))
        found = backward(rollout.tape, each, rollout.parameters.values())
        for name, part in self.gradient.parts.items():
            np.copyto(part, found[rollout.parameters[name]])
        losses = np.array([node.value for node in rollout.losses.values()])
        return losses, [_over_time(run) for run in rollout.layers]


def _over_time(run: Layer) -> dict[str, Array]:
    return {name: np.stack([states[name].value for states in run.states[1:]]) for name in run.cell.states}
