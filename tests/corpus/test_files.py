"""The corpus itself: files parse, changes apply exactly once, every shape and every outcome occurs."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

from corpus.oracle.harness import plain
from corpus.twins import FILES, alone, codes, inside, variants
from corpus.verdicts import OUTCOMES

CODES = codes()
TWINS = [(code, each) for code in CODES for each in code.twins]
SHAPES = ("S1", "S1b", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S9")
PYTHON_2 = "python2_char_rnn.py"


def parsed(code, text):
    return ast.parse(plain(text, code.file.endswith(".ipynb")))


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.file)
def test_a_file_and_its_variants_parse_unless_they_are_python_2(code):
    for variant in variants(code):
        if code.file == PYTHON_2:
            with pytest.raises(SyntaxError):
                parsed(code, variant.text)
        else:
            assert parsed(code, variant.text).body


@pytest.mark.parametrize(("code", "each"), TWINS, ids=[f"{code.file}: {each.change}" for code, each in TWINS])
def test_a_change_finds_its_place_exactly_once_and_changes_what_it_names(code, each):
    text = (FILES / code.file).read_text(encoding="utf-8")
    assert all(text.count(inside(code, old)) == 1 and old != new for old, new in each.edits)
    assert alone(code, each).text != text
    assert {verdict.name for verdict in each.verdicts} <= {verdict.name for verdict in code.verdicts}


def test_every_file_has_a_verdict():
    there = {str(path.relative_to(FILES)) for suffix in ("py", "ipynb") for path in FILES.rglob(f"*.{suffix}")}
    assert {code.file for code in CODES} == {name for name in there if not name.endswith("__init__.py")}


def test_what_has_a_verdict_is_in_its_file():
    for code in CODES:
        text = (FILES / code.file).read_text(encoding="utf-8")
        names = (
            r"\w*".join(verdict.name.split("_")) for verdict in code.verdicts
        )  # rnn_caption is rnn_forward_caption
        assert all(re.search(rf"(def|class) \w*{name}", text) for name in names), code.file


def test_every_shape_and_every_outcome_occurs():
    assert {shape for code in CODES for shape in code.shape.split()} == set(SHAPES)
    verdicts = [verdict for code in CODES for variant in variants(code) for verdict in variant.verdicts]
    assert {verdict.outcome for verdict in verdicts} == set(OUTCOMES)


def test_it_is_large_enough_to_mean_something():
    assert sum(len(code.verdicts) for code in CODES) >= 75
    assert sum(verdict.outcome == "WRONG" for _, each in TWINS for verdict in each.verdicts) >= 150
    assert sum(all(verdict.outcome == "OK" for verdict in each.verdicts) for _, each in TWINS) >= 8


def test_what_needs_saying_is_said():
    told = {"S3", "S4", "S5", "S6", "S7", "S8", "S9"}
    for code in CODES:
        needed = bool(told & set(code.shape.split())) and code.file != PYTHON_2
        assert bool(code.declaration) == needed, code.file


def test_a_declaration_belongs_to_something_with_a_verdict():
    declared = tomllib.loads((Path(__file__).parent / "declarations.toml").read_text(encoding="utf-8"))
    names = {code.file: {verdict.name for verdict in code.verdicts} for code in CODES}
    assert all(set(targets) <= names[file] for file, targets in declared.items())
    assert all(code.declaration for code in CODES if code.file in declared and code.shape != "S1")
