"""The public functions take the options of the command line: names, defaults, ranges and messages are the same."""

import inspect

import pytest
import typer

import bptt_viz as bv
from bptt_viz.app import app, run

COMMANDS = typer.main.get_command(app).commands

# What speaks of a terminal, a file or an exit code has no meaning for a function that returns its result.
OF_PROCESSES = {"json", "output", "plot", "form", "self_test", "explain", "fail_on"}
OF_OBJECTS = {"model", "models", "what", "target", "inputs", "example", "criterion", "seeds", "title"}
CALLED = {"every_entry": "full"}
FUNCTIONS = ("check", "credit", "curves", "graph", "norms", "report", "spectrum")


def of_function(name):
    parameters = inspect.signature(getattr(bv, name)).parameters.values()
    assert all(each.kind is not inspect.Parameter.VAR_KEYWORD for each in parameters)
    return {each.name: each.default for each in parameters}


def of_command(name):
    options = [each for each in COMMANDS[name].params if each.param_type_name == "option"]
    return {CALLED.get(each.name, each.name): each for each in options}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_commands_options_by_the_same_names(name):
    ours, theirs = of_function(name).keys(), of_command(name).keys()
    assert theirs - OF_PROCESSES <= ours
    assert ours <= theirs | OF_OBJECTS


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_the_commands_defaults(name):
    ours, theirs = of_function(name), of_command(name)
    for option in (ours.keys() & theirs.keys()) - ({"seeds"} if name == "graph" else set()):
        default = theirs[option].default
        listed = None if default in ([], ()) else default
        assert ours[option] == (getattr(listed, "value", listed)), option


def test_record_has_the_options_of_a_model():
    assert of_function("record").keys() == of_function("spectrum").keys() - {"span", "transient", "leading"}


REFUSED = [
    ("norms", "lstm", {"steps": 0}),
    ("norms", "lstm", {"steps": 1.5}),
    ("norms", "lstm", {"hidden": 10**7}),
    ("norms", "lstm", {"seeds": 0}),
    ("norms", "lstm", {"loss": "some"}),
    ("norms", "lstm", {"dtype": "float16"}),
    ("norms", "lstm", {"baseline": "no.json"}),
    ("norms", "lstn", {}),
    ("norms", "lstm", {"settings": {"forget": 3}}),
    ("credit", "lstm", {"layer": -1}),
    ("credit", "lstm", {"state": "z"}),
    ("credit", "lstm", {"scale": "1"}),
    ("credit", "lstm", {"saliency": 999}),
    ("curves", None, {"radius": ["x"]}),
    ("curves", None, {"radius": [-1]}),
    ("curves", None, {"by": "colour"}),
    ("curves", None, {"cell": ["lstn"]}),
    ("spectrum", "lstm", {"span": [0]}),
    ("spectrum", "lstm", {"transient": -1}),
    ("graph", "lstm", {"level": "cells"}),
    ("graph", "lstm", {"at": 3}),
    ("graph", "lstm", {"fold": 3, "no_fold": True}),
    ("graph", "lstm", {"scale": "1e-3:1"}),
    ("graph", "lstm", {"hide": ["cell"]}),
    ("graph", "lstm", {"theme": "blue"}),
    ("check", "lstm", {"method": "guess"}),
    ("check", "lstm", {"rtol": -1.0}),
    ("check", "lstm", {"shapes": "5"}),
    ("check", "lstm", {"time_limit": 0.0}),
    ("check", "lstm", {"fail_on": "bad"}),
    ("check", "nothing.py", {}),
    ("report", "lstm", {"batch": 0}),
]


@pytest.mark.parametrize(("name", "model", "options"), REFUSED)
def test_what_the_command_refuses_the_function_refuses_in_the_same_words(name, model, options, capsys):
    with pytest.raises(bv.UsageError) as refused:
        getattr(bv, name)(*([] if model is None else [model]), **options)
    assert run([name, *words(name, options), *([] if model is None else [model])]) == 2
    said = capsys.readouterr().err
    assert said.removeprefix("bptt-viz: ").partition("; see bptt-viz")[0].rstrip("\n") == str(refused.value)


def words(command, options):
    """Write options as on the command line."""
    known = of_command(command)
    for name, value in options.items():
        flag = known[name].opts[0]
        if value is True:
            yield flag
        elif isinstance(value, dict):
            yield from (f"{flag}={key}={each}" for key, each in value.items())
        else:
            yield from (f"{flag}={each}" for each in (value if isinstance(value, list) else [value]))


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: bv.norms("lstm", stepz=3), "there is no option 'stepz'; choose from activation, baseline, batch"),
        (lambda: bv.record("lstm", stepz=3), "there is no option 'stepz'"),
        (lambda: bv.norms("lstm", why=1), "--why is on or off: True or False, got 1"),
        (lambda: bv.norms("lstm", [1.0]), "an example and a criterion are for a PyTorch module"),
        (lambda: bv.spectrum(3), "expected a model's name, such as 'lstm', or a class derived from Cell, got 3"),
        (bv.report, "one or two models, got none"),
        (lambda: bv.report("lstm", "lstm"), "both models are 'lstm'"),
        (lambda: bv.check("lstm", [1.0]), "example inputs are for an object"),
        (lambda: bv.check(3), "expected a cell's or model's name, file.py:ClassName"),
    ],
)
def test_what_only_a_function_can_be_given(call, said):
    with pytest.raises(bv.UsageError) as refused:
        call()
    assert said in str(refused.value)


@pytest.mark.parametrize("given", [0.5, "0.5", [0.5], (0.5,)])
def test_one_value_may_stand_for_a_list_of_one(given):
    found = bv.curves(radius=given, activation="tanh", seeds=1, hidden=4, steps=5)
    assert found.setting.radii == (0.5,)


def test_variables_of_the_environment_are_the_command_lines_affair(monkeypatch, tmp_path):
    monkeypatch.setenv("BPTT_VIZ_STEPS", "3")
    (tmp_path / "pyproject.toml").write_text("[tool.bptt_viz]\nhidden = 4\n")
    monkeypatch.chdir(tmp_path)
    found = bv.norms("rnn", text="hello").run
    assert (found.steps, found.hidden) == (4, 32)
