"""Mistakes planted in how models are wired are seen by their laws."""

from unittest.mock import patch

import pytest
from models.forms import model_of

from bptt_viz.topologies import Borders

from . import test_models as laws

FORM = {"attention": "dot"}
right_cross, right_memory = Borders.cross, Borders.memory


def leaky(self, tape, states, cut, layer):
    """Read every state of the encoder, whatever was cut."""
    return right_memory(self, tape, states, 0, layer)


def uncut(self, tape, nodes, cut):
    """Let states through, but stop what attention looks at."""
    return right_cross(self, tape, nodes, cut and not set(nodes) <= {"h"})


def late(self, one, other):
    """Cut one step too late."""
    high = max(one, other)
    return high if high - 1 in self._cuts else 0


@pytest.mark.parametrize(("member", "wrong"), [("memory", leaky), ("cross", uncut), ("between", late)])
def test_a_way_around_a_cut_is_seen(member, wrong):
    with patch.object(Borders, member, wrong), pytest.raises((AssertionError, KeyError)):
        laws.test_no_loss_behind_a_cut_reaches_what_lies_before_it("seq2seq", FORM)


def test_a_cut_that_nobody_asked_for_is_seen():
    def cut_at_two(self, tape, nodes, cut):
        return right_cross(self, tape, nodes, cut or tape.scope.t == 2)

    with patch.object(Borders, "cross", cut_at_two), pytest.raises(AssertionError):
        laws.test_every_entry_of_every_gradient_is_that_of_the_complex_step("multilayer", {})


def test_a_weight_used_without_an_alias_is_seen():
    with (
        patch("bptt_viz.topologies.attention.alias_all", lambda tape, nodes: dict(nodes)),
        pytest.raises((AssertionError, KeyError)),
    ):
        laws.test_the_shares_of_all_uses_sum_to_each_weights_gradient("seq2seq", {"attention": "general"})


def test_a_layer_that_says_the_wrong_direction_is_seen():
    model = model_of("bidirectional", {})
    rollout = laws.record(model, laws.drawn(model))
    assert rollout.layers[1].backward
    with (
        patch("bptt_viz.topologies.unroll.Layer.state", lambda self, t: self.states[t]),
        pytest.raises(AssertionError),
    ):
        laws.test_layers_say_where_and_when_their_states_were_made("bidirectional", {})
