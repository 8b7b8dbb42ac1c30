"""`bptt-viz list`: everything that has a name is there, under the name that other commands take."""

import json

import pytest

from bptt_viz.app import run
from bptt_viz.cells import discover_cells
from bptt_viz.errors import ExitCode
from bptt_viz.initialisation import NAMES as INITIALISATIONS
from bptt_viz.models import Request, discover_models, prepare
from bptt_viz.ops import discover_primitives
from bptt_viz.texts import EMBEDDED
from bptt_viz.topologies import NAMES as TOPOLOGIES
from commands.processes import run_on_terminal

KINDS = {
    "cells": tuple(discover_cells()),
    "models": tuple(discover_models()),
    "topologies": TOPOLOGIES,
    "initialisations": INITIALISATIONS,
    "primitives": tuple(discover_primitives()),
    "texts": EMBEDDED,
}


@pytest.fixture
def printed(capsys):
    def ran(*arguments):
        assert run(["list", *arguments]) == ExitCode.PASS
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return ran


def test_the_overview_has_every_name_on_the_line_of_its_kind(printed):
    lines = dict(line.split(maxsplit=1) for line in printed().splitlines()[: len(KINDS)])
    assert {kind: tuple(names.split(", ")) for kind, names in lines.items()} == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_has_one_line_for_each_name(printed, kind):
    assert tuple(line.split()[0] for line in printed(kind).splitlines()) == ("name", *KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_a_kind_shows_every_name_on_a_terminal(kind):
    shown = run_on_terminal("list", kind, NO_COLOR="1")[1]
    starts = {line.split()[0] for line in shown.splitlines() if line[:1].strip()}
    assert starts - {"name"} == set(KINDS[kind])


def test_json_has_every_name(printed):
    document = json.loads(printed("--json"))
    assert {kind: tuple(document[kind]) for kind in KINDS} == KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_json_of_a_kind_has_that_kind_alone(printed, kind):
    document = json.loads(printed(kind, "--json"))
    assert set(document) == {"schema_version", "kind", kind, "provenance"}


def test_listed_options_of_cells_are_those_that_the_models_take(printed):
    for name, cell in json.loads(printed("cells", "--json"))["cells"].items():
        for option, entry in cell["options"].items():
            for value in entry["choices"] or [entry["default"]]:
                made = prepare(Request(cell=name, hidden=2, settings={option: value})).model.cells[0]
                assert str(getattr(made, option)).lower() == value


def test_listed_numbers_of_initialisations_are_the_defaults(printed):
    for name, entry in json.loads(printed("initialisations", "--json"))["initialisations"].items():
        given = prepare(Request(hidden=4, init=f"{name}={entry['value']}")).values
        taken = prepare(Request(hidden=4, init=name)).values
        assert (given["W_hh"] == taken["W_hh"]).all()


def test_primitives_show_the_cotangents_of_their_parents(printed):
    lines = printed("primitives").splitlines()
    assert "tanh                   tanh          (1 − y²) ⊙ ḡ" in lines
    assert "divide                 ÷             a: ḡ / b;  b: −ḡ ⊙ y / b" in lines
    assert "{" not in "".join(lines)


def test_an_unknown_kind_is_refused_with_the_known_ones(capsys):
    assert run(["list", "cell"]) == ExitCode.USAGE
    assert "choose from cells, models, topologies" in capsys.readouterr().err


def test_a_file_gets_what_a_pipe_would(printed, tmp_path):
    printed("cells", "-o", str(tmp_path / "cells.txt"))
    assert (tmp_path / "cells.txt").read_text(encoding="utf-8") == printed("cells")
