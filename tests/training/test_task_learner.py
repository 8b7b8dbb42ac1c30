"""Learning tasks: the gradient is that of the mean over what counts, and what is learnable is learned."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.tape import backward
from bptt_viz.training.regulariser import omega
from bptt_viz.training.task_learner import slope_of
from bptt_viz.training.task_run import TaskRecipe, attempt
from bptt_viz.training.tasks import discover_tasks


def quiet(**options):
    """A learner whose updates change nothing."""
    return TaskRecipe(hidden=6, batch=4, rate=1e-300, clip_norm=None, **options).made()


@pytest.mark.parametrize("task", discover_tasks())
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_an_update_takes_the_gradient_of_the_mean_loss_over_what_counts(task, cell):
    learner = quiet(task=task, length=12, cell=cell, layers=2)
    episodes = learner.network.task.draw(deepcopy(learner._rng), 4)
    update = learner.update()
    recorded, _ = learner.network.record(learner.parameters.parts, episodes)
    share = episodes.mask.size / episodes.mask.sum() / len(episodes.counted)
    found = backward(recorded.tape, {loss: np.asarray(share) for loss in recorded.losses.values()})
    assert update.loss == pytest.approx(share * sum(float(node.value) for node in recorded.losses.values()))
    for name, node in recorded.parameters.items():
        np.testing.assert_allclose(learner._gradient.parts[name], found[node], atol=1e-14, err_msg=name)


@pytest.mark.parametrize("activation", ["tanh", "sigmoid", "relu"])
def test_the_regulariser_is_added_to_the_recurrent_weights_gradient(activation):
    plain, regular = (quiet(length=12, activation=activation, alpha=alpha, init="radius=1.2") for alpha in (0.0, 3.0))
    plain.update()
    update = regular.update()
    h, back = plain._program.states["h"], plain._program.state_gradients["h"]
    slopes = slope_of(plain.network.stack.cells[0], h)
    found = omega(plain.parameters.parts["W_hh"], back * slopes, slopes)
    assert update.omega == pytest.approx(found.value)
    wanted = plain._gradient.parts["W_hh"] + 3.0 * found.gradient
    np.testing.assert_allclose(regular._gradient.parts["W_hh"], wanted, atol=1e-15)
    assert np.array_equal(regular._gradient.parts["W_xh"], plain._gradient.parts["W_xh"])


def test_a_gradient_that_is_not_finite_shrinks_the_recurrent_weights_alone():
    learner = quiet(length=12)
    learner.parameters.parts["W_hy"][:] = np.nan
    before = {name: value.copy() for name, value in learner.parameters.parts.items()}
    assert not learner.update().finite
    np.testing.assert_allclose(learner.parameters.parts["W_hh"], 0.98 * before["W_hh"])
    assert np.array_equal(learner.parameters.parts["W_xh"], before["W_xh"])


def test_temporal_order_is_solved_at_ten_steps_and_not_by_a_sigmoid_network_in_the_same_budget():
    basic = TaskRecipe(length=10, updates=2000, fresh=1000)
    assert attempt(basic).solved
    sigmoid = attempt(replace(basic, activation="sigmoid", init="normal=0.01", other="normal=0.01"))
    assert not sigmoid.solved
    assert sigmoid.points[-1].loss == pytest.approx(np.log(4), abs=0.05)


def test_the_same_seed_gives_the_same_attempt():
    recipe = TaskRecipe(task="adding", length=8, updates=40, every=20, fresh=50)
    assert attempt(recipe) == attempt(recipe)
    assert attempt(recipe) != attempt(replace(recipe, seed=1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"task": "juggling"}, "unknown task"),
        ({"alpha": 1.0, "cell": "lstm"}, "one layer of the vanilla cell"),
        ({"alpha": -1.0}, "--alpha must be finite"),
        ({"batch": 0}, "--batch must be at least 1"),
        ({"length": 5}, "needs a length of at least 10"),
    ],
)
def test_what_makes_no_sense_is_refused(options, message):
    with pytest.raises(UsageError, match=message):
        TaskRecipe(**options).made()
