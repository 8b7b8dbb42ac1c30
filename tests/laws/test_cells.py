"""The laws of recurrent cells within a model, for every form of every cell: its gradients are right, entry by entry."""

from dataclasses import replace
from functools import partial
from typing import NamedTuple
from unittest.mock import patch

import numpy as np
import pytest
from cells.forms import FORMS

from bptt_viz.arrays import norm
from bptt_viz.cells import discover_cells
from bptt_viz.models import SequenceModel
from bptt_viz.tape import LEAF, backward, forward
from bptt_viz.topologies import NAMES, Pattern, pattern

T, N, D, H, V = 5, 2, 3, 4, 6
STEP = 1e-30
RTOL = 1e-12
CELLS = discover_cells()

each_form = pytest.mark.parametrize(("name", "form"), FORMS)


class Point(NamedTuple):
    """Where a model is run: parameters by name, x (T, N, D), targets (T, N), initial states by layer."""

    values: dict
    x: np.ndarray
    targets: np.ndarray
    start: list


def model_of(make, form, topology="many-to-many", depth=1, steps=T):
    cells = tuple(make(D if k == 0 else H, H, **form) for k in range(depth))
    return SequenceModel(cells, V, pattern(topology, steps))


def drawn(model, size=N):
    """Draw everything at random, with no zeros anywhere."""
    rng = np.random.default_rng(3)
    steps = model.pattern.steps
    values = {name: rng.uniform(-1, 1, parameter.shape) for name, parameter in model.parameters().items()}
    start = [{name: rng.uniform(-1, 1, (size, H)) for name in cell.states} for cell in model.cells]
    return Point(values, rng.uniform(-1, 1, (steps, size, D)), rng.integers(0, V, (steps, size)), start)


def leaves_of(rollout):
    """Return the leaves by name: parameters, x, and initial states as `state/layer`."""
    starts = {f"{name}/{run.depth}": node for run in rollout.layers for name, node in run.states[0].items()}
    return {**rollout.parameters, "x": rollout.sequence, **starts}


def analytic(model, point, **options):
    """Return every leaf's gradient of the loss by backward."""
    rollout = model.run(*point, **options, differentiate_inputs=True)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    return {name: cotangents[leaf] for name, leaf in leaves_of(rollout).items()}


def moved(point, name, copies):
    """Return the point with one leaf replaced."""
    if name == "x":
        return point._replace(x=copies)
    if "/" not in name:
        return point._replace(values=point.values | {name: copies})
    state, layer = name.split("/")
    start = list(point.start)
    start[int(layer)] = start[int(layer)] | {state: copies}
    return point._replace(start=start)


def loss_at(model, point):
    """Return the loss; what a cell has detached is held constant, so that it is the function to differentiate."""

    def hold(c):
        return c.tape.constant(c.value.real)

    with patch("bptt_viz.cells.peephole.stop_gradient", hold):
        return model.run(
            point.values, np.asarray(point.x), point.targets[-model.pattern.steps :], point.start
        ).loss.value


def numeric(model, point):
    """Return every leaf's gradient by complex steps, one along each entry, all of a leaf in one run."""
    starts = {f"{name}/{k}": value for k, states in enumerate(point.start) for name, value in states.items()}
    found = {}
    for name, value in {**point.values, "x": point.x, **starts}.items():
        copies = value + 1j * STEP * np.eye(value.size).reshape(-1, *value.shape)
        losses = loss_at(model, moved(point, name, copies[:, None] if value.ndim == 1 else copies))
        found[name] = losses.imag.reshape(value.shape) / STEP
    return found


def differing(found, expected, rtol=RTOL):
    """Name the gradients that differ, by ‖found − expected‖ ≤ rtol ‖expected‖."""
    assert found.keys() == expected.keys()
    return [name for name, g in expected.items() if not norm(found[name] - g) <= rtol * norm(g)]


@each_form
@pytest.mark.parametrize("topology", NAMES)
def test_every_entry_of_every_gradient_is_that_of_the_complex_step(name, form, topology):
    model = model_of(CELLS[name], form, topology)
    point = drawn(model)
    assert not differing(analytic(model, point), numeric(model, point))


@each_form
@pytest.mark.parametrize("depth", [2, 3])
def test_gradients_of_stacked_layers_are_those_of_the_complex_step(name, form, depth):
    model = model_of(CELLS[name], form, depth=depth)
    point = drawn(model)
    assert not differing(analytic(model, point), numeric(model, point))


@each_form
def test_a_tangent_and_the_gradient_agree_on_the_slope_of_the_loss(name, form):
    model = model_of(CELLS[name], form, depth=2)
    rollout = model.run(*drawn(model), differentiate_inputs=True)
    rng = np.random.default_rng(8)
    tangents = {leaf: rng.uniform(-1, 1, leaf.shape) for leaf in leaves_of(rollout).values()}
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    terms = [np.sum(cotangents[leaf] * tangent) for leaf, tangent in tangents.items()]
    assert abs(forward(rollout.tape, tangents)[rollout.loss] - sum(terms)) <= RTOL * np.abs(terms).sum()


