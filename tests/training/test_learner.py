"""Learning: the published recipe's numbers, every truncation, and going on from a snapshot."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from bptt_viz.cells import discover_cells
from bptt_viz.models import Feed, SequenceModel
from bptt_viz.tape import backward
from bptt_viz.texts import read_text
from bptt_viz.topologies import pattern
from bptt_viz.training.clipping import Clip
from bptt_viz.training.learner import Learner, Schedule
from bptt_viz.training.optimisers import optimiser
from bptt_viz.training.passes import recorded
from bptt_viz.training.recipe import Recipe
from bptt_viz.training.stream import Stream, encode
from bptt_viz.training.truncation import windows
from tests.training.min_char_rnn import Plain

TEXT = read_text("sonnets")
VOCABULARY = "".join(dict.fromkeys(TEXT))
CODES = encode(TEXT, VOCABULARY)
V = len(VOCABULARY)


def learner(
    cell="rnn", hidden=12, schedule=None, size=1, chosen="adagrad", clip=None, scale=0.1, layers=1, codes=CODES
):
    schedule = schedule or Schedule(25, 25)
    make = discover_cells()[cell]
    cells = tuple(make(V if k == 0 else hidden, hidden) for k in range(layers))
    model = SequenceModel(cells, V, pattern("many-to-many", schedule.back))
    rng = np.random.default_rng(3)
    values = {name: scale * rng.standard_normal(p.shape) for name, p in model.parameters().items()}
    stream = Stream.over(codes, size, schedule.ahead)
    return Learner(model, values, stream, schedule, optimiser(chosen), clip or Clip())


def test_the_published_recipe_gives_the_published_losses():
    """Same parameters, same order of data: the same losses as min-char-rnn, past the end of the text and back."""
    ours = learner(hidden=20, clip=Clip(value=5.0), scale=0.01)
    p = ours.parameters.parts
    columns = [p["W_xh"].T, p["W_hh"].T, p["W_hy"].T, p["b_h"][:, None], p["b_y"][:, None]]
    plain = Plain(*columns, CODES)
    for _ in range(2 * len(CODES) // 25):
        wanted = plain.update()
        found = ours.update()
        assert abs(found.loss - wanted) < 1e-10 * wanted
        assert abs(found.smooth - plain.smooth) < 1e-10 * wanted
    np.testing.assert_allclose(p["W_hh"].T, plain.weights[1], atol=1e-10)


def gradient_of(ours, schedule, position):
    """Return the gradient of one update by the tape: each error carried back within its window alone."""
    ahead, back = schedule.ahead, schedule.back
    values = ours.parameters.parts
    total = {name: np.zeros_like(value) for name, value in values.items()}
    first = max(0, position - back)
    codes = ours.stream.codes[:, : position + 1]
    run = _rollout(ours.model, values, codes[:, : first + 1], None) if first else None
    start = None if run is None else [{n: s.value for n, s in layer.states[-1].items()} for layer in run.layers]
    rollout = _rollout(ours.model, values, codes[:, first:], start)
    seeds = {loss: np.ones(()) for t, loss in rollout.losses.items() if t > position - first - ahead}
    found = backward(rollout.tape, seeds)
    for name in total:
        total[name] += found[rollout.parameters[name]]
    return total


def _rollout(model, values, codes, start):
    steps = codes.shape[1] - 1
    x = np.eye(V)[codes[:, :-1].T]
    return replace(model, pattern=pattern("many-to-many", steps)).run(values, x, codes[:, 1:].T, start)


@pytest.mark.parametrize("schedule", [Schedule(4, 4), Schedule(1, 4), Schedule(2, 5), Schedule(3, 7)])
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_errors_are_carried_back_as_far_as_the_schedule_says(schedule, cell):
    """With a rate that changes nothing, every update's gradient is that of its window."""
    ours = learner(cell, 5, schedule, size=2)
    ours.optimiser.learning_rate = 1e-300
    for _ in range(9):
        ours.update()
        wanted = gradient_of(ours, schedule, ours.stream.position)
        for name, gradient in wanted.items():
            np.testing.assert_allclose(ours._gradient.parts[name], gradient, atol=1e-13, err_msg=name)


