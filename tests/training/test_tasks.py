"""Every task asks what it says, can be solved, and cannot be without memory."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bptt_viz.errors import UsageError
from bptt_viz.training.tasks import discover_tasks
from bptt_viz.training.tasks.brackets import Brackets
from bptt_viz.training.tasks.temporal_order import TemporalOrder, TemporalOrder3

TASKS = discover_tasks()


def test_all_tasks_are_found():
    assert set(TASKS) == {"order", "order3", "adding", "copy", "brackets", "hello"}


@pytest.mark.parametrize("name", TASKS)
@given(length=st.integers(10, 60), size=st.integers(1, 5), seed=st.integers(0, 2**20))
@settings(max_examples=15, deadline=None)
def test_shapes_fit(name, length, size, seed):
    task = TASKS[name](length)
    drawn = task.draw(np.random.default_rng(seed), size)
    D, V = task.sizes
    assert drawn.x.shape == (drawn.steps, size, D)
    assert drawn.targets.shape == drawn.mask.shape == (len(drawn.counted), size)
    assert 1 <= drawn.counted[0] <= drawn.counted[-1] <= drawn.steps
    if not task.is_regression:
        assert 0 <= drawn.targets.min() <= drawn.targets.max() < V
    again = task.draw(np.random.default_rng(seed), size)
    assert np.array_equal(drawn.x, again.x)
    assert np.array_equal(drawn.targets, again.targets)


def solved(name, drawn):
    """Answer by the rule of each task, from the inputs alone."""
    codes = drawn.x.argmax(axis=-1)
    steps, size = codes.shape
    if name == "adding":
        return (drawn.x[..., 0] * drawn.x[..., 1]).sum(axis=0)[None]
    if name in {"order", "order3"}:
        return np.array([[sum(int(c) << k for k, c in enumerate(column[column < 2])) for column in codes.T]])
    if name == "copy":
        answer = np.full((steps, size), 8)
        answer[-10:] = codes[:10]
        return answer
    if name == "hello":
        return np.repeat(np.array([1, 2, 2, 3] * steps)[:steps, None], size, axis=1)
    answer = np.zeros((steps, size), int)
    for n in range(size):
        still_open = []
        for t in range(steps):
            code = codes[t, n]
            still_open.pop() if code >= 4 else still_open.append(code)
            answer[t, n] = still_open[-1] if still_open else 0
    return answer


@pytest.mark.parametrize("name", TASKS)
def test_the_rule_solves_it(name):
    task = TASKS[name](30)
    drawn = task.draw(np.random.default_rng(0), 50)
    answer = solved(name, drawn)
    outputs = answer[..., None] if task.is_regression else np.eye(task.sizes[1])[answer]
    assert not task.wrong(outputs, drawn).any()
    off = answer + 0.05 if task.is_regression else (answer + 1) % task.sizes[1]
    outputs = off[..., None] if task.is_regression else np.eye(task.sizes[1])[off]
    assert task.wrong(outputs, drawn).all()


@pytest.mark.parametrize("name", ["order", "order3", "adding", "copy"])
def test_chance_is_what_the_targets_alone_allow(name):
    """The best guess that looks at no input: the commonest shares of each step's targets, or their mean."""
    task = TASKS[name](20)
    drawn = task.draw(np.random.default_rng(1), 40_000)
    if task.is_regression:
        loss = drawn.targets.var()
    else:
        shares = np.stack([(drawn.targets == k).mean(axis=1) for k in range(task.sizes[1])])
        loss = -(shares * np.log(np.maximum(shares, 1e-300))).sum(axis=0).mean()
    assert loss == pytest.approx(task.chance, rel=0.02)


@pytest.mark.parametrize(("task", "places"), [(TemporalOrder(50), [5, 25]), (TemporalOrder3(50), [5, 15, 30])])
def test_what_matters_stands_where_the_paper_has_it(task, places):
    codes = task.draw(np.random.default_rng(2), 3000).x.argmax(axis=-1)
    found = sorted({int(t) for t in np.nonzero(codes < 2)[0]})
    assert found == [t for place in places for t in range(place, place + 5)]


@given(length=st.integers(2, 40), depth=st.integers(1, 6), seed=st.integers(0, 2**20))
@settings(max_examples=40, deadline=None)
def test_brackets_are_balanced_and_no_deeper_than_allowed(length, depth, seed):
    task = Brackets(length, depth)
    codes = task._nested(np.random.default_rng(seed), length - length % 2)
    level = np.cumsum(np.where(codes < 4, 1, -1))
    assert level.min() >= 0
    assert level.max() <= depth
    assert level[-1] == 0


def test_a_length_without_a_task_is_refused():
    with pytest.raises(UsageError, match="'order' needs a length of at least 10, got 9"):
        TemporalOrder(9)
