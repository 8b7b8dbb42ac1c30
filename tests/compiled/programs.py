"""A rollout and the program made of it, side by side."""

import numpy as np

from bptt_viz.cells import discover_cells
from bptt_viz.compiled import Program, Recorded
from bptt_viz.models import SequenceModel
from bptt_viz.tape import backward
from bptt_viz.topologies import pattern

CELLS = discover_cells()


def model(cells, steps, topology="many-to-many", classes=4):
    return SequenceModel(tuple(cells), classes, pattern(topology, steps))


def point(model, size, seed):
    """Return a random point: parameters, x, targets and initial states."""
    rng = np.random.default_rng(seed)
    values = {name: 0.6 * rng.standard_normal(p.shape) for name, p in model.parameters().items()}
    x = rng.standard_normal((model.pattern.steps, size, model.cells[0].input_size))
    targets = rng.integers(0, model.output_size, x.shape[:2])
    start = [{n: rng.standard_normal(v.shape) for n, v in s.items()} for s in model.zero_start(size)]
    return values, x, targets, start


def named(start):
    return {f"{name}_0_l{depth}": value for depth, states in enumerate(start) for name, value in states.items()}


def record(model, values, x, targets, start, cuts=()):
    rollout = model.run(values, x, targets, start, cuts, differentiate_inputs=True)
    first = {f"{n}_0_l{run.depth}": node for run in rollout.layers for n, node in run.states[0].items()}
    last = {f"{n}_l{run.depth}": node for run in rollout.layers for n, node in run.states[-1].items()}
    inputs = {"x": rollout.sequence, **first}
    return rollout, Recorded(rollout.tape, rollout.parameters, inputs, rollout.losses, last)


def by_tape(rollout, recorded, seeds):
    """Return losses, gradients and all states as the tape has them."""
    nodes = {**recorded.parameters, **recorded.inputs}
    found = backward(recorded.tape, dict(zip(recorded.losses.values(), map(np.asarray, seeds), strict=True)))
    losses = np.array([node.value for node in recorded.losses.values()])
    states = {
        f"{n}_l{run.depth}": np.stack([at[n].value for at in run.states[1:]])
        for run in rollout.layers
        for n in run.cell.states
    }
    return losses, {n: found[node] for n, node in nodes.items()}, states


def agree(model, size=3, seed=0):
    """Compile at one point, run at another, and compare everything with the tape there."""
    values, *given = point(model, size, seed)
    program = Program(record(model, values, *given)[1], values)
    _, x, targets, start = point(model, size, seed + 1)
    for value in values.values():
        value *= 0.9  # as an optimiser does: in place
    seeds = np.random.default_rng(seed).standard_normal(len(program.losses))
    losses, gradients, states = by_tape(*record(model, values, x, targets, start), seeds)
    for _ in range(2):  # what a run leaves behind must not matter to the next
        program.run({"x": x, **named(start)}, targets, seeds)
        np.testing.assert_allclose(program.losses, losses, rtol=1e-13, atol=1e-14)
        assert program.gradients.keys() == gradients.keys()
        for name, gradient in gradients.items():
            scale = np.abs(gradient).max()
            np.testing.assert_allclose(program.gradients[name], gradient, atol=1e-13 * scale, err_msg=name)
        for name, value in states.items():
            np.testing.assert_allclose(program.states[name], value, atol=1e-13, err_msg=name)
