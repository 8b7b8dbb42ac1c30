"""`bptt-viz norms` as a gate: exit codes of `--fail-on` and `--baseline`, planted regressions, refusals."""

import json

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode

VANISHING = ["norms", "rnn", "--init", "radius=0.5"]
EXPLODING = ["norms", "rnn", "--init", "radius=1.5"]
HEALTHY = ["norms", "rnn", "--init", "orthogonal=1.2"]
OVERFLOWING = ["norms", "rnn", "--activation", "relu", "--init", "identity=8", "--steps", "400"]
UNDETERMINED = ["norms", "rnn", "--steps", "1"]
ALL = "vanishing,exploding,nonfinite"


def failing(capsys, arguments):
    """Return the exit code and what stands on standard error."""
    code = run(arguments)
    return code, capsys.readouterr().err


# --fail-on


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(VANISHING, "vanishing"), (EXPLODING, "exploding"), (OVERFLOWING, "nonfinite"), (OVERFLOWING, "non-finite")],
)
def test_a_verdict_that_is_named_fails_with_one_line(capsys, arguments, words):
    for given in (words, ALL, f" {words.upper()} ,"):
        code, err = failing(capsys, [*arguments, "--fail-on", given])
        assert code == ExitCode.MISMATCH
        assert err == f"bptt-viz: the verdict is {words.replace('nonf', 'non-f')}, on which --fail-on fails\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [(VANISHING, "exploding,nonfinite"), (EXPLODING, "vanishing"), (HEALTHY, ALL), (UNDETERMINED, ALL)],
)
def test_any_other_verdict_passes_without_a_word(capsys, arguments, words):
    assert failing(capsys, [*arguments, "--fail-on", words]) == (ExitCode.PASS, "")


def test_the_option_may_be_repeated(capsys):
    code, _ = failing(capsys, [*EXPLODING, "--fail-on", "vanishing", "--fail-on", "exploding"])
    assert code == ExitCode.MISMATCH


def test_the_report_is_written_all_the_same(capsys, tmp_path):
    path = tmp_path / "report.json"
    assert run([*VANISHING, "--fail-on", ALL, "--json", "-o", str(path)]) == ExitCode.MISMATCH
    assert json.loads(path.read_text(encoding="utf-8"))["verdict"] == "vanishing"


@pytest.mark.parametrize("word", ["undetermined", "healthy", "vanish", "vanishing;exploding"])
def test_an_unknown_verdict_is_a_usage_error(capsys, word):
    code, err = failing(capsys, [*VANISHING, "--fail-on", word])
    assert code == ExitCode.USAGE
    assert err == f"bptt-viz: --fail-on: {word!r} is none of vanishing, exploding, nonfinite\n"


def test_the_environment_may_ask_for_it(capsys, monkeypatch):
    monkeypatch.setenv("BPTT_VIZ_FAIL_ON", ALL)
    assert failing(capsys, VANISHING)[0] == ExitCode.MISMATCH


# --baseline


@pytest.fixture
def stored(tmp_path, capsys):
    """Return a function that stores a report, changed by hand if wanted, and returns its path."""

    def store(arguments, change=None):
        assert run([*arguments, "--json"]) == ExitCode.PASS
        document = json.loads(capsys.readouterr().out)
        if change is not None:
            change(document)
        path = tmp_path / "before.json"
        path.write_text(json.dumps(document), encoding="utf-8")
        return str(path)

    return store


def was(capsys):
    """Return the report's lines on the baseline."""
    out = capsys.readouterr().out.splitlines()
    start = next(place for place, line in enumerate(out) if line.startswith("was"))
    end = next(place for place, line in enumerate(out) if line.startswith("try"))
    return [line[3:].strip() for line in out[start:end]]


