"""What a shell asks for after Tab, in the three shells that most people have."""

import os

import pytest
from commands.processes import finish, start

ASKED = {
    "bash": lambda words: {"COMP_WORDS": " ".join(words), "COMP_CWORD": str(len(words) - 1)},
    "zsh": lambda words: {"_TYPER_COMPLETE_ARGS": " ".join(words)},
    "fish": lambda words: {"_TYPER_COMPLETE_ARGS": " ".join(words), "_TYPER_COMPLETE_FISH_ACTION": "get-args"},
}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def completed(shell, *words):
    process = start(variables={"_BPTT_VIZ_COMPLETE": f"complete_{shell}"} | ASKED[shell](["bptt-viz", *words]))
    code, out, err = finish(process)
    assert (code, err) == (0, "")
    return out


@pytest.mark.parametrize("shell", ASKED)
@pytest.mark.parametrize(
    ("words", "wanted"),
    [(("spec",), "spectrum"), (("norms", "--fail"), "--fail-on"), (("graph", "--level", "g"), "gate")],
)
def test_commands_options_and_choices_are_completed(shell, words, wanted):
    assert wanted in completed(shell, *words)


@pytest.mark.parametrize("shell", ASKED)
def test_the_script_for_a_shell_is_shown(shell):
    process = start(variables={"_BPTT_VIZ_COMPLETE": f"source_{shell}"})
    code, out, err = finish(process)
    assert (code, err) == (0, "")
    assert "_BPTT_VIZ_COMPLETE" in out
    assert os.fspath(os.getcwd()) not in out  # noqa: PTH109, no machine's paths
