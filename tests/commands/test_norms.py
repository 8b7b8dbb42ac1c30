"""`bptt-viz norms` from the command line: streams, exit codes, JSON, terminals."""

import json
import re

import pytest
from rich.cells import cell_len

from bptt_viz.app import run
from bptt_viz.cells import discover_cells
from bptt_viz.errors import ExitCode
from bptt_viz.topologies import NAMES
from commands.processes import run as run_process
from commands.processes import run_on_terminal

PARTS = ("value", "total", "local", "back", "last")
ESCAPE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
OVERFLOWING = ["norms", "rnn", "--activation", "relu", "--init", "identity=8", "--steps", "400"]


def said(capsys, *arguments):
    assert run(["norms", *arguments]) == ExitCode.PASS
    out, err = capsys.readouterr()
    assert err == ""
    return out


@pytest.mark.parametrize("cell", discover_cells())
@pytest.mark.parametrize("topology", NAMES)
def test_every_cell_and_topology(capsys, cell, topology):
    out = said(capsys, cell, "--topology", topology, "--steps", "5", "--batch", "2")
    assert len(re.findall(r"^ ?\d", out, re.MULTILINE)) == (1 if topology == "one-to-one" else 5)


def test_the_verdict_comes_first_then_reasons_advice_and_the_run(capsys):
    out = said(capsys, "rnn", "--init", "radius=0.5").splitlines()
    assert out[0].startswith("VANISHING  Going back from step 25, the gradient of the last loss is multiplied by 0.468")
    assert [line.split()[0] for line in out[1:6]] == ["mem", "why", "fit", "try", "run"]
    assert out[-1].split()[0] == "25"


@pytest.mark.parametrize(
    ("init", "verdict"), [("radius=0.5", "VANISHING"), ("orthogonal=1.2", "HEALTHY"), ("radius=1.5", "EXPLODING")]
)
def test_the_gain_decides(capsys, init, verdict):
    assert said(capsys, "rnn", "--init", init).startswith(f"{verdict}  ")


def test_a_finding_is_no_failure_and_no_warning_reaches_stderr():
    code, out, err = run_process(*OVERFLOWING)
    assert code == ExitCode.PASS
    assert out.startswith("NON-FINITE  Step 344 of 400, layer 0: matmul(h, W_hh) is the first value that is not finite")
    assert err == ""


WRONG = ["norms", "norms nothing", "norms rnn --loss first", "norms rnn --steps 0", "norms rnn --text nowhere.txt"]


@pytest.mark.parametrize("line", [*WRONG, "norms rnn --dtype int8"])
def test_what_makes_no_sense_is_one_line_and_exit_code_2(capsys, line):
    assert run(line.split()) == ExitCode.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert len(err.splitlines()) == 1


def test_json_holds_the_whole_report(capsys):
    found = json.loads(said(capsys, "lstm", "--layers", "2", "--steps", "6", "--json"))
    assert found["kind"] == "norms"
    assert found["verdict"] in {"healthy", "undetermined", "vanishing"}
    assert set(found["advice"]) == {"sentence", "arguments", "threshold"}
    assert [layer["depth"] for layer in found["layers"]] == [0, 1]
    for layer in found["layers"]:
        assert [state["name"] for state in layer["states"]] == ["h", "c"]
        assert {
            len(state[part]) for state in layer["states"] for part in ("value", "total", "local", "back", "last")
        } == {6}
        assert [one["name"] for one in layer["activations"]] == ["i", "f", "o", "g", "tanh(c)"]
    assert {"rate", "low", "high", "half_life", "r_squared"} <= set(found["chain"]["decay"])
    assert found["chain"]["ratios"][-1] is None
    assert found["provenance"]["options"]["seed"] == 0
    assert found["provenance"]["options"]["loss"] == "all"


def test_json_takes_the_decay_apart(capsys):
    found = json.loads(said(capsys, "rnn", "--steps", "6", "--json"))
    assert {len(found["jacobians"][size]) for size in ("singular", "radius")} == {6}
    assert {len(found["layers"][0]["split"][part]) for part in ("slope", "lowest", "highest")} == {6}
    gated = json.loads(said(capsys, "gru", "--steps", "6", "--json"))["layers"][0]
    assert gated["split"] is None
    assert len(gated["path"]["norms"]) == len(gated["path"]["mean"]) == 6
    assert {one["gate"] for one in gated["parameters"]} == {None, "r", "z", "n"}


