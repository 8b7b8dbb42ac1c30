"""Commands that draw: files besides the report, the same bytes each time, true pages, terminals not overrun."""

import re
from pathlib import Path

import pytest
import typer

from bptt_viz.app import app, run
from bptt_viz.errors import ExitCode
from commands import processes

DOCUMENTATION = Path(__file__).parents[2] / "docs"
SMALL = {
    "norms": ["lstm", "--steps", "6", "--hidden", "4"],
    "credit": ["rnn", "--steps", "12", "--hidden", "4"],
    "spectrum": ["rnn", "--steps", "12", "--hidden", "4"],
    "curves": ["--hidden", "8", "--steps", "12", "--seeds", "3"],
    "phase": ["--hidden", "6", "--steps", "8", "--seeds", "2", "--grid", "5,3"],
    "response": ["--vector", "--hidden", "4", "--steps", "12", "--seeds", "2"],
    "clipping": ["rnn", "--hidden", "4", "--steps", "5", "--windows", "6"],
    "surface": ["--grid", "9"],
}
"""A small run of each command."""

COMMANDS = typer.main.get_command(app).commands
HEADS = {
    "norms": "layer,t,x,y,loss",
    "credit": "k,t,distance,norm",
    "spectrum": "quantity,steps,k,log",
    "curves": "cell,activation,matrix,radius,k,lower,median,upper,bound",
    "phase": "bias,gain,rate",
    "response": "activation,",
    "clipping": "kind,number",
    "surface": "w,b,error",
}
STARTS = {"svg": b"<?xml", "png": b"\x89PNG", "pdf": b"%PDF"}
WHOLE_PAGES = ("spectrum", "curves", "phase", "response", "clipping", "surface")
"""Commands whose pages explain every option of their own."""


def taking(option):
    """Return the commands that have an option."""
    return [name for name in SMALL if any(option in parameter.opts for parameter in COMMANDS[name].params)]


MODEL_OPTIONS = {one.name for one in COMMANDS["norms"].params} & {one.name for one in COMMANDS["credit"].params}


def ran(capsys, name, *arguments):
    assert run([name, *SMALL[name], *arguments]) == ExitCode.PASS
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.parametrize("form", [*STARTS, "csv"])
@pytest.mark.parametrize("name", SMALL)
def test_a_file_stands_besides_the_report_and_is_the_same_each_time(capsys, tmp_path, name, form):
    plain = ran(capsys, name)
    assert ran(capsys, name, "-o", f"x.{form}") == plain != ""
    data = (tmp_path / f"x.{form}").read_bytes()
    assert data.startswith(STARTS.get(form) or HEADS[name].encode())
    assert str(tmp_path).encode() not in data
    ran(capsys, name, "-o", f"x.{form}")
    assert (tmp_path / f"x.{form}").read_bytes() == data


@pytest.mark.parametrize("name", SMALL)
def test_the_report_can_go_to_a_file_instead(capsys, tmp_path, name):
    for form, option in (("txt", []), ("json", ["--json"])):
        printed = ran(capsys, name, *option)
        assert ran(capsys, name, "-o", f"x.{form}") == ""
        assert (tmp_path / f"x.{form}").read_text(encoding="utf-8") == printed
    assert ran(capsys, name, "-o", "-") == ran(capsys, name)