@pytest.mark.parametrize("arguments", [VANISHING, EXPLODING, HEALTHY, UNDETERMINED, OVERFLOWING])
def test_nothing_changed(capsys, stored, arguments):
    path = stored(arguments)
    assert run([*arguments, "--baseline", path]) == ExitCode.PASS
    (line,) = was(capsys)
    assert line.startswith("as in before.json: ")


def retold(rate, low, high, memory=None, verdict=None):
    """Return a change of a stored report: what it would have said in better or worse times."""

    def change(document):
        document["chain"]["decay"] |= {"rate": rate, "low": low, "high": high}
        document["chain"]["gone"] = None if memory is None else {"share": 1e-3, "distance": memory, "measured": True}
        if verdict is not None:
            document["verdict"] = verdict

    return change


def test_a_planted_regression_of_the_rate_fails(capsys, stored):
    path = stored(VANISHING, retold(0.6, 0.58, 0.62, 12))
    assert run([*VANISHING, "--baseline", path]) == ExitCode.MISMATCH
    out, err = capsys.readouterr()
    assert "was  ×0.600 (0.580 to 0.620) a step in before.json, now ×0.468" in out
    assert err.startswith("bptt-viz: worse than before.json: rate ×0.600 (0.580 to 0.620) a step, now ×0.468")
    assert len(err.splitlines()) == 1


def test_a_rate_within_the_stored_interval_is_no_regression(capsys, stored):
    path = stored(VANISHING, retold(0.5, 0.4, 0.6, 10))
    assert run([*VANISHING, "--baseline", path]) == ExitCode.PASS
    assert "within its interval" in was(capsys)[0]


@pytest.mark.parametrize(("arguments", "rate"), [(VANISHING, 0.3), (EXPLODING, 1.9)])
def test_a_rate_that_came_nearer_to_one_is_no_regression(capsys, stored, arguments, rate):
    path = stored(arguments, retold(rate, rate - 0.01, rate + 0.01))
    code, err = failing(capsys, [*arguments, "--baseline", path])
    assert (code, err) == (ExitCode.PASS, "")


def test_a_gradient_that_explodes_faster_fails(capsys, stored):
    path = stored(EXPLODING, retold(1.01, 1.0, 1.02))
    assert failing(capsys, [*EXPLODING, "--baseline", path])[0] == ExitCode.MISMATCH


def test_a_shorter_memory_fails_even_at_the_same_rate(capsys, stored):
    def longer(document):
        document["chain"]["gone"]["distance"] += 20

    path = stored(VANISHING, longer)
    code, err = failing(capsys, [*VANISHING, "--baseline", path])
    assert code == ExitCode.MISMATCH
    assert "memory 1/1000 left after 30 steps, now 1/1000 left after 10 steps" in err


@pytest.mark.parametrize(
    ("low", "code"), [(0.4, ExitCode.PASS), (0.475, ExitCode.MISMATCH)], ids=["near a limit", "beyond"]
)
def test_a_worse_verdict_counts_only_beyond_the_interval(capsys, stored, low, code):
    path = stored(VANISHING, retold(0.48, low, 0.6, 9, "healthy"))
    assert run([*VANISHING, "--baseline", path]) == code
    assert "healthy in before.json, now vanishing" in was(capsys)[0]


def test_a_run_that_overflows_since_fails(capsys, stored):
    path = stored(OVERFLOWING, lambda document: document.update(verdict="exploding"))
    code, err = failing(capsys, [*OVERFLOWING, "--baseline", path])
    assert code == ExitCode.MISMATCH
    assert "verdict exploding, now non-finite" in err


CELL = """
from bptt_viz.cells import Cell

class Leaky(Cell):
    def parameters(self):
        return {{"W_xh": (self.input_size, self.hidden_size)}}

    def step(self, p, x, s):
        return {{"h": {keep} * s.h + x @ p.W_xh}}
"""