@each_form
@pytest.mark.parametrize("cuts", [(1,), (3,), (2, 4), (2, 3, 4, 5)], ids=str)
def test_a_cut_gradient_is_that_of_the_loss_with_the_carried_states_held(name, form, cuts):
    """Held for certain: the stretches between the cuts are run as models of their own."""
    model = model_of(CELLS[name], form, depth=2)
    point = drawn(model)
    rollout = model.run(*point)
    expected = {key: np.zeros_like(value) for key, value in analytic(model, point).items()}
    for first, after in zip((1, *cuts), (*cuts, T + 1), strict=True):
        if first == after:  # a cut before the first step: the initial states are held
            continue
        held = [{state: node.value for state, node in run.states[first - 1].items()} for run in rollout.layers]
        stretch = replace(model, pattern=pattern("many-to-many", after - first))
        steps = slice(first - 1, after - 1)
        part = numeric(stretch, Point(point.values, point.x[steps], point.targets[steps], held))
        for key, gradient in part.items():
            if key == "x":
                expected[key][steps] = gradient
            elif "/" not in key or (first == 1 and cuts[0] != 1):
                expected[key] += gradient
    found = analytic(model, point, cuts=cuts)
    assert not differing(found, expected)
    assert differing(analytic(model, point), expected), "the cuts change nothing"


@each_form
def test_no_loss_behind_a_cut_reaches_the_states_before_it(name, form):
    model = model_of(CELLS[name], form, depth=2)
    rollout = model.run(*drawn(model), cuts=(3,))
    for t, loss in rollout.losses.items():
        cotangents = backward(rollout.tape, {loss: np.ones(())})
        for run in rollout.layers:
            assert all(cotangents.reached(node) == (t == 2) for node in run.states[2].values())


@each_form
def test_the_shares_of_the_time_steps_sum_to_the_shared_weights_gradient(name, form):
    model = model_of(CELLS[name], form, depth=2)
    rollout = model.run(*drawn(model))
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    uses = [(run.parameters, used) for run in rollout.layers for used in run.aliases]
    uses += [(rollout.parameters, used) for used in rollout.readout.values()]
    shares = {}
    for shared, used in uses:
        for key, alias in used.items():
            shares.setdefault(shared[key], []).append(cotangents[alias])
    assert set(shares) == set(rollout.parameters.values())
    for leaf, parts in shares.items():
        assert len(parts) == T
        assert norm(sum(parts) - cotangents[leaf]) <= 1e-14 * sum(norm(part) for part in parts)


@each_form
def test_each_states_gradient_is_what_comes_through_time_and_what_its_own_step_adds(name, form):
    """∂L/∂h_t = (from the carry into t + 1) + (from y_t); without an output it is the carry's alone."""
    model = replace(model_of(CELLS[name], form), pattern=Pattern("some", T, tuple(range(1, T + 1)), (2, 5)))
    point = drawn(model)
    rollout = model.run(*point)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    (run,) = rollout.layers
    for t in range(1, T + 1):
        expected = np.zeros((N, H))
        if t < T:
            expected = expected + cotangents[run.carries[t]["h"]]
        if t in rollout.outputs:
            expected = expected + cotangents[rollout.outputs[t]] @ point.values["W_hy"].T
        assert norm(cotangents[run.states[t]["h"]] - expected) <= 1e-14 * norm(expected)


@each_form
@pytest.mark.parametrize("t", [1, 3, T])
def test_what_comes_back_into_a_carry_is_the_gradient_of_all_later_losses(name, form, t):
    """Found by running the steps t … T alone, from the states before t."""
    model = model_of(CELLS[name], form, depth=2)
    point = drawn(model)
    rollout = model.run(*point)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    held = [{state: node.value for state, node in run.states[t - 1].items()} for run in rollout.layers]
    rest = replace(model, pattern=pattern("many-to-many", T - t + 1))
    later = numeric(rest, Point(point.values, point.x[t - 1 :], point.targets[t - 1 :], held))
    carried = {f"{state}/{run.depth}": node for run in rollout.layers for state, node in run.carries[t - 1].items()}
    assert not differing({key: cotangents[node] for key, node in carried.items()}, {key: later[key] for key in carried})


@each_form
def test_a_batch_gives_the_mean_of_its_members(name, form):
    model = model_of(CELLS[name], form, depth=2)
    point = drawn(model, size=3)
    members = []
    for n in range(3):
        start = [{state: value[n : n + 1] for state, value in states.items()} for states in point.start]
        alone = Point(point.values, point.x[:, n : n + 1], point.targets[:, n : n + 1], start)
        members.append(analytic(model, alone))
    whole = analytic(model, point)
    for key, gradient in whole.items():
        parts = [member[key] for member in members]
        join = partial(np.concatenate, axis=1 if key == "x" else 0)
        expected = (join(parts) if key == "x" or "/" in key else sum(parts)) / 3
        assert norm(gradient - expected) <= RTOL * norm(expected)


@each_form
@pytest.mark.parametrize("dtype", ["float32", "complex128"])
def test_the_type_of_the_numbers_stays(name, form, dtype):
    model = model_of(CELLS[name], form, depth=2)
    point = drawn(model)
    values = {key: value.astype(dtype) for key, value in point.values.items()}
    rollout = model.run(values, point.x.astype(dtype), point.targets, differentiate_inputs=True)
    cotangents = backward(rollout.tape, {rollout.loss: np.ones((), dtype)})
    for node in rollout.tape.nodes:
        if node.primitive is LEAF and not node.active:  # numbers such as the 1 of 1 − z
            assert node.value.dtype == np.dtype(dtype).type(0).real.dtype
            continue
        assert node.value.dtype == dtype, node
        assert cotangents[node].dtype == dtype, node


@each_form
def test_gates_are_nodes_of_their_names_at_every_step(name, form):
    model = model_of(CELLS[name], form)
    rollout = model.run(*drawn(model))
    for t in range(1, T + 1):
        at_t = [node for node in rollout.tape.nodes if node.scope == (t, 0, "cell")]
        for gate in model.cells[0].gates:
            (node,) = (node for node in at_t if node.name == gate)
            assert node.shape == (N, H)
            assert np.all(np.abs(node.value) < 1)
