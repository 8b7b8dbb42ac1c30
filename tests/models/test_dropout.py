"""Dropout between layers: where its masks fall, and that a sequence keeps them however it is truncated."""

import numpy as np
import pytest

from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.topologies import Borders, dropout_masks
from models.forms import D, H, model_of

N, T, LAYERS = 3, 4, 2


def recorded(cuts=(), seed=0, **settings):
    made = model_of("multilayer", {"dropout": "0.5", **settings})
    rng = np.random.default_rng(seed)
    values = {name: rng.uniform(-1, 1, parameter.shape) for name, parameter in made.parameters().items()}
    feed = made.random_feed(np.random.default_rng(9), N)
    return made.record(values, feed, None, Borders(cuts))


def masks(rollout, role):
    """Return the masks of a kind by (row, step)."""
    found = {}
    for node in rollout.tape.nodes:
        if node.scope.role == role and node.name == "m":
            found[node.scope.layer, node.scope.t] = node.value
    return found


def test_masks_fall_between_layers_before_the_readout_and_nowhere_else():
    rollout = recorded()
    assert set(masks(rollout, "dropout")) == {(row, t) for row in range(LAYERS + 1) for t in range(1, T + 1)}
    assert not masks(rollout, "dropout through time")
    for run in rollout.layers:
        for t in run.steps[1:]:
            assert np.array_equal(run.carry(t)["h"].value, run.state(t - 1)["h"].value)


def test_each_step_has_a_mask_of_its_own():
    found = masks(recorded(), "dropout")
    for row, width in enumerate((D, H, H)):
        steps = [found[row, t] for t in range(1, T + 1)]
        assert all(mask.shape == (N, width) for mask in steps)
        assert any(not np.array_equal(steps[0], mask) for mask in steps[1:])


def test_tied_masks_are_the_same_at_every_step_also_through_time():
    rollout = recorded(mask="tied")
    for role, rows in (("dropout", LAYERS + 1), ("dropout through time", LAYERS)):
        found = masks(rollout, role)
        assert {row for row, _ in found} == set(range(rows))
        for (row, _), mask in found.items():
            assert np.array_equal(mask, found[row, 1])


@pytest.mark.parametrize("mask", ["steps", "tied"])
@pytest.mark.parametrize("every", [1, 2, 3])
def test_a_truncated_sequence_has_the_masks_of_the_whole(mask, every):
    whole, chunks = recorded(mask=mask), recorded(range(1 + every, T + 1, every), mask=mask)
    assert whole.loss.value == chunks.loss.value
    for role in ("dropout", "dropout through time"):
        expected = masks(whole, role)
        assert expected.keys() == masks(chunks, role).keys()
        assert all(np.array_equal(value, expected[place]) for place, value in masks(chunks, role).items())


def test_entries_that_stay_are_made_larger_so_that_the_mean_stays():
    drawn = dropout_masks(np.random.default_rng(0), 0.3, {"x0": 50}, {}, 40, 30, tied=False)["x0"]
    assert set(np.unique(drawn)) == {0.0, 1 / 0.7}
    assert drawn.mean() == pytest.approx(1, abs=0.01)


def test_no_dropout_draws_no_masks():
    assert dropout_masks(np.random.default_rng(0), 0.0, {"x0": 5}, {"h0": 5}, 4, 3, tied=True) == {}


def test_the_seed_decides_the_masks():
    request = Request(cell="multilayer", hidden=4, steps=4, text="hello", settings={"dropout": "0.5"}, seed=1)
    first, again = prepare(request).run(), prepare(request).run()
    assert first.loss.value == again.loss.value
    assert all(np.array_equal(m, masks(again, "dropout")[at]) for at, m in masks(first, "dropout").items())


@pytest.mark.parametrize("share", ["1", "-0.1", "2"])
def test_a_share_that_is_none_is_refused(share):
    with pytest.raises(UsageError, match="option 'dropout' must be at least 0 and below 1"):
        model_of("multilayer", {"dropout": share})
