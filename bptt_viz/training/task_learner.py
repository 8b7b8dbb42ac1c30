"""A network that learns a task: fresh sequences at each update, the whole sequence backpropagated."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Cell, Parameter
from bptt_viz.compiled import Program, Recorded
from bptt_viz.models.reading import NAMES, readout_parameters
from bptt_viz.ops import add, at_step, mean, softmax_cross_entropy
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies import Stack, alias_all, unroll
from bptt_viz.training.clipping import Clip
from bptt_viz.training.flat import Flat
from bptt_viz.training.optimisers import Optimiser
from bptt_viz.training.regulariser import omega
from bptt_viz.training.tasks import Episodes, Task

_GONE = 1e10
"""A gradient's norm beyond which the authors of the regulariser shrink W_hh instead of taking the step."""
_SHRINK = 0.02


@dataclass(frozen=True)
class TaskNetwork:
    """Cells in depth, read out at the steps that count.

    Attributes:
        stack: the cells.
        task: what is asked.
    """

    stack: Stack
    task: Task

    def parameters(self) -> dict[str, Parameter]:
        """Return every parameter's description by name."""
        return self.stack.parameters() | readout_parameters(self.stack.cells[-1].hidden_size, self.task.sizes[1])

    def record(self, values: Mapping[str, Array], episodes: Episodes) -> tuple[Recorded, dict[str, Node]]:
        """Record a forward pass; also return the readout's scores and the top state by name, for their values."""
        tape = Tape()
        size = episodes.x.shape[1]
        with tape.at(role="parameter"):
            shared = {name: tape.leaf(values[name], name) for name in self.parameters()}
        with tape.at(role="input"):
            x = tape.constant(episodes.x, "x")
            asked = tape.constant(_on_the_clock(episodes), "target") if self.task.is_regression else None
        xs = []
        for t in range(episodes.steps):
            with tape.at(t + 1, 0, "input"):
                xs.append(at_step(x, t, "x"))
        start = self.stack.leaves(tape, {}, size, str(episodes.x.dtype))
        layers = self.stack.layers(tape, shared, start)
        tops = unroll(layers, xs)
        losses, outputs = {}, {}
        for place, t in enumerate(episodes.counted):
            with tape.at(t, len(layers), "readout"):
                used = alias_all(tape, {name: shared[name] for name in NAMES})
                outputs[t] = add(tops[t - 1] @ used["W_hy"], used["b_y"], "y")
                if asked is None:
                    each = softmax_cross_entropy(outputs[t], episodes.targets[place], episodes.mask[place])
                else:
                    off = outputs[t] - at_step(asked, t - 1)
                    each = mean(off * off, axis=-1)
                losses[t] = mean(each, axis=-1, name="L")
        top = layers[-1].cell.states[0]
        states = {"y": outputs[episodes.counted[-1]], "h": layers[-1].state(episodes.steps)[top]}
        inputs = {"x": x} | ({} if asked is None else {"targets": asked})
        return Recorded(tape, shared, inputs, losses, states), states


def _on_the_clock(episodes: Episodes) -> Array:
    """Return targets that are numbers at their steps (T, N, 1)."""
    whole = np.zeros((episodes.steps, episodes.targets.shape[1], 1))
    whole[np.array(episodes.counted) - 1, :, 0] = episodes.targets
    return whole


@dataclass(frozen=True, slots=True)
class TaskUpdate:
    """What one update saw.

    Attributes:
        loss: mean over what counts, in nats or squared error.
        norm: of the gradient before clipping.
        clipped: whether it was clipped.
        omega: the regulariser's value; 0 without it.
        finite: whether it could be learned from.
    """

    loss: float
    norm: float
    clipped: bool
    omega: float
    finite: bool


