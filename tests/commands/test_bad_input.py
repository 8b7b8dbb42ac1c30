"""What no command can make sense of: one line on standard error, exit code 2, nothing on standard output or disk."""

import os
from pathlib import Path

import pytest
import typer

from bptt_viz.app import app, run
from bptt_viz.errors import ExitCode

COMMANDS = typer.main.get_command(app).commands
TOLERANCES = {"--rtol", "--atol", "--eps"}


def flags(name):
    return {flag for parameter in COMMANDS[name].params for flag in parameter.opts}


def lines_with(*wanted):
    """Return each command that has these options, with a model where it needs one."""
    return [[name, *_needed(name)] for name in COMMANDS if set(wanted) <= flags(name)]


def _needed(name):
    """Return what a command cannot do without: a model, or what no other command has."""
    file = Path(__file__).parents[1] / "oracles" / "char_model.npz"
    other = {"reproduce": ["lecture-response"], "sweep": ["run", "example"], "weights": ["inspect", str(file)]}
    return other.get(name) or _model(name)


def _model(name):
    return ["rnn"] if {"model", "models", "targets"} & {parameter.name for parameter in COMMANDS[name].params} else []


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def refused(capsys, tmp_path):
    """Run a command line that must be refused and return its one line."""

    def ran(*arguments):
        there = sorted(tmp_path.iterdir())
        code = run(list(arguments))
        out, err = capsys.readouterr()
        assert (code, out) == (ExitCode.USAGE, ""), err
        assert len(err.splitlines()) == 1
        assert err.startswith("bptt-viz: ")
        assert sorted(path for path in tmp_path.iterdir() if path.name != "__pycache__") == there
        return err

    return ran


def each(*wanted):
    return pytest.mark.parametrize("line", lines_with(*wanted), ids=lambda line: line[0])


TAKING_CELLS = pytest.mark.parametrize("name", [name for name in COMMANDS if _model(name)])


@TAKING_CELLS
@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("[i]lstm", "unknown model '[i]lstm'"),
        ("", "unknown model"),
        ("none.py:Cell", "none.py"),
        ("none.py", "none.py"),
        (".:Cell", "unknown model"),
    ],
)
def test_an_unknown_cell(refused, name, cell, said):
    assert said in refused(name, cell)


SOURCES = {
    "syntax": "def (:\n",
    "import": "import no_such_package\n",
    "other": "class Cell: pass\n",
    "abstract": "from bptt_viz import Cell as Base\nclass Cell(Base): pass\n",
    "nul": "\0",
}


@TAKING_CELLS
@pytest.mark.parametrize("kind", SOURCES)
def test_a_file_that_has_no_usable_cell(refused, tmp_path, name, kind):
    (tmp_path / "own.py").write_text(SOURCES[kind])
    assert "own.py" in refused(name, "own.py:Cell")


@TAKING_CELLS
def test_a_cell_file_that_is_no_text(refused, tmp_path, name):
    (tmp_path / "own.py").write_bytes(b"# \xff\n")
    assert "own.py" in refused(name, "own.py:Cell")


@each("--text")
@pytest.mark.parametrize(
    ("content", "said"),
    [(b"", "empty"), (b"\xff\xfeab", "not UTF-8"), (b"a", "at least 2 characters"), (b"\xef\xbb\xbf", "empty")],
)
def test_a_text_that_cannot_be_used(refused, tmp_path, line, content, said):
    (tmp_path / "[i].txt").write_bytes(content)
    assert said in refused(*line, "--text", "[i].txt")


@each("--text")
def test_a_text_that_is_not_there(refused, tmp_path, line):
    assert "[b]none.txt: no such file" in refused(*line, "--text", "[b]none.txt")
    assert "is a directory" in refused(*line, "--text", str(tmp_path))


@each("--text")
@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read anything")
def test_a_text_that_may_not_be_read(refused, tmp_path, line):
    (tmp_path / "secret.txt").write_text("secret")
    (tmp_path / "secret.txt").chmod(0)
    assert "permission denied" in refused(*line, "--text", "secret.txt")


@pytest.mark.parametrize("flag", ["--hidden", "--layers", "--steps", "--batch", "--seeds", "--truncate"])
@pytest.mark.parametrize("value", ["0", "-3", "1.5", "nan", "inf", "many", "", "1e3"])
def test_a_size_that_is_no_positive_whole_number(refused, flag, value):
    for line in lines_with(flag):
        assert flag in refused(*line, flag, value)