def test_json_stays_json_where_numbers_are_not_finite(capsys):
    assert run([*OVERFLOWING, "--json"]) == ExitCode.PASS
    found = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    assert found["verdict"] == "non-finite"
    assert found["nonfinite"]["step"] == 344
    assert "nan" in found["chain"]["norms"]


def test_json_names_files_without_their_folders(capsys, tmp_path):
    (tmp_path / "text.txt").write_text("some text")
    out = said(capsys, "rnn", "--text", str(tmp_path / "text.txt"), "--json")
    assert str(tmp_path) not in out
    assert json.loads(out)["provenance"]["options"]["text"] == "text.txt"


def test_the_same_run_gives_the_same_bytes(capsys):
    arguments = ("gru", "--batch", "3", "--json")
    assert said(capsys, *arguments) == said(capsys, *arguments)


def test_loss_last_is_about_the_last_loss(capsys):
    out = said(capsys, "rnn", "--loss", "last")
    assert "‖∂L_T/∂h‖" in out
    assert "gradient of the last loss" in out


def test_a_file_gets_what_a_pipe_gets(capsys, tmp_path):
    path = tmp_path / "report.txt"
    piped = said(capsys, "lstm")
    assert said(capsys, "lstm", "-o", str(path)) == ""
    assert path.read_text(encoding="utf-8") == piped


def test_a_file_is_plain_though_somebody_looks_on(tmp_path):
    code, shown = run_on_terminal("norms", "rnn", "-o", str(tmp_path / "report.txt"))
    assert (code, shown) == (ExitCode.PASS, "")
    assert not {"\x1b", "█", "─"} & set((tmp_path / "report.txt").read_text(encoding="utf-8"))


@pytest.mark.parametrize("columns", [50, 80, 120])
def test_a_terminal_is_filled_and_never_overfull(columns):
    code, shown = run_on_terminal("norms", "lstm", "--text", "azalea", columns=columns)
    assert code == ExitCode.PASS
    assert "\x1b[" in shown
    assert max(cell_len(ESCAPE.sub("", line)) for line in shown.splitlines()) <= columns


def test_no_color_and_dumb_terminals_get_no_colours():
    for variables in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        _, shown = run_on_terminal("norms", "rnn", **variables)
        assert not re.search(r"\x1b\[[0-9;]*3[0-7]", shown)
        assert "VANISHING" in shown or "HEALTHY" in shown


def test_forced_colours_change_nothing_else():
    _, plain, _ = run_process("norms", "rnn")
    _, coloured, _ = run_process("norms", "rnn", variables={"FORCE_COLOR": "1"})
    assert "\x1b[" in coloured
    assert [line.rstrip() for line in ESCAPE.sub("", coloured).splitlines()] == plain.splitlines()


def test_single_precision(capsys):
    assert "float32" in said(capsys, "gru", "--dtype", "float32")


def test_a_cell_of_ones_own(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.py").write_text(
        "from bptt_viz.cells import Cell\n"
        "class Leaky(Cell):\n"
        "    def parameters(self):\n"
        "        return {'W_xh': (self.input_size, self.hidden_size)}\n"
        "    def step(self, p, x, s):\n"
        "        return {'h': 0.25 * s.h + x @ p.W_xh}\n"
    )
    out = said(capsys, "own.py:Leaky")
    assert "multiplied by 0.250 (95%: 0.250 to 0.250)" in out
    assert "run  own.py:Leaky, H=32" in out
    assert "dW" not in out


@pytest.mark.parametrize("columns", [60, 80, 120])
def test_plots_and_parameters_do_not_overrun_a_terminal(columns):
    code, shown = run_on_terminal("norms", "lstm", "--plot", "--parameters", columns=columns)
    assert code == ExitCode.PASS
    assert max(cell_len(ESCAPE.sub("", line)) for line in shown.splitlines()) <= columns
