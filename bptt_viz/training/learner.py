"""A character model that learns, update by update, by truncated backpropagation through time."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Feed, Rollout, SequenceModel
from bptt_viz.models.multilayer import Multilayer
from bptt_viz.training.clipping import Clip
from bptt_viz.training.flat import Flat
from bptt_viz.training.optimisers import Optimiser
from bptt_viz.training.passes import NO_MASKS, Learned, Pass, States, make_pass, recorded, stretched
from bptt_viz.training.stream import Stream

_SMOOTHING = 0.999


@dataclass(frozen=True, slots=True)
class Schedule:
    """BPTT(k1, k2): an update every k1 steps, from their errors, carried back over the last k2 steps.

    Attributes:
        ahead: k1.
        back: k2, at least k1; equal to it for the chunks of min-char-rnn.
        carries: whether states go on from update to update.
    """

    ahead: int
    back: int
    carries: bool = True


@dataclass(frozen=True, slots=True)
class Update:
    """What one update saw.

    Attributes:
        number: its number, from 1.
        loss: the sum of the window's losses, in nats; each step's is the mean over the batch.
        smooth: the losses' moving average, which starts at chance (as min-char-rnn has it).
        norm: of the gradient, before it was clipped.
        clipped: whether it was.
        steps: how many the loss sums over.
        characters: how many were learned from: in each step one a row of the batch.
    """

    number: int
    loss: float
    smooth: float
    norm: float
    clipped: bool
    steps: int
    characters: int


class Learner:
    """Holds everything that an update changes.

    Attributes:
        model: what learns; its pattern is stretched to each window.
        parameters: as they are now.
        optimiser: with its memory.
        stream: where the text is being read.
        start: the states that the next window starts from, one mapping a layer.
        updates: how many there have been.
        smooth: the losses' moving average.
    """

    def __init__(
        self,
        model: SequenceModel,
        values: Mapping[str, Array],
        stream: Stream,
        schedule: Schedule,
        optimiser: Optimiser,
        clip: Clip,
        dropping: Multilayer | None = None,
        seed: int = 0,
    ) -> None:
        """Stand before the first update.

        Args:
            model: what learns.
            values: its first parameters.
            stream: the text.
            schedule: how far errors are carried back.
            optimiser: changes the parameters.
            clip: holds gradients back.
            dropping: the same model with dropout, which is what learns then; None drops nothing.
            seed: of the dropout masks.
        """
        self.model = model
        self._learned: Learned = dropping or model
        self._seed = seed
        self._rounds = 0
        self.parameters = Flat(values)
        self.optimiser = optimiser
        self.stream = stream
        self.updates = 0
        self.smooth = math.log(model.output_size) * schedule.ahead
        self._schedule = schedule
        self._clip = clip
        self._gradient = self.parameters.empty()
        self._one_hot = np.eye(model.cells[0].input_size, dtype=self.parameters.vector.dtype)
        self._passes: dict[int, Pass] = {}
        optimiser.start(self.parameters.vector)
        self._rewind()

    def _rewind(self) -> None:
        """Go to the beginning of the text, with zero states."""
        self._rounds += 1
        self.stream.position = 0
        self._origin = 0  # how many steps were read before the next window
        self.start = self._zeros()

    def _zeros(self) -> list[dict[str, Array]]:
        return self.model.zero_start(self.stream.codes.shape[0], str(self.parameters.vector.dtype))

    def update(self) -> Update:
        """Read on and learn from it; what is not finite changes no parameter, and `record` shows where it began."""
        if self.stream.is_over:
            self._rewind()
        ahead = self._schedule.ahead
        self.stream.position += ahead
        with np.errstate(all="ignore"):  # what is not finite is told by the outcome
            losses, states = self._run(self.stream.position - self._origin)
        loss = float(losses[-ahead:].sum())
        norm = self._gradient.norm()
        clipped = False
        if math.isfinite(norm) and math.isfinite(loss):
            clipped = self._learn(norm)
            self._move_on(states)
        self.updates += 1
        self.smooth = self.smooth * _SMOOTHING + loss * (1 - _SMOOTHING)
        return Update(self.updates, loss, self.smooth, norm, clipped, ahead, ahead * self.stream.codes.shape[0])

    def record(self) -> Rollout:
        """Record the window that the stream stands at the end of, from the state before it."""
        inputs, targets = self.stream.window(steps := self.stream.position - self._origin)
        feed = Feed({"x": self._one_hot[inputs]}, {"targets": targets}, self._masks(steps))
        with np.errstate(all="ignore"):
            return recorded(stretched(self._learned, steps), self.parameters.parts, feed, self.start)

    def _run(self, steps: int) -> tuple[Array, States]:
        """Run the window that ends where the stream stands, back from the errors of what was read last."""
        if steps not in self._passes:
            size = self.stream.codes.shape[0]
            self._passes[steps] = make_pass(self._learned, steps, size, self.parameters, self._gradient)
        inputs, targets = self.stream.window(steps)
        seeds = np.zeros(steps)
        seeds[-self._schedule.ahead :] = 1.0
        return self._passes[steps].run(self._one_hot[inputs], targets, self.start, seeds, self._masks(steps))

    def _masks(self, steps: int) -> Mapping[str, Array]:
        """Draw dropout masks: new ones for each window, or, tied over time, the same until the text begins again."""
        model = stretched(self._learned, steps)
        if not isinstance(model, Multilayer):
            return NO_MASKS
        number = (self._rounds, 0) if model.mask == "tied" else (self._rounds, self.updates + 1)
        rng = np.random.default_rng((self._seed, 3, *number))
        return model.drawn(rng, self.stream.codes.shape[0], str(self.parameters.vector.dtype))

    def _learn(self, norm: float) -> bool:
        clipped = self._clip.apply(self._gradient, norm)
        self.optimiser.update(self.parameters.vector, self._gradient.vector)
        return clipped

    def _move_on(self, states: States) -> None:
        """Take the state that the next window starts from out of those of this one."""
        ahead, back, carries = self._schedule.ahead, self._schedule.back, self._schedule.carries
        origin = max(self._origin, self.stream.position + ahead - back)
        shift = origin - self._origin
        if shift and carries:
            self.start = [{name: value[shift - 1].copy() for name, value in each.items()} for each in states]
        self._origin = origin

    def snapshot(self) -> dict[str, Array]:
        """Return copies of everything that an update changes, by name."""
        found = {f"parameters/{name}": value.copy() for name, value in self.parameters.parts.items()}
        found |= {f"optimiser/{name}": value.copy() for name, value in self.optimiser.memory.items()}
        for depth, states in enumerate(self.start):
            found |= {f"states/{depth}/{name}": value.copy() for name, value in states.items()}
        counts = np.array([self.updates, self.stream.position, self._origin, self._rounds])
        return found | {"counts": counts, "smooth": np.array(self.smooth)}

    def restore(self, saved: Mapping[str, Array]) -> None:
        """Go back to a snapshot, bit for bit.

        Raises:
            UsageError: it is of another model or optimiser.
        """
        for name, value in self.snapshot().items():
            there = saved.get(name)
            if there is None or there.shape != value.shape or there.dtype != value.dtype:
                raise UsageError(f"the checkpoint's {name} does not fit this model and optimiser")
        for name, value in self.parameters.parts.items():
            np.copyto(value, saved[f"parameters/{name}"])
        for name, value in self.optimiser.memory.items():
            np.copyto(value, saved[f"optimiser/{name}"])
        self.start = [
            {name: saved[f"states/{depth}/{name}"].copy() for name in states} for depth, states in enumerate(self.start)
        ]
        self.updates, self.stream.position, self._origin, self._rounds = map(int, saved["counts"])
        self.smooth = float(saved["smooth"])
