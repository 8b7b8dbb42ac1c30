"""Truncation styles: each is the gradient of its own function, and all are full backpropagation at n = T."""

import numpy as np
import pytest

from bptt_viz.analyses.truncation import Stretch, truncation
from bptt_viz.cells import discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, SequenceModel, prepare
from bptt_viz.topologies import pattern
from bptt_viz.training.flat import Flat
from bptt_viz.training.truncation import contributions, windows

T, N, D, H, V = 7, 2, 3, 4, 5


def stretch(cell):
    model = SequenceModel((discover_cells()[cell](D, H), discover_cells()[cell](H, H)), V, pattern("many-to-many", T))
    rng = np.random.default_rng(0)
    values = Flat({name: 0.7 * rng.standard_normal(p.shape) for name, p in model.parameters().items()})
    return Stretch(model, values, rng.standard_normal((T, N, D)), rng.integers(0, V, (T, N)))


def honest(made, parts, direction):
    """Differentiate, by complex step, the sum of the seeded losses with every window's first state held."""
    total = 0.0
    step = 1e-200
    moved = {name: value + 1j * step * direction[name] for name, value in made.parameters.parts.items()}
    for window in parts:
        model = SequenceModel(made.model.cells, V, pattern("many-to-many", window.last - window.first + 1))
        inside = slice(window.first - 1, window.last)
        start = [{name: value + 0j for name, value in states.items()} for states in made.before(window)]
        rollout = model.run(moved, made._x[inside] + 0j, made._targets[inside], start)
        losses = [node.value for t, node in rollout.losses.items() if t + window.first - 1 >= window.seeded]
        total += np.sum(losses).imag / step
    return total


STYLES = [
    ("full", T, None),
    ("chunked", 3, None),
    ("true", 3, None),
    ("uncarried", 3, None),
    ("bptt", 5, 2),
    ("true", 1, None),
]


@pytest.mark.parametrize("cell", ["rnn", "lstm", "gru"])
@pytest.mark.parametrize(("style", "n", "every"), STYLES)
def test_a_style_is_the_gradient_of_its_losses_with_the_carried_state_held(cell, style, n, every):
    made = stretch(cell)
    parts = windows(style, T, n, every)
    gradient = made.run(parts).parts
    rng = np.random.default_rng(1)
    for _ in range(2):
        direction = {name: rng.standard_normal(value.shape) for name, value in gradient.items()}
        wanted = honest(made, parts, direction)
        assert sum(np.sum(gradient[name] * direction[name]) for name in gradient) == pytest.approx(wanted, rel=1e-11)


def test_the_honest_check_sees_a_window_that_starts_one_step_late():
    made = stretch("rnn")
    gradient = made.run(windows("true", T, 3)).parts
    direction = {name: np.ones_like(value) for name, value in gradient.items()}
    wrong = honest(made, windows("true", T, 2), direction)
    assert sum(gradient[name].sum() for name in gradient) != pytest.approx(wrong, rel=1e-3)


@pytest.mark.parametrize(("style", "count"), [("chunked", 12), ("true", 15), ("full", 21)])
def test_the_published_contributions_of_six_errors(style, count):
    assert contributions(windows(style, 6, 3)) == count


def test_all_styles_that_carry_back_everything_are_full():
    found = truncation(prepare(Request(cell="lstm", hidden=5, steps=9)), [9])
    assert [each.style for each in found.gradients] == ["full", "chunked", "true", "uncarried", "bptt"]
    for each in found.gradients:
        assert each.bias < 1e-14
        assert each.cosine == pytest.approx(1)
        assert each.contributions == 45


def test_true_truncation_is_nearer_to_the_full_gradient_than_chunks_of_the_same_length():
    found = truncation(prepare(Request(cell="rnn", hidden=16, steps=30, batch=4)), [2, 5, 10])
    for n in (2, 5, 10):
        off = {each.style: each.bias for each in found.gradients if each.n == n}
        assert off["true"] < off["chunked"] <= off["uncarried"]


def test_time_and_memory_are_measured_only_when_asked_for():
    prepared = prepare(Request(cell="rnn", hidden=4, steps=5))
    assert truncation(prepared, [2]).gradients[0].seconds is None
    timed = truncation(prepared, [2], timings=True).gradients[0]
    assert timed.seconds > 0
    assert timed.megabytes > 0


@pytest.mark.parametrize(
    ("request_", "lengths", "message"),
    [
        (Request(steps=5), [6], "outside of 1 to T = 5"),
        (Request(steps=5), [0], "outside of 1 to T = 5"),
        (Request(steps=5, topology="many-to-one"), None, "at every step"),
        (Request(cell="bidirectional"), None, "name a cell"),
    ],
)
def test_what_cannot_be_compared_is_refused(request_, lengths, message):
    with pytest.raises(UsageError, match=message):
        truncation(prepare(request_), lengths)