class TaskLearner:
    """Learns a task from fresh sequences.

    Attributes:
        network: what learns.
        parameters: as they are now.
    """

    def __init__(
        self,
        network: TaskNetwork,
        values: Mapping[str, Array],
        size: int,
        optimiser: Optimiser,
        clip: Clip,
        alpha: float = 0.0,
        rng: np.random.Generator | None = None,
    ) -> None:
        """Compile.

        Args:
            network: what learns.
            values: its first parameters.
            size: N, fresh sequences an update.
            optimiser: changes the parameters.
            clip: holds gradients back.
            alpha: weight of the regulariser Ω, for one layer of the vanilla cell.
            rng: of the sequences.
        """
        self.network = network
        self.parameters = Flat(values)
        self._gradient = self.parameters.empty()
        self._optimiser, self._clip, self._alpha, self._size = optimiser, clip, alpha, size
        self._rng = np.random.default_rng(0) if rng is None else rng
        self._program = self._compiled(size, self._gradient.parts)
        optimiser.start(self.parameters.vector)

    def _compiled(self, size: int, gradients: Mapping[str, Array] | None) -> Program:
        sample = self.network.task.draw(np.random.default_rng(0), size)
        recorded, _ = self.network.record(self.parameters.parts, sample)
        return Program(recorded, self.parameters.parts, gradients)

    def update(self) -> TaskUpdate:
        """Draw sequences and learn from them; what is not finite shrinks W_hh, as the regulariser's authors have it."""
        episodes = self.network.task.draw(self._rng, self._size)
        with np.errstate(all="ignore"):
            loss = _run(self._program, self.network.task, episodes)
            extra = self._regularise() if self._alpha else 0.0
            norm = self._gradient.norm()
        finite = math.isfinite(norm) and norm < _GONE
        clipped = False
        if finite:
            clipped = self._clip.apply(self._gradient, norm)
            self._optimiser.update(self.parameters.vector, self._gradient.vector)
        else:
            for name, value in self.parameters.parts.items():
                if name.startswith("W_hh"):
                    value *= 1 - _SHRINK
        return TaskUpdate(loss, norm, clipped, extra, finite)

    def _regularise(self) -> float:
        """Add α ∂⁺Ω/∂W_hh to the gradient, and return Ω."""
        cell = self.network.stack.cells[0]
        h, back = self._program.states["h"], self._program.state_gradients["h"]
        slopes = slope_of(cell, h)
        found = omega(self.parameters.parts["W_hh"], back * slopes, slopes)
        self._gradient.parts["W_hh"] += self._alpha * found.gradient
        return found.value

    def error_rate(self, count: int, rng: np.random.Generator, at_once: int = 500) -> float:
        """Return the share of fresh sequences that are answered wrongly.

        Args:
            count: how many are asked.
            rng: of the sequences.
            at_once: how many side by side.
        """
        program = self._compiled(min(count, at_once), None)
        wrong = asked = 0
        while asked < count:
            episodes = self.network.task.draw(rng, min(count, at_once))
            with np.errstate(all="ignore"):
                _run(program, self.network.task, episodes)
            missed = self.network.task.wrong(program.states["y"], episodes)
            wrong, asked = wrong + int(missed.sum()), asked + len(missed)
        return wrong / asked


def _run(program: Program, task: Task, episodes: Episodes) -> float:
    """Run one pass whose gradient is that of the mean over what counts; return that mean."""
    share = episodes.mask.size / max(float(episodes.mask.sum()), 1.0) / len(episodes.counted)
    if task.is_regression:
        losses = program.run({"x": episodes.x, "targets": _on_the_clock(episodes)}, episodes.targets, share)
    else:
        whole = np.zeros((episodes.steps, episodes.targets.shape[1]), np.int64)
        weights = np.zeros(whole.shape)
        places = np.array(episodes.counted) - 1
        whole[places], weights[places] = episodes.targets, episodes.mask
        losses = program.run({"x": episodes.x}, whole, share, weights)
    return float(losses.sum()) * share


def slope_of(cell: Cell, h: Array) -> Array:
    """Return φ'(x) of the vanilla cell from h = φ(x)."""
    activation = getattr(cell, "activation", "tanh")
    if activation == "sigmoid":
        return h * (1.0 - h)
    return np.asarray(h > 0, h.dtype) if activation == "relu" else 1.0 - h * h
