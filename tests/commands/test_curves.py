"""`bptt-viz curves`: what it prints and writes, and how it refuses."""

import json
import sys
from pathlib import Path

import pytest

from bptt_viz.app import run
from commands import processes

DOCUMENTATION = (Path(__file__).parents[2] / "docs" / "curves.md").read_text(encoding="utf-8")
SMALL = ["--hidden", "8", "--steps", "12", "--seeds", "3"]


def ran(capsys, *arguments, code=0):
    assert run(["curves", *SMALL, *arguments]) == code
    return capsys.readouterr()


def refused(capsys, *arguments):
    out, err = ran(capsys, *arguments, code=2)
    assert out == ""
    assert err.count("\n") == 1
    return err


def test_report_has_a_row_for_each_activation_and_radius(capsys):
    out, err = ran(capsys)
    assert err == ""
    rows = [line for line in out.splitlines() if " yes  " in line or " no  " in line]
    assert len(rows) == 18
    assert [row.split()[0] for row in rows if row[0].isalpha()] == ["tanh", "sigmoid", "ReLU"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["--activation", "relu,identity", "--radius", "0.5,2"],
        ["--activation", "relu", "--activation", "identity", "--radius", "2", "--radius", ".5"],
        ["--activation", " relu , identity,", "--radius", "5e-1, 2.0,2"],
    ],
)
def test_lists_by_commas_or_by_repeating(capsys, arguments):
    found = json.loads(ran(capsys, *arguments, "--json").out)
    assert found["setting"]["activations"] == ["relu", "identity"]
    assert found["setting"]["radii"] == [0.5, 2.0]


def test_json_is_one_document_with_everything_in_it(capsys):
    found = json.loads(ran(capsys, "--json").out)
    assert found["schema_version"] == 1
    assert found["kind"] == "curves"
    assert found["distance"] == list(range(13))
    assert [panel["name"] for panel in found["panels"]] == ["tanh", "sigmoid", "ReLU"]
    assert len(found["panels"][0]["curves"][0]["median"]) == 13
    assert found["provenance"]["options"]["hidden"] == 8


def test_options_reach_the_analysis(capsys):
    given = ["--matrix", "orthogonal", "--text", "azalea", "--input-scale", "0.5", "--start", "0.25", "--seed", "7"]
    setting = json.loads(ran(capsys, *given, "--dtype", "float32", "--json").out)["setting"]
    expected = {"matrices": ["orthogonal"], "text": "azalea", "input_scale": 0.5, "start": 0.25, "seed": 7}
    assert {name: setting[name] for name in expected} == expected
    assert setting["dtype"] == "float32"


def test_data_are_written_besides_the_report(capsys, tmp_path):
    out, _ = ran(capsys, "-o", "x.csv", "--json")
    assert json.loads(out)["kind"] == "curves"
    rows = (tmp_path / "x.csv").read_text().splitlines()
    assert rows[0] == "cell,activation,matrix,radius,k,lower,median,upper,bound"
    assert len(rows) == 1 + 18 * 13


def test_a_folder_is_no_file(capsys, tmp_path):
    (tmp_path / "x.svg").mkdir()
    assert "is a directory" in refused(capsys, "-o", "x.svg")


def test_lists_come_from_variables_and_settings_too(capsys, tmp_path, monkeypatch):
    (tmp_path / "pyproject.toml").write_text('[tool.bptt_viz.curves]\nradius = [0.5, 0.7]\nactivation = "tanh"\n')
    setting = json.loads(ran(capsys, "--json").out)["setting"]
    assert (setting["radii"], setting["activations"]) == ([0.5, 0.7], ["tanh"])
    monkeypatch.setenv("BPTT_VIZ_RADIUS", "0.9,1.2")
    assert json.loads(ran(capsys, "--json").out)["setting"]["radii"] == [0.9, 1.2]


def test_neither_pyplot_nor_matplotlib_is_loaded_without_need(tmp_path):
    program = (
        "import sys; from bptt_viz.app import run; "
        "run(['curves', '--steps', '3', '--hidden', '2', '-o', sys.argv[1]]); "
        "print('matplotlib' in sys.modules, 'matplotlib.pyplot' in sys.modules)"
    )
    for name, loaded in (("x.csv", "False False"), ("x.svg", "True False")):
        _, out, _ = processes.run("-c", program, str(tmp_path / name), command=(sys.executable,))
        assert out.splitlines()[-1] == loaded