@each("--steps", "--text")
def test_more_steps_than_the_text_has(refused, line):
    assert "--steps 50 needs at least 51 characters" in refused(*line, "--text", "hello", "--steps", "50")


@pytest.mark.parametrize("flag", sorted(TOLERANCES))
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1e-3", "many"])
def test_a_tolerance_that_is_no_positive_number(refused, flag, value):
    for line in lines_with(flag):
        assert flag.strip("-") in refused(*line, flag, value)


@each("--init")
@pytest.mark.parametrize("value", ["magic", "radius=-1", "radius=nan", "radius=inf", "radius=many", "=1"])
def test_an_unknown_way_to_draw_weights(refused, line, value):
    assert "initialisation" in refused(*line, "--init", value)


@each("--topology")
def test_an_unknown_topology(refused, line):
    assert "unknown topology '[i]'" in refused(*line, "--topology", "[i]")


@each("--dtype")
@pytest.mark.parametrize("value", ["float16", "int", ""])
def test_a_type_that_is_not_floating(refused, line, value):
    assert "--dtype" in refused(*line, "--dtype", value)


@each("--seed")
@pytest.mark.parametrize("value", ["-1", "x", "1.5"])
def test_a_seed_that_is_none(refused, line, value):
    assert "--seed" in refused(*line, "--seed", value)


@each("--set")
@pytest.mark.parametrize("value", ["activation", "=3", "nothing=3", "activation=softmax"])
def test_an_option_that_the_cell_does_not_have(refused, line, value):
    refused(*line, "--set", value)


@each("--activation")
def test_an_unknown_activation(refused, line):
    assert "softmax" in refused(*line, "--activation", "softmax")


@each("--output")
def test_a_place_that_cannot_be_written(refused, tmp_path, line):
    (tmp_path / "folder.txt").mkdir()
    assert "is a directory" in refused(*line, "-o", "folder.txt")
    assert "no such file or directory" in refused(*line, "-o", "none/report.txt")


@each("--text", "--steps")
def test_windows_line_ends_and_other_characters_are_just_characters(tmp_path, capsys, line):
    if line[0] == "attend":
        pytest.skip("models with an attention have data of their own")
    (tmp_path / "lines.txt").write_bytes("a\r\nb\r\n\tσ[i]한\u00a0\U0001f600\0\r\n".encode())
    code = run([*line, "--text", "lines.txt"])
    if code == ExitCode.MISSING:
        pytest.skip("this machine has no renderer")
    assert code == ExitCode.PASS, capsys.readouterr().err
    out, err = capsys.readouterr()
    assert err == ""
    assert not {"\r", "\t", "\0"} & set(out)


@pytest.mark.parametrize(
    ("line", "option"),
    [
        (["curves", "--activation", ""], "--activation"),
        (["curves", "--radius", " , "], "--radius"),
        (["response", "--matrix", "", "--vector"], "--matrix"),
        (["norms", "rnn", "--fail-on", ""], "--fail-on"),
        (["spectrum", "rnn", "--span", ","], "--span"),
    ],
)
def test_a_list_with_nothing_in_it_is_no_wish_for_the_default(refused, line, option):
    assert f"{option} is given but empty" in refused(*line)


def test_pairs_with_nothing_in_them(refused):
    assert "--biases wants two numbers" in refused("phase", "--biases", "")
    assert refused("check", "rnn", "--shapes", "")


def test_a_place_for_a_checkpoint_is_looked_at_before_the_training(refused):
    assert "no such file or directory" in refused("train", "--updates", "1000000", "--save", "no/such/place.npz")


def test_an_option_with_nothing_in_it_is_no_wish_for_the_default(refused):
    assert "unknown topology" in refused("credit", "rnn", "--topology", "")
    assert refused("credit", "rnn", "--text", "")


@pytest.mark.parametrize("option", ["--rtol", "--atol", "--eps"])
@pytest.mark.parametrize("value", ["nan", "inf", "0", "-1"])
def test_tolerances_of_a_check_of_ones_own_code_make_sense(refused, tmp_path, option, value):
    (tmp_path / "own.py").write_text("def step_forward(x): return x, x\n\n\ndef step_backward(d, c): return d\n")
    assert "must be positive and finite" in refused("check", "own.py", f"{option}={value}")
