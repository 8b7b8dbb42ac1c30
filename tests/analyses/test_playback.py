"""The order in which a backward pass goes over the arrows of a picture."""

import pytest

from bptt_viz.analyses.graph import Choice, graph_view, record
from bptt_viz.analyses.playback import playback
from bptt_viz.models import Request, prepare
from bptt_viz.results.graph import Level
from bptt_viz.results.provenance import Provenance

RAN = Provenance("test", {}, "", "", "")


def picture(cell, **options):
    settings = options.pop("settings", {})
    rollout = record(prepare(Request(cell=cell, hidden=2, settings=settings, **options)))
    return graph_view(rollout, Level.STEP, RAN, gradients=True, choice=Choice(0))


def test_a_chain_is_played_from_the_last_step_to_the_first():
    assert playback(picture("lstm", steps=5)).moments == ((5,), (4,), (3,), (2,), (1,))


def test_both_directions_are_played_at_once():
    played = playback(picture("bidirectional", steps=3))
    assert played.moments == ((1, 3), (2,), (1, 3))


def test_an_upper_pair_of_directions_is_played_out_before_the_lower_one():
    """A lower state feeds both upper directions, so its gradient is whole only when both have come to its step."""
    played = playback(picture("bidirectional", steps=3, layers=2))
    assert played.moments == ((1, 3), (2,), (1, 3), (2,), (1, 3))


@pytest.mark.parametrize("settings", [{}, {"attention": "additive"}])
def test_a_decoder_is_played_before_its_encoder(settings):
    view = picture("seq2seq", steps=2, settings=settings)
    assert playback(view).moments == tuple((t,) for t in range(max(node.t or 0 for node in view.nodes), 0, -1))


@pytest.mark.parametrize(
    ("cell", "options"),
    [
        ("rnn", {"steps": 4}),
        ("lstm", {"steps": 3, "layers": 2}),
        ("rnn", {"steps": 4, "topology": "many-to-one"}),
        ("bidirectional", {"steps": 4, "layers": 2}),
        ("seq2seq", {"steps": 3, "settings": {"attention": "additive"}}),
        ("char-lm", {"steps": 3}),
    ],
    ids=str,
)
def test_no_arrow_is_played_before_what_it_needs(cell, options):
    view = picture(cell, **options)
    moments = playback(view).edges
    back = [edge for edge in view.edges if edge.kind == "gradient"]
    assert set(moments) == {edge.id for edge in back}
    for edge in back:
        needed = [moments[before.id] for before in back if before.target == edge.source]
        assert all(moment <= moments[edge.id] for moment in needed)


def test_a_loss_waits_until_the_pass_has_come_to_its_step():
    view = picture("rnn", steps=4)
    moments = playback(view).edges
    of_loss = {edge.target: moments[edge.id] for edge in view.edges if edge.kind == "gradient" and edge.source == "L"}
    assert of_loss == {"t4-L": 0, "t3-L": 1, "t2-L": 2, "t1-L": 3}


def test_the_sum_over_all_steps_comes_last():
    view = picture("rnn", steps=4)
    (total,) = [edge.id for edge in view.edges if edge.kind == "gradient" and "sum over all" in edge.tooltip]
    assert playback(view).edges[total] == 3


def test_folded_steps_are_one_moment():
    rollout = record(prepare(Request(cell="rnn", hidden=2, steps=30)))
    view = graph_view(rollout, Level.STEP, RAN, gradients=True, choice=Choice(2))
    assert playback(view).moments == ((30,), (29,), tuple(range(3, 29)), (2,), (1,))


def test_a_picture_without_gradients_has_nothing_to_play():
    rollout = record(prepare(Request(cell="rnn", hidden=2, steps=3)))
    assert playback(graph_view(rollout, Level.STEP, RAN)).moments == ()