def test_without_carrying_every_window_starts_from_zero():
    ours = learner("lstm", 5, Schedule(4, 4, carries=False))
    ours.optimiser.learning_rate = 1e-300
    for _ in range(3):
        ours.update()
    p = ours.stream.position
    rollout = _rollout(ours.model, ours.parameters.parts, ours.stream.codes[:, p - 4 : p + 1], None)
    found = backward(rollout.tape, {rollout.loss: np.ones(())})
    np.testing.assert_allclose(ours._gradient.parts["W_hh"], found[rollout.parameters["W_hh"]], atol=1e-13)


@pytest.mark.parametrize("chosen", ["adagrad", "sgd", "rmsprop", "adam"])
def test_a_run_goes_on_bit_for_bit_from_a_snapshot(chosen):
    whole = learner("gru", 8, Schedule(3, 6), size=2, chosen=chosen, clip=Clip(norm=1.0), layers=2)
    for _ in range(40):
        whole.update()
    saved = whole.snapshot()
    resumed = learner("gru", 8, Schedule(3, 6), size=2, chosen=chosen, clip=Clip(norm=1.0), layers=2)
    resumed.restore(saved)
    for _ in range(40):
        assert whole.update() == resumed.update()
    for name, value in whole.snapshot().items():
        assert np.array_equal(value, resumed.snapshot()[name]), name


def test_a_gradient_that_is_not_finite_changes_no_parameter():
    ours = learner()
    ours.parameters.parts["W_hh"][0, 0] = np.nan
    before = ours.parameters.vector.copy()
    update = ours.update()
    assert not np.isfinite(update.loss)
    assert np.array_equal(before, ours.parameters.vector, equal_nan=True)


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
def test_learning_learns(cell):
    ours = learner(cell, 30, codes=CODES[:200])
    first = np.mean([ours.update().loss for _ in range(20)])
    for _ in range(400):
        ours.update()
    last = np.mean([ours.update().loss for _ in range(20)])
    assert last < 0.5 * first


@pytest.mark.parametrize(("style", "count"), [("chunked", 12), ("true", 15), ("full", 21), ("uncarried", 12)])
def test_contributions_of_six_errors_truncated_at_three(style, count):
    assert sum(window.contributions for window in windows(style, 6, 3)) == count


@pytest.mark.parametrize("mask", ["steps", "tied"])
@pytest.mark.parametrize("cell", ["rnn", "lstm"])
def test_dropout_learns_by_the_gradient_of_the_masked_model(mask, cell):
    """The gradient of an update is that of the tape with the same masks, which are drawn anew as they should be."""
    recipe = Recipe(
        cell=cell, hidden=5, layers=2, steps=4, dropout=0.4, mask=mask, rate=1e-300, clip_norm=None, batch=2
    )
    ours = recipe.learner(TEXT[:60], VOCABULARY)
    seen = []
    for _ in range(12):
        position, start, rounds = ours.stream.position, ours.start, ours._rounds
        ours.update()
        if ours.stream.position == position + 4:  # the text has not begun again
            ours.updates -= 1  # the number that the masks were drawn by
            masks = ours._masks(4)
            ours.updates += 1
            seen.append((rounds, masks["x1"]))
            inputs, targets = ours.stream.window(4)
            feed = Feed({"x": np.eye(V)[inputs]}, {"targets": targets}, masks)
            rollout = recorded(ours._learned, ours.parameters.parts, feed, start)
            found = backward(rollout.tape, {rollout.loss: np.ones(())})
            for name, node in rollout.parameters.items():
                np.testing.assert_allclose(ours._gradient.parts[name], found[node], atol=1e-13, err_msg=name)
    alike = [np.array_equal(a[1], b[1]) for a, b in pairwise(seen) if a[0] == b[0]]
    assert len(alike) > 3
    assert all(alike) if mask == "tied" else not any(alike)


def test_dropout_runs_compiled_and_resumes_bit_for_bit():
    recipe = Recipe(cell="gru", hidden=6, steps=3, back=6, layers=2, dropout=0.3, mask="tied")
    whole, resumed = (recipe.learner(TEXT[:200], VOCABULARY) for _ in range(2))
    for _ in range(30):
        whole.update()
    assert type(whole._passes[6]).__name__ == "_Compiled"
    resumed.restore(whole.snapshot())
    for _ in range(50):
        assert whole.update() == resumed.update()
