"""Where a picture says that gradients are clipped, and what it says clipping does."""

import numpy as np
import pytest

from analyses.graphs import RAN, overlaps
from bptt_viz.analyses.graph import Choice, Clip, graph_view, record
from bptt_viz.arrays import norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.results.graph import Level
from bptt_viz.tape import backward

REQUEST = Request(cell="rnn", hidden=3, text="hello")


def drawn(request=REQUEST, **clip):
    return graph_view(record(prepare(request)), Level.STEP, RAN, gradients=True, choice=Choice(clip=Clip(**clip)))


def words(view):
    return [key.text for key in view.legend if key.sample == "clip"]


def gradients(request=REQUEST):
    rollout = prepare(request).run()
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    return np.concatenate([cotangents[leaf].ravel() for leaf in rollout.parameters.values()])


MODELS = [
    ("rnn", {}, 1),
    ("lstm", {}, 1),
    ("multilayer", {}, 3),
    ("bidirectional", {}, 2),
    ("seq2seq", {"attention": "general"}, 3),
    ("char-lm", {"reads": "embedding"}, 2),
]


@pytest.mark.parametrize(("model", "settings", "count"), MODELS)
def test_every_sum_that_comes_back_to_weights_is_marked_once(model, settings, count):
    own = {} if model == "seq2seq" else {"text": "hello"}
    view = drawn(Request(cell=model, hidden=3, steps=3, settings=settings, **own), norm=1.0)
    marks = [node for node in view.nodes if node.kind == "clip"]
    weights = [node for node in view.nodes if node.kind == "weights"]
    assert len(marks) == len(weights) == count
    for box in weights:
        nearest = min(abs(mark.x - box.x) + abs(mark.y - box.y) for mark in marks)
        assert nearest < 110
    assert not overlaps(view)


def test_clipping_by_norm_says_what_it_does():
    size = norm(gradients())
    assert words(drawn(norm=size / 4)) == [
        f"by norm to θ = {size / 4:g}: the gradient of all weights together, of norm {size:.3g}, is scaled by 0.25"
    ]
    assert words(drawn(norm=2 * size))[0].endswith("is left as it is")


def test_clipping_by_element_counts_the_entries():
    found = gradients()
    limit = float(np.sort(np.abs(found))[-5])
    (said,) = words(drawn(value=limit))
    clipped = np.clip(found, -limit, limit)
    assert said == (
        f"by element to ±{limit:g}: 4 of {found.size} entries are cut, the norm goes from {norm(found):.3g}"
        f" to {norm(clipped):.3g}"
    )


def test_the_norm_goes_first_where_both_are_given():
    found = gradients()
    size = norm(found)
    first, second = words(drawn(norm=size / 2, value=0.05))
    assert "scaled by 0.5" in first
    assert f"{np.sum(np.abs(found / 2) > 0.05)} of {found.size} entries" in second


@pytest.mark.parametrize("limits", [{"norm": 0.0}, {"norm": -1.0}, {"value": float("nan")}, {"value": float("inf")}])
def test_limits_that_let_nothing_through_are_refused(limits):
    with pytest.raises(UsageError, match=r"--clip-(norm|value) must be positive and finite"):
        Clip(**limits)


def test_without_gradients_there_is_nothing_to_clip():
    with pytest.raises(UsageError, match="add --gradients"):
        graph_view(record(prepare(REQUEST)), Level.STEP, RAN, choice=Choice(clip=Clip(1.0)))
