"""The laws of whole models, for every form of every one: gradients are right, and everything is where it says."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest
from models.forms import FORMS, H, T, each_form, model_of

from bptt_viz.arrays import norm
from bptt_viz.models import Feed
from bptt_viz.tape import LEAF, backward, forward
from bptt_viz.topologies import CARRY, Borders, carried_over

N = 2
STEP = 1e-30
RTOL = 1e-11


class Point(NamedTuple):
    """Where a model is run."""

    values: dict
    feed: Feed
    start: dict


def drawn(model, size=N):
    """Draw everything at random, with no zeros anywhere."""
    rng = np.random.default_rng(3)
    values = {name: rng.uniform(-1, 1, parameter.shape) for name, parameter in model.parameters().items()}
    start = {name: rng.uniform(-1, 1, shape) for name, shape in model.starts(size).items()}
    return Point(values, model.random_feed(rng, size), start)


def record(model, point, cuts=(), held=None):
    return model.record(*point, Borders(cuts, held), differentiate_inputs=True)


def leaves_of(rollout):
    """Return the leaves by name: parameters, real inputs, initial states."""
    return {**rollout.parameters, **rollout.given, **rollout.starts}


def pulled(rollout):
    """Return every leaf's gradient of the loss by backward."""
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    return {name: cotangents[leaf] for name, leaf in leaves_of(rollout).items()}


def moved(point, name, copies):
    """Return the point with one leaf replaced."""
    if name in point.values:
        return point._replace(values=point.values | {name: copies})
    if name in point.start:
        return point._replace(start=point.start | {name: copies})
    return point._replace(feed=replace(point.feed, arrays={**point.feed.arrays, name: copies}))


def numeric(model, point, cuts=(), held=None):
    """Return every leaf's gradient by complex steps, one along each entry, all of a leaf in one run."""
    found = {}
    for name, value in {**point.values, **point.start, **point.feed.arrays}.items():
        copies = value + 1j * STEP * np.eye(value.size).reshape(-1, *value.shape)
        copies = copies[:, None] if value.ndim == 1 else copies
        wide = {key: np.broadcast_to(array, (value.size, *array.shape)) for key, array in (held or {}).items()}
        losses = record(model, moved(point, name, copies), cuts, wide if cuts else None).loss.value
        found[name] = np.broadcast_to(losses, (value.size,)).imag.reshape(value.shape) / STEP
    return found


def differing(found, expected):
    """Name the gradients that differ, by ‖found − expected‖ ≤ rtol ‖expected‖."""
    assert found.keys() == expected.keys()
    return [name for name, g in expected.items() if not norm(found[name] - g) <= RTOL * norm(g)]


@each_form
def test_every_entry_of_every_gradient_is_that_of_the_complex_step(name, form):
    model = model_of(name, form)
    point = drawn(model)
    assert not differing(pulled(record(model, point)), numeric(model, point))


@each_form
@pytest.mark.parametrize("steps", [1, 2])
def test_gradients_are_right_over_few_steps_and_in_one_layer(name, form, steps):
    model = model_of(name, form, steps=steps, layers=1)
    point = drawn(model)
    assert not differing(pulled(record(model, point)), numeric(model, point))


@each_form
@pytest.mark.parametrize("every", [1, 2])
def test_a_cut_gradient_is_that_of_the_loss_with_all_that_crosses_held(name, form, every):
    model = model_of(name, form)
    point, cuts = drawn(model), range(1 + every, model.pattern.steps + 1, every)
    rollout = record(model, point, cuts)
    held = carried_over(rollout.tape)
    assert not differing(pulled(rollout), numeric(model, point, cuts, held))
    assert differing(pulled(record(model, point)), pulled(rollout)), "the cuts change nothing"


@each_form
def test_no_loss_behind_a_cut_reaches_what_lies_before_it(name, form):
    model = model_of(name, form)
    for cut in range(2, model.pattern.steps + 1):
        rollout = record(model, drawn(model), cuts=(cut,))
        behind = {loss: np.ones(()) for t, loss in rollout.losses.items() if t >= cut}
        cotangents = backward(rollout.tape, behind)
        reached = [n for n in rollout.tape.nodes if n.scope.t and cotangents.reached(n) and n.primitive is not LEAF]
        assert all(node.scope.t >= cut for node in reached if node.scope.role != "input")


@each_form
def test_a_tangent_and_the_gradient_agree_on_the_slope_of_the_loss(name, form):
    model = model_of(name, form)
    rollout = record(model, drawn(model))
    rng = np.random.default_rng(8)
    tangents = {leaf: rng.uniform(-1, 1, leaf.shape) for leaf in leaves_of(rollout).values()}
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    terms = [np.sum(cotangents[leaf] * tangent) for leaf, tangent in tangents.items()]
    assert abs(forward(rollout.tape, tangents)[rollout.loss] - sum(terms)) <= RTOL * np.abs(terms).sum()


@each_form
def test_the_shares_of_all_uses_sum_to_each_weights_gradient(name, form):
    rollout = record(model := model_of(name, form), drawn(model))
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    uses = [(run.parameters, run.used(t)) for run in rollout.layers for t in run.steps]
    uses += [(module.parameters, used) for module in rollout.modules for used in module.aliases.values()]
    uses += [(rollout.parameters, used) for used in rollout.readout.values()]
    shares = {}
    for shared, used in uses:
        for key, alias in used.items():
            shares.setdefault(shared[key], []).append(cotangents[alias])
    assert set(shares) == set(rollout.parameters.values())
    for leaf, parts in shares.items():
        assert norm(sum(parts) - cotangents[leaf]) <= 1e-13 * sum(norm(part) for part in parts)


@each_form
def test_layers_say_where_and_when_their_states_were_made(name, form):
    rollout = record(model := model_of(name, form), drawn(model))
    seen = set()
    for run in rollout.layers:
        assert run.steps
        assert seen.isdisjoint((run.depth, t) for t in run.steps)
        seen |= {(run.depth, t) for t in run.steps}
        for t in run.steps:
            assert 1 <= t <= rollout.steps
            assert {node.scope for node in run.state(t).values()} == {(t, run.depth, "cell")}
            assert {node.scope for node in run.carry(t).values()} == {(t, run.depth, CARRY)}
            assert {node.shape for node in run.state(t).values()} == {(N, H)}
            before = t + 1 if run.backward else t - 1
            if before in run.steps:
                assert run.before(t) is run.state(before)
    assert {depth for depth, _ in seen} == set(range(rollout.rows))


@each_form
def test_modules_say_where_and_when_their_outcomes_were_made(name, form):
    rollout = record(model := model_of(name, form), drawn(model))
    for module in rollout.modules:
        assert module.outcomes
        for t, node in module.outcomes.items():
            assert node.scope == (t, module.depth, module.name)
        for t, used in module.aliases.items():
            assert used.keys() == module.parameters.keys()
            assert all(node.scope.t == t for node in used.values())


@each_form
def test_a_pass_can_be_repeated(name, form):
    point = drawn(model := model_of(name, form))
    first, again = record(model, point), record(model, point)
    assert first.loss.value.tobytes() == again.loss.value.tobytes()


def test_every_model_has_a_form():
    assert len({param.values[0] for param in FORMS}) >= 2
    assert T > 2, "two steps hide what happens twice"
