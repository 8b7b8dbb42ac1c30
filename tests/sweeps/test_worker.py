"""Workers: every task gets one outcome, whatever becomes of the processes."""

import io
import json

import pytest

from bptt_viz.errors import UsageError
from bptt_viz.sweeps import worker as workers
from bptt_viz.sweeps.fields import kept
from bptt_viz.sweeps.worker import run_here, serve

# Answers each request with its words; some words are orders.
ECHO = """
import json, os, sys
for line in sys.stdin:
    words = json.loads(line)
    if words[0] == "die":
        os.kill(os.getpid(), 9)
    if words[0] == "die once" and not os.path.exists(words[1]):
        open(words[1], "w").close()
        os._exit(3)
    if words[0] == "babble":
        print("no answer", flush=True)
        continue
    error = "it cannot be" if words[0] == "fail" else ""
    print(json.dumps({"document": {"words": " ".join(words)}, "error": error}), flush=True)
"""


@pytest.fixture
def echo(monkeypatch):
    monkeypatch.setattr(workers, "COMMAND", ("-c", ECHO))


def keep(document):
    return {"words": document["words"]}


@pytest.mark.parametrize("jobs", [1, 3])
def test_every_task_gets_its_own_answer(echo, jobs):
    outcomes = dict(run_here(((k, [f"run {k}"]) for k in range(25)), jobs, keep))
    assert {k: outcome.fields["words"] for k, outcome in outcomes.items()} == {k: f"run {k}" for k in range(25)}


def test_a_failure_is_an_outcome_and_stops_nothing(echo):
    lines = [["fail"], ["die"], ["well"]]
    outcomes = dict(run_here(enumerate(lines), 1, keep))
    assert [outcomes[k].error for k in range(3)] == ["it cannot be", "the worker died (signal 9)", ""]


def test_an_answer_that_lacks_what_is_kept_or_is_none_stops_nothing(echo):
    outcomes = dict(run_here(enumerate([["well"], ["babble"]]), 1, lambda document: kept(document, ["nowhere"])))
    assert outcomes[0].error == "the document has no field 'nowhere'"
    assert "no answer" in outcomes[1].error


def test_a_worker_that_was_killed_gets_one_more_try(echo, tmp_path):
    outcomes = dict(run_here(iter([(0, ["die once", str(tmp_path / "died")])]), 1, keep))
    assert outcomes[0].error == ""
    assert outcomes[0].fields["words"].startswith("die once")


def test_no_more_workers_than_tasks_are_started(echo, monkeypatch):
    started = []
    first = workers.Worker._start
    monkeypatch.setattr(workers.Worker, "_start", lambda self: started.append(1) or first(self))
    list(run_here(iter([(0, ["a"]), (1, ["b"])]), 8, keep))
    assert len(started) <= 2


def test_tasks_are_taken_as_workers_fall_free(echo):
    taken = []

    def tasks():
        for k in range(100):
            taken.append(k)
            yield k, [str(k)]

    running = run_here(tasks(), 2, keep)
    next(running)
    assert len(taken) <= 4
    running.close()


def test_a_server_answers_each_request_on_a_line_of_its_own():
    answers = io.StringIO()
    serve(['["a"]\n', '["b"]\n'], answers, lambda line: (None, "no") if line == ["b"] else ({"x": 1}, ""))
    assert [json.loads(line) for line in answers.getvalue().splitlines()] == [
        {"document": {"x": 1}, "error": ""},
        {"document": None, "error": "no"},
    ]


DOCUMENT = {
    "schema_version": 1,
    "kind": "norms",
    "verdict": "vanishing",
    "chain": {"decay": {"rate": 0.5}, "norms": [1, 2]},
    "layers": [{"name": "h"}],
    "provenance": {"command": "norms"},
}


def test_single_values_are_kept_by_dotted_name():
    assert kept(DOCUMENT, ()) == {"verdict": "vanishing", "chain.decay.rate": 0.5}
    assert kept(DOCUMENT, ["layers.0.name", "chain.norms.1"]) == {"layers.0.name": "h", "chain.norms.1": 2}


@pytest.mark.parametrize("name", ["chain", "chain.norms", "chain.speed", "layers.7.name", "verdict.x"])
def test_what_is_no_single_value_is_refused(name):
    with pytest.raises(UsageError, match="field"):
        kept(DOCUMENT, [name])
