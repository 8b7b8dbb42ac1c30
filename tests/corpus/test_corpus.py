"""`bptt-viz check` over the corpus: every verdict right, no false alarm, the parameter and the gate named.

By default the files as they are and one changed variant of each; with CORPUS=full in the environment all variants.
"""

import json
import os
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from commands import processes

from corpus.scoring import scores, summary
from corpus.twins import written

HERE = Path(__file__).parent
DECLARED = tomllib.loads((HERE / "declarations.toml").read_text(encoding="utf-8"))
VARIANTS = None if os.environ.get("CORPUS") == "full" else 2
"""How many variants of a file are checked, the file as it is among them."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    everything = {str(path.relative_to(folder)): variant for path, variant in written(folder).items()}
    chosen = {file: everything[file] for file in few(everything)}
    (folder / "pyproject.toml").write_text(declarations(chosen), encoding="utf-8")
    halves = [dict(list(chosen.items())[start::2]) for start in (0, 1)]
    with ThreadPoolExecutor() as pool:
        documents = pool.map(lambda half: checked(folder, half), halves)
    return [score for half, found in zip(halves, documents, strict=True) for score in scores(found, half)]


def few(everything):
    """Return the files to check, the first of each code's variants."""
    by_code = {}
    for file, variant in everything.items():
        by_code.setdefault(variant.code.file, []).append(file)
    return [file for files in by_code.values() for file in files[:VARIANTS]]


def declarations(chosen):
    """Return a pyproject.toml that declares the targets of each chosen file."""
    tables = []
    for file, variant in chosen.items():
        for name, keys in DECLARED.get(variant.code.file, {}).items():
            lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in keys.items()]
            tables.append("\n".join([f'[tool.bptt_viz.targets."{name}@{file}"]', f'file = "{file}"', *lines]))
    return "\n\n".join(tables)


def checked(folder, files):
    process = processes.start("check", *files, "--json", cwd=folder)
    out, err = process.communicate(timeout=600)
    assert process.returncode == 1, err.decode()  # some code is wrong, so that the check fails
    return json.loads(out)


def test_every_verdict_is_right(judged, capsys):
    with capsys.disabled():
        print(f"\n{summary(judged)}")
    assert not [str(score) for score in judged if not score.right]


def test_there_is_no_false_alarm(judged):
    assert not [str(score) for score in judged if score.false_alarm]


def test_nearly_all_pairs_are_found_without_configuration(judged):
    pairs = [score for score in judged if score.shape == "S1"]
    found = [score for score in pairs if score.found and score.verdict.name not in DECLARED.get(score.original, {})]
    assert len(found) >= 0.99 * len(pairs) > 0


def test_a_diagnosis_names_the_parameter_and_the_gate(judged):
    wrong = [score for score in judged if score.diagnosed]
    named = [score for score in wrong if score.names_parameter and score.names_gate]
    assert len(named) >= 0.95 * len(wrong) > 0
