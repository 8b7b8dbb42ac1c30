"""From a request to a model that is ready to run; whatever cannot be had is one helpful line."""

from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.cells import discover_cells
from bptt_viz.cells.vanilla import VanillaRNN
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, prepare
from bptt_viz.tape import backward
from bptt_viz.topologies import NAMES, pattern

SMALL = Request(hidden=4, text="hello")


def options(**settings):
    return replace(SMALL, settings=settings)


@pytest.mark.parametrize("topology", NAMES)
@pytest.mark.parametrize("cell", discover_cells())
def test_every_cell_runs_in_every_topology(cell, topology):
    prepared = prepare(replace(SMALL, cell=cell, topology=topology, layers=2, batch=3))
    rollout = prepared.run()
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    assert np.isfinite(rollout.loss.value)
    assert all(np.all(np.isfinite(cotangents[leaf])) for leaf in rollout.parameters.values())


def test_what_is_not_asked_for_is_one_vanilla_layer_of_32_units_on_one_window_of_verse():
    prepared = prepare(Request())
    assert prepared.model.cells == (VanillaRNN(len(prepared.batch.vocabulary), 32),)
    assert prepared.batch.inputs.shape == (25, 1)
    assert prepared.model.pattern == pattern("many-to-many", 25)


def test_a_request_becomes_sizes():
    prepared = prepare(Request(cell="lstm", hidden=7, layers=3, steps=6, batch=2, text="azalea"))
    lower, *upper = prepared.model.cells
    assert (lower.input_size, lower.hidden_size) == (len(prepared.batch.vocabulary), 7)
    assert all((cell.input_size, cell.hidden_size) == (7, 7) for cell in upper)
    assert len(upper) == 2
    assert prepared.batch.inputs.shape == (6, 2)
    assert prepared.model.output_size == len(prepared.batch.vocabulary)


def test_without_steps_25_are_taken_or_what_the_text_has():
    assert prepare(Request()).batch.steps == 25
    assert prepare(SMALL).batch.steps == 4


def test_one_to_one_takes_one_step_of_any_text():
    prepared = prepare(replace(SMALL, topology="one-to-one", steps=3))
    assert (prepared.batch.steps, prepared.model.pattern.steps) == (1, 1)


@pytest.mark.parametrize("cell", discover_cells())
def test_the_same_seed_gives_the_same_bits(cell):
    request = replace(SMALL, cell=cell, layers=2, seed=9)
    runs = [prepare(request).run() for _ in range(2)]
    found = [backward(run.tape, {run.loss: np.ones(())}) for run in runs]
    assert runs[0].loss.value.tobytes() == runs[1].loss.value.tobytes()
    for name, leaf in runs[0].parameters.items():
        assert leaf.value.tobytes() == runs[1].parameters[name].value.tobytes()
        assert found[0][leaf].tobytes() == found[1][runs[1].parameters[name]].tobytes()


def test_another_seed_gives_other_weights():
    assert not np.array_equal(prepare(SMALL).values["W_hh"], prepare(replace(SMALL, seed=1)).values["W_hh"])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_everything_has_the_type_asked_for(dtype):
    rollout = prepare(replace(SMALL, cell="gru", dtype=dtype)).run()
    assert {node.value.dtype for node in rollout.tape.nodes} == {np.dtype(dtype)}


def test_the_initialisation_asked_for_is_drawn():
    assert np.array_equal(prepare(replace(SMALL, init="identity=0.5")).values["W_hh"], 0.5 * np.eye(4))


@pytest.mark.parametrize(
    ("cell", "settings", "expected"),
    [
        ("rnn", {"activation": "relu"}, ("activation", "relu")),
        ("gru", {"reset": "before"}, ("reset", "before")),
        ("lstm", {"forget_bias": "-2.5"}, ("forget_bias", -2.5)),
        ("peephole", {"error_through_peepholes": "false"}, ("error_through_peepholes", False)),
        ("peephole", {"error_through_peepholes": "true"}, ("error_through_peepholes", True)),
    ],
)
def test_options_are_read_by_their_types(cell, settings, expected):
    prepared = prepare(replace(options(**settings), cell=cell, layers=2))
    name, value = expected
    assert all(getattr(cell, name) == value for cell in prepared.model.cells)
    assert all(type(getattr(cell, name)) is type(value) for cell in prepared.model.cells)


def test_activation_is_an_option_of_its_own():
    assert prepare(replace(SMALL, activation="sigmoid")).model.cells[0].activation == "sigmoid"


REFUSED = [
    (replace(SMALL, cell="elman"), "unknown model 'elman'; choose from .*gru, .*lstm.* or give file.py:Class"),
    (replace(SMALL, cell=""), "unknown model ''"),
    (replace(SMALL, hidden=0), "--hidden must be at least 1, got 0"),
    (replace(SMALL, layers=0), "--layers must be at least 1, got 0"),
    (replace(SMALL, batch=-1), "--batch must be at least 1, got -1"),
    (replace(SMALL, steps=0), "--steps and --batch must be at least 1"),
    (replace(SMALL, steps=5), "--steps 5 needs at least 6 characters, the text has 5"),
    (replace(SMALL, seed=-1), "--seed must not be negative, got -1"),
    (replace(SMALL, dtype="float16"), "--dtype must be float64 or float32, got 'float16'"),
    (replace(SMALL, init="he"), "unknown initialisation 'he'"),
    (replace(SMALL, topology="seq2seq"), "unknown topology 'seq2seq'"),
    (replace(SMALL, topology="delayed", steps=1), "'delayed' needs --steps 2 or more"),
    (replace(SMALL, text="nowhere.txt"), r"nowhere\.txt: no such file or directory"),
    (replace(SMALL, activation="gelu"), "option 'activation' must be one of tanh, sigmoid, relu, identity, got 'gelu'"),
    (
        replace(SMALL, cell="lstm", activation="tanh"),
        "cell 'lstm' has no option 'activation'; its options are forget_b",
    ),
    (options(gain="1"), "cell 'rnn' has no option 'gain'; its options are activation"),
    (options(hidden_size="9"), "cell 'rnn' has no option 'hidden_size'"),
    (options(input_size="9"), "cell 'rnn' has no option 'input_size'"),
    (replace(options(forget_bias="one"), cell="lstm"), "option 'forget_bias': 'one' is not a valid float"),
    (replace(options(forget_bias="nan"), cell="lstm"), "option 'forget_bias' must be finite, got 'nan'"),
    (replace(options(reset="after "), cell="gru"), "option 'reset' must be one of after, before, got 'after '"),
    (
        replace(options(error_through_peepholes="yes"), cell="peephole"),
        "option 'error_through_peepholes' must be one of true, false, got 'yes'",
    ),
]


@pytest.mark.parametrize(("request_", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_cannot_be_had_is_refused(request_, message):
    with pytest.raises(UsageError, match=message):
        prepare(request_)
