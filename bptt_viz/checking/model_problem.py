"""A model as a problem: all parameters, inputs and initial states in; states, last states and losses out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.dual import Dual
from bptt_viz.checking.problem import Inputs, Outputs, Place
from bptt_viz.checking.replay import replayed
from bptt_viz.models import Feed, Model, Rollout
from bptt_viz.tape import Node, Tape, backward
from bptt_viz.topologies import Borders, Held, carried_over


class ModelProblem:
    """One model at one point; the gradient in doubt is what its tape returns.

    With cuts, the numeric side holds the state that is carried over each cut constant: that is the function whose
    gradient truncated backpropagation returns. A difference of the whole function would call it wrong.
    """

    batched = True

    def __init__(
        self,
        model: Model,
        values: Mapping[str, Array],
        feed: Feed,
        start: Mapping[str, Array],
        label: str,
        cuts: Collection[int] = (),
    ) -> None:
        self.model = model
        self.feed = feed
        self.label = label
        self.cuts = frozenset(cuts)
        self.gates = {name: parameter.gates for name, parameter in model.parameters().items()}
        self._starts = tuple(start)
        self.inputs: dict[str, Array] = {**values, **start, **feed.arrays}
        self._held: Held | None = None
        self._recorded: Rollout | None = None

    def outputs(self, inputs: Inputs) -> Outputs:
        """Record the model at other inputs and return its outputs by place; dual ones go through what was recorded."""
        if any(isinstance(value, Dual) for value in inputs.values()):
            return self._replayed(inputs)
        held = _for_copies(self._carried(), self._lead(inputs)) if self.cuts else None
        rollout = self._run(self._lifted(inputs), held)
        return {place: node.value for place, node in _places(rollout).items()}

    def _lead(self, inputs: Inputs) -> tuple[int, ...]:
        """Return the leading axis of copies, if any input has one."""
        leads = (value.shape[: value.ndim - self.inputs[name].ndim] for name, value in inputs.items())
        return max(leads, default=())

    def _replayed(self, inputs: Inputs) -> Outputs:
        if self._recorded is None:
            self._recorded = self._run(self.inputs, self._carried() if self.cuts else None)
        nodes = self.nodes(self._recorded)
        moved = {nodes[name]: value for name, value in inputs.items() if isinstance(value, Dual)}
        places = _places(self._recorded)
        values = replayed(self._recorded.tape, moved, places.values(), Dual)
        return {place: values[node] for place, node in places.items()}

    def pullback(self, cotangents: Outputs) -> Inputs:
        """Record the model at the point and run its tape backward."""
        return self.pullbacks([cotangents])[0]

    def pullbacks(self, sets: Sequence[Outputs]) -> list[Inputs]:
        """Record the model at the point once and run its tape backward for each set of cotangents."""
        rollout = self._run(self.inputs, None)
        places, nodes = _places(rollout), self.nodes(rollout)
        passes = [
            backward(
                rollout.tape, {places[place]: cotangent for place, cotangent in cotangents.items()}, nodes.values()
            )
            for cotangents in sets
        ]
        return [{name: found[node] for name, node in nodes.items()} for found in passes]

    def record(self) -> Tape:
        """Record the model at the point."""
        return self._run(self.inputs, None).tape

    def nodes(self, rollout: Rollout) -> dict[str, Node]:
        """Return the node of each input."""
        return {**rollout.parameters, **{name: rollout.starts[name] for name in self._starts}, **rollout.given}

    def _run(self, inputs: Inputs, held: Held | None) -> Rollout:
        start = {name: inputs[name] for name in self._starts}
        feed = replace(self.feed, arrays={name: inputs[name] for name in self.feed.arrays})
        return self.model.record(inputs, feed, start, Borders(self.cuts, held), differentiate_inputs=True)

    def _lifted(self, inputs: Inputs) -> Inputs:
        """Give vectors that carry copies an axis for the batch: (P, H) becomes (P, 1, H)."""
        return {
            name: value[:, None, :] if value.ndim == 2 and self.inputs[name].ndim == 1 else value
            for name, value in inputs.items()
        }

    def _carried(self) -> Held:
        """Return the states carried over each cut at the point itself."""
        if self._held is None:
            self._held = carried_over(self._run(self.inputs, None).tape)
        return self._held


def _for_copies(held: Held, lead: tuple[int, ...]) -> Held:
    """Give held states the leading axis of the copies that enter the other steps, so that all outputs have it."""
    if not (lead and held):
        return held
    return {place: np.broadcast_to(value, lead + value.shape) for place, value in held.items()}


def _places(rollout: Rollout) -> dict[Place, Node]:
    """Return every output by its place: all read-out states, the last other states, and the losses."""
    found: dict[Place, Node] = {}
    for run in rollout.layers:
        first, *others = run.cell.states
        for t in run.steps:
            found[Place(first, t, run.depth)] = run.state(t)[first]
        for name in others:
            found[Place(name, run.steps[-1], run.depth)] = run.states[-1][name]
    for t, loss in rollout.losses.items():
        found[Place("L", t, rollout.rows)] = loss
    return found


def random_problem(
    model: Model,
    values: Mapping[str, Array],
    size: int,
    zero_state: bool,
    rng: np.random.Generator,
    cuts: Collection[int] = (),
) -> ModelProblem:
    """Return a model at a random point: inputs and targets drawn, initial states drawn or zero.

    Args:
        model: the model; its pattern sets T.
        values: its parameters.
        size: N.
        zero_state: start from zeros.
        rng: where everything is drawn from.
        cuts: the steps before which the gradient through time stops.
    """
    feed = model.random_feed(rng, size)
    draw = np.zeros if zero_state else rng.standard_normal
    start = {name: draw(shape) for name, shape in model.starts(size).items()}
    label = f"T={model.pattern.steps} N={size} {'zero' if zero_state else 'random'} state"
    return ModelProblem(model, values, feed, start, label, cuts)
