"""When inputs go in and outputs come out: the lecture's patterns."""

import pytest

from bptt_viz.errors import UsageError
from bptt_viz.topologies import NAMES, pattern


@pytest.mark.parametrize(
    ("name", "inputs", "outputs"),
    [
        ("one-to-one", (1,), (1,)),
        ("one-to-many", (1,), (1, 2, 3, 4)),
        ("many-to-one", (1, 2, 3, 4), (4,)),
        ("many-to-many", (1, 2, 3, 4), (1, 2, 3, 4)),
        ("delayed", (1, 2), (3, 4)),
    ],
)
def test_inputs_and_outputs_of_each_pattern(name, inputs, outputs):
    found = pattern(name, 4)
    assert (found.inputs, found.outputs) == (inputs, outputs)


def test_one_to_one_has_one_step_whatever_is_asked():
    assert pattern("one-to-one", 9).steps == 1


def test_with_an_odd_number_of_steps_the_delayed_pattern_reads_one_more_than_it_gives():
    found = pattern("delayed", 5)
    assert (found.inputs, found.outputs, found.delay) == ((1, 2, 3), (4, 5), 3)


@pytest.mark.parametrize("name", NAMES)
def test_the_shortest_sequence_of_each_pattern_has_an_input_and_an_output(name):
    found = pattern(name, 2 if name == "delayed" else 1)
    assert found.inputs
    assert found.outputs
    assert max(found.inputs + found.outputs) == found.steps


def test_delayed_needs_two_steps():
    with pytest.raises(UsageError, match="--steps 2 or more"):
        pattern("delayed", 1)


def test_no_pattern_has_no_steps():
    with pytest.raises(UsageError, match="--steps must be at least 1, got 0"):
        pattern("many-to-many", 0)


def test_an_unknown_pattern_is_named_with_those_there_are():
    with pytest.raises(UsageError, match=r"unknown topology 'seq2seq'.*one-to-one.*delayed"):
        pattern("seq2seq", 4)