@pytest.mark.parametrize(("keep", "code"), [(0.9, ExitCode.PASS), (0.95, ExitCode.PASS), (0.85, ExitCode.MISMATCH)])
def test_a_cell_that_was_edited_is_held_to_what_it_did_before(capsys, stored, tmp_path, monkeypatch, keep, code):
    monkeypatch.chdir(tmp_path)
    arguments = ["norms", "own.py:Leaky"]
    (tmp_path / "own.py").write_text(CELL.format(keep=0.9), encoding="utf-8")
    path = stored(arguments)
    (tmp_path / "own.py").write_text(CELL.format(keep=keep), encoding="utf-8")
    assert run([*arguments, "--baseline", path]) == code


def test_json_holds_the_comparison(capsys, stored):
    path = stored(VANISHING, retold(0.6, 0.58, 0.62, 12))
    assert run([*VANISHING, "--baseline", path, "--json"]) == ExitCode.MISMATCH
    found = json.loads(capsys.readouterr().out)["baseline"]
    assert found["file"] == "before.json"
    assert found["before"]["rate"] == 0.6
    assert "rate" in found["worse"]


@pytest.mark.parametrize(
    ("other", "named"),
    [
        (["norms", "lstm"], "cell lstm, here rnn"),
        ([*VANISHING, "--hidden", "16"], "hidden 16, here 32"),
        ([*VANISHING, "--steps", "9", "--batch", "2"], "steps 9, here 25, batch 2, here 1"),
        ([*VANISHING, "--activation", "relu"], "options activation=relu, here activation=tanh"),
        ([*VANISHING, "--seed", "1"], "seed 1, here 0"),
    ],
)
def test_another_set_up_is_a_usage_error(capsys, stored, other, named):
    code, err = failing(capsys, [*VANISHING, "--baseline", stored(other)])
    assert code == ExitCode.USAGE
    assert len(err.splitlines()) == 1
    assert named in err


NO_DOCUMENTS = ["", "{", "[]", "1", '{"kind": "check"}', '{"kind": "norms"}', "[" * 100_000]
NO_DOCUMENTS += ['{"kind": "norms", "schema_version": 1}', '{"kind": "norms", "schema_version": 99}']


@pytest.mark.parametrize("content", NO_DOCUMENTS, ids=lambda content: content[:40] or "empty")
def test_a_file_that_is_no_such_document_is_a_usage_error(capsys, tmp_path, content):
    path = tmp_path / "before.json"
    path.write_text(content, encoding="utf-8")
    code, err = failing(capsys, [*VANISHING, "--baseline", str(path)])
    assert code == ExitCode.USAGE
    assert len(err.splitlines()) == 1
    assert "--baseline" in err


@pytest.mark.parametrize("bad", [{"verdict": "fine"}, {"run": 3}, {"chain": None}, {"chain": {"decay": {}, "gone": 0}}])
def test_a_document_that_lacks_something_is_a_usage_error(capsys, stored, bad):
    code, err = failing(capsys, [*VANISHING, "--baseline", stored(VANISHING, lambda document: document.update(bad))])
    assert code == ExitCode.USAGE
    assert len(err.splitlines()) == 1


@pytest.mark.parametrize("name", ["nowhere.json", "."])
def test_a_file_that_cannot_be_read_is_a_usage_error(capsys, name):
    code, err = failing(capsys, [*VANISHING, "--baseline", name])
    assert code == ExitCode.USAGE
    assert "cannot be read" in err


def test_several_draws_are_compared_by_the_median_over_all(capsys, stored):
    arguments = [*VANISHING, "--seeds", "3", "--steps", "12"]
    path = stored(arguments)
    assert run([*arguments, "--baseline", path]) == ExitCode.PASS
    (line,) = was(capsys)
    assert line.startswith("as in before.json: vanishing, ×0.4")
    code, err = failing(capsys, [*VANISHING, "--steps", "12", "--baseline", path])
    assert code == ExitCode.USAGE
    assert "seeds 3, here 1" in err