@pytest.mark.parametrize("output", ["x.gif", "x", "no-folder/x.svg", "no-folder/x.json"])
@pytest.mark.parametrize("name", SMALL)
def test_a_file_that_cannot_be_written_is_one_line(capsys, tmp_path, name, output):
    assert run([name, *SMALL[name], "-o", output]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert ("must end in one of .svg" if "/" not in output else "cannot be written") in err
    assert not list(tmp_path.iterdir())


NONSENSE = {
    "curves": [
        (["--radius", "-1"], "--radius must be positive and finite, got -1"),
        (["--radius", "0.5,nan"], "--radius must be positive and finite, got nan"),
        (["--radius", "inf"], "--radius"),
        (["--radius", "0"], "--radius"),
        (["--radius", "big"], "--radius: 'big' is not a number"),
        (["--radius", ","], "--radius is given but empty"),
        (["--activation", "softplus"], "--activation must be one of tanh, sigmoid, relu, identity, got 'softplus'"),
        (["--seeds", "0"], "--seeds"),
        (["--seeds", "many"], "--seeds"),
        (["--hidden", "0"], "--hidden"),
        (["--steps", "0"], "--steps"),
        (["--steps", "100000"], "--steps"),
        (["--input-scale", "nan"], "--input-scale"),
        (["--start", "inf"], "--start"),
        (["--matrix", "diagonal"], "--matrix"),
        (["--dtype", "int8"], "--dtype"),
        (["--text", "nowhere.txt"], "nowhere.txt"),
    ],
    "response": [
        (["--weight", "big"], "--weight: 'big' is not a number"),
        (["--weight", ","], "--weight is given but empty"),
        (["--weight", "nan"], "--weight must be finite"),
        (["--vector", "--weight", "0"], "--weight with --vector is a spectral radius"),
        (["--bias", "inf"], "--bias must be finite"),
        (["--activation", "softplus"], "--activation must be one of"),
        (["--matrix", "diagonal"], "--matrix must be one of"),
        (["--start", "0"], "--start must be positive"),
        (["--steps", "0"], "--steps"),
        (["--seeds", "0"], "--seeds"),
    ],
    "clipping": [
        (["--threshold", "0"], "--threshold must be positive"),
        (["--threshold", "inf"], "--threshold must be positive"),
        (["--limit", "-1"], "--limit must be positive"),
        (["--windows", "0"], "--windows"),
        (["--hidden", "0"], "--hidden"),
        (["--steps", "1000000"], "--steps"),
        (["--text", "nowhere.txt"], "nowhere.txt"),
    ],
    "surface": [
        (["--w", "5"], "--w wants two numbers"),
        (["--w", "a,b"], "--w wants two numbers"),
        (["--w", "5,4"], "--w wants LOW,HIGH"),
        (["--b", "0,inf"], "--b wants LOW,HIGH"),
        (["--point", "1,2,3"], "--point wants two numbers"),
        (["--point", "nan,2"], "--point must be finite"),
        (["--rate", "-1"], "--rate must be positive"),
        (["--threshold", "0"], "--threshold must be positive"),
        (["--steps", "0"], "--steps"),
        (["--grid", "1"], "--grid"),
        (["--start", "nan"], "--start"),
    ],
    "phase": [
        (["--gains", "3,1"], "--gains wants LOW,HIGH"),
        (["--gains", "3"], "--gains wants two numbers with a comma between them"),
        (["--grid", "2.5,x"], "--grid wants two numbers"),
        (["--grid", "1,3"], "--columns must be at least 2"),
        (["--against", "width"], "--against"),
        (["--cell", "transformer"], "unknown cell 'transformer'"),
        (["--set", "forget_bias"], "--set wants NAME=VALUE"),
    ],
    "spectrum": [
        (["--span", "0"], "--span: 0 is no whole number from 1 on"),
        (["--span", "1.5"], "--span: 1.5 is no whole number"),
        (["--span", "5,99"], "--span 99 does not fit into 12 time steps"),
        (["--transient", "-1"], "--transient"),
        (["--transient", "12"], "no step is left after a transient of 12"),
        (["--leading", "5"], "--leading 5 is not between 1 and 4"),
    ],
}
"""What each command refuses, and what it says."""


@pytest.mark.parametrize(("name", "arguments", "said"), [(n, *case) for n, cases in NONSENSE.items() for case in cases])
def test_nonsense_is_one_line_and_exit_code_two(capsys, name, arguments, said):
    assert run([name, *SMALL[name], *arguments]) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert said in err


@pytest.mark.parametrize("name", taking("--seed"))
def test_another_seed_is_another_result(capsys, name):
    assert ran(capsys, name, "--json") == ran(capsys, name, "--json") != ran(capsys, name, "--json", "--seed", "1")


@pytest.mark.parametrize("name", taking("--plot"))
def test_a_plot_is_drawn_on_demand_and_cuts_nothing(name):
    code, shown = processes.run_on_terminal(name, *SMALL[name], "--plot", NO_COLOR="1")
    assert code == ExitCode.PASS
    assert max(map(len, shown.splitlines())) <= 80
    assert "…\n" not in shown
    marks = {*map(chr, range(0x2801, 0x2900)), "░", "▼"}
    assert marks & set(shown)
    assert not marks & set(processes.run(name, *SMALL[name])[1])


def sessions(name):
    """Return the command lines that a page shows with their whole output."""
    page = (DOCUMENTATION / f"{name}.md").read_text(encoding="utf-8")
    return re.findall(r"^\$ bptt-viz (.+)\n((?:.*\n)*?)```$", page, re.MULTILINE)


@pytest.mark.parametrize("name", SMALL)
def test_every_page_shows_a_session(name):
    assert sessions(name)


@pytest.mark.parametrize("name", WHOLE_PAGES)
def test_every_option_is_documented(name):
    page = (DOCUMENTATION / f"{name}.md").read_text(encoding="utf-8")
    own = [parameter for parameter in COMMANDS[name].params if parameter.name not in MODEL_OPTIONS - {"json", "output"}]
    for parameter in own:
        assert any(f"`{flag}" in page or f"{flag}`" in page for flag in parameter.opts), parameter.name
