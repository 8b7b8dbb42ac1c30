"""Where an option's value comes from: flag, then variable, then pyproject.toml, then default."""

import json

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode


@pytest.fixture(autouse=True)
def project(tmp_path, monkeypatch):
    """Work in an empty folder; what is returned writes its pyproject.toml."""
    monkeypatch.chdir(tmp_path)
    return (tmp_path / "pyproject.toml").write_text


@pytest.fixture
def option(capsys):
    """Run a check and return an option as it was understood."""

    def ran(name, *arguments):
        assert run(["check", "rnn", "--shapes", "1x1", "--json", *arguments]) == ExitCode.PASS
        return json.loads(capsys.readouterr().out)["provenance"]["options"][name]

    return ran


@pytest.fixture
def refused(capsys):
    """Run a command that must be refused and return its one line."""

    def ran(*arguments):
        assert run(list(arguments or ("list",))) == ExitCode.USAGE
        out, err = capsys.readouterr()
        assert out == ""
        assert len(err.splitlines()) == 1
        return err

    return ran


def test_a_flag_beats_a_variable_beats_the_file_beats_the_default(option, project, monkeypatch):
    assert option("hidden") is None
    project("[tool.bptt_viz]\nhidden = 2\n")
    assert option("hidden") == 2
    project("[tool.bptt_viz]\nhidden = 2\n[tool.bptt_viz.check]\nhidden = 3\n")
    assert option("hidden") == 3
    monkeypatch.setenv("BPTT_VIZ_HIDDEN", "4")
    assert option("hidden") == 4
    assert option("hidden", "--hidden", "6") == 6


def test_an_empty_variable_counts_as_none(option, monkeypatch):
    monkeypatch.setenv("BPTT_VIZ_HIDDEN", "")
    assert option("hidden") is None


def test_a_file_above_the_working_directory_counts(option, project, tmp_path, monkeypatch):
    project("[tool.bptt_viz]\nhidden = 2\n")
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    assert option("hidden") == 2


def test_keys_are_the_flags_names_with_dashes_or_underscores(option, project):
    project('[tool.bptt_viz]\nset = ["activation=sigmoid"]\n')
    assert option("settings") == {"activation": "sigmoid"}


def test_a_single_value_does_for_a_repeatable_option(option, project):
    project('[tool.bptt_viz]\nset = "activation=sigmoid"\n')
    assert option("settings") == {"activation": "sigmoid"}


def test_a_variable_gives_a_repeatable_option_its_values_between_blanks(option, monkeypatch):
    monkeypatch.setenv("BPTT_VIZ_SET", "activation=sigmoid")
    assert option("settings") == {"activation": "sigmoid"}


def test_a_switch_can_be_set(project, capsys):
    project("[tool.bptt_viz.list]\njson = true\n")
    assert run(["list"]) == ExitCode.PASS
    assert json.loads(capsys.readouterr().out)["kind"] == "list"


def test_a_switch_can_be_set_by_a_variable(monkeypatch, capsys):
    monkeypatch.setenv("BPTT_VIZ_JSON", "1")
    assert run(["list"]) == ExitCode.PASS
    assert json.loads(capsys.readouterr().out)["kind"] == "list"


def test_a_common_key_is_ignored_by_a_command_without_that_option(project, capsys):
    project("[tool.bptt_viz]\nhidden = 2\n")
    assert run(["list"]) == ExitCode.PASS
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[tool.bptt_viz.list]\nhidden = 3\n", "[tool.bptt_viz.list] has no option 'hidden'"),
        ("[tool.bptt_viz]\nhiden = 3\n", "[tool.bptt_viz] has no option 'hiden'"),
        ("[tool.bptt_viz.lsit]\njson = true\n", "[tool.bptt_viz] has no option 'lsit'"),
        ("[tool.bptt_viz\n", "not valid TOML"),
        ("[tool]\nbptt_viz = 3\n", "[tool.bptt_viz] must be a table"),
        ("tool = 3\n", "[tool.bptt_viz] must be a table"),
        ("[tool.bptt_viz]\nlist = 3\n", "[tool.bptt_viz.list] must be a table"),
        ("[tool.bptt_viz.list]\njson = [true]\n", "--json takes one value"),
        ("[tool.bptt_viz.list]\njson = 'perhaps'\n", "pyproject.toml)"),
    ],
)
def test_what_makes_no_sense_in_the_file_is_refused(refused, project, text, said):
    project(text)
    assert said in refused()


@pytest.mark.parametrize("value", ["3.7", "true", "'many'", "0", "-4"])
def test_values_are_checked_like_those_of_flags(refused, project, value):
    project(f"[tool.bptt_viz]\nhidden = {value}\n")
    said = refused("check", "rnn")
    assert "Invalid value for '--hidden'" in said
    assert "pyproject.toml)" in said


def test_a_refused_variable_is_named(refused, monkeypatch):
    monkeypatch.setenv("BPTT_VIZ_HIDDEN", "many")
    assert "(from BPTT_VIZ_HIDDEN)" in refused("check", "rnn")


def test_a_refused_flag_is_not_blamed_on_the_file(refused, project):
    project("[tool.bptt_viz]\nhidden = 2\n")
    assert "pyproject" not in refused("check", "rnn", "--hidden", "0")


def test_a_file_that_is_not_utf8_is_refused(refused, tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b"[tool.bptt_viz]\n# \xff\n")
    assert "not valid TOML" in refused()


def test_a_byte_order_mark_does_no_harm(option, tmp_path):
    (tmp_path / "pyproject.toml").write_bytes(b"\xef\xbb\xbf[tool.bptt_viz]\r\nhidden = 2\r\n")
    assert option("hidden") == 2


def test_help_works_beside_a_broken_file(project, capsys):
    project("[tool.bptt_viz\n")
    assert run(["list", "--help"]) == ExitCode.PASS
    assert run(["--version"]) == ExitCode.PASS
    assert capsys.readouterr().err == ""


def test_a_removed_working_directory_does_no_harm(tmp_path, monkeypatch, capsys):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert run(["list"]) == ExitCode.PASS
