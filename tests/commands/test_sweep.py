"""`bptt-viz sweep` from end to end: killed at random it ends with the rows of an undisturbed run."""

import csv
import io
import json
import os
import random
import signal
import subprocess
import time

import pytest

from bptt_viz import app
from commands.processes import BPTT_VIZ

DESIGN = """
command = "norms"
model = "rnn"
keep = ["verdict", "loss"]
[options]
steps = 6
hidden = 4
[grid]
activation = ["tanh", "sigmoid"]
init = { format = "radius={:g}", values = [0.5, 1.0, 1.5] }
seed = { from = 0, to = 3 }
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "gains.toml").write_text(DESIGN)
    return tmp_path


def rows(store, capsys):
    """Return the runs without their times, which differ."""
    capsys.readouterr()
    assert app.run(["sweep", "export", str(store)]) == 0
    found = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    return [{name: value for name, value in row.items() if name != "seconds"} for row in found]


def test_a_sweep_runs_exports_and_plots(folder, capsys):
    assert app.run(["sweep", "run", "gains.toml", "--jobs", "2", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["done"], document["failed"], document["waiting"]) == (24, 0, 0)
    found = rows("gains.sqlite", capsys)
    assert [row["verdict"] for row in found[:2]] == ["vanishing", "vanishing"]
    assert app.run(["sweep", "plot", "gains.sqlite", "--x", "init", "--y", "seed", "--value", "seconds"]) == 2
    assert "no field 'seconds'" in capsys.readouterr().err


def test_a_file_holds_what_its_name_says(folder, capsys):
    (folder / "gains.toml").write_text(
        DESIGN.replace(', "sigmoid"', "").replace("to = 3", "to = 0").replace("loss", "losses.0")
    )
    assert app.run(["sweep", "run", "gains.toml", "--jobs", "1"]) == 0
    capsys.readouterr()
    assert app.run(["sweep", "plot", "gains.sqlite", "--x", "init", "--value", "losses.0", "-o", "plot.json"]) == 0
    assert json.loads((folder / "plot.json").read_text())["kind"] == "sweep-plot"
    assert app.run(["sweep", "export", "gains.sqlite", "--json", "-o", "runs.csv"]) == 0
    assert json.loads(capsys.readouterr().out)["kind"] == "sweep-runs"
    assert (folder / "runs.csv").read_text().startswith("activation,init,seed,")


def test_killed_twenty_times_it_ends_with_the_rows_of_an_undisturbed_sweep(folder, capsys):
    long = DESIGN.replace("to = 3", "to = 59")
    (folder / "gains.toml").write_text(long)
    assert app.run(["sweep", "run", "gains.toml", "--jobs", "1", "--store", "whole.sqlite"]) == 0
    chance = random.Random(0)
    done = [0]
    for _ in range(20):
        line = [*BPTT_VIZ, "sweep", "run", "gains.toml", "--jobs", "2"]
        started = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wanted = done[-1] + chance.randint(1, 12)
        while started.poll() is None and _done(folder / "gains.sqlite") < wanted:
            time.sleep(0.01)
        os.kill(started.pid, signal.SIGKILL)
        assert started.wait() == -signal.SIGKILL, "it was killed before it was done"
        done.append(_done(folder / "gains.sqlite"))
    assert done == sorted(done), "nothing that was done is lost"
    assert 0 < done[-1] < 360
    assert app.run(["sweep", "resume", "gains.sqlite", "--jobs", "2"]) == 0
    assert rows("gains.sqlite", capsys) == rows("whole.sqlite", capsys)


def test_ctrl_c_leaves_no_process_and_a_store_that_goes_on(folder):
    line = [*BPTT_VIZ, "sweep", "run", "gains.toml", "--jobs", "2"]
    started = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 20
    while not children(started.pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    workers = children(started.pid)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate(timeout=20)
    assert started.returncode == 130
    assert "interrupted" in said
    assert not [pid for pid in workers if alive(pid)]
    assert app.run(["sweep", "resume", "gains.sqlite"]) == 0


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as listed:  # noqa: PTH123, no file but a view of the kernel's
            return [int(each) for each in listed.read().split()]
    except OSError:
        return []


def alive(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_failing_run_is_kept_with_its_error_and_tried_again_when_asked(folder, capsys):
    (folder / "bad.toml").write_text(
        'command="norms"\nmodel="rnn"\n[options]\nsteps=5\n[grid]\nactivation=["tanh", "step"]'
    )
    assert app.run(["sweep", "run", "bad.toml"]) == 0
    out, err = capsys.readouterr()
    assert "1 of 2 runs done, 1 failed" in out
    assert "'activation' must be one of" in out
    assert "run 2 failed" in err
    assert app.run(["sweep", "resume", "bad.sqlite", "--retry-failed", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["failures"][0]["point"] == {"activation": "step"}


def test_shards_are_exported_as_one(folder, capsys):
    for i in (1, 2):
        assert (
            app.run(["sweep", "run", "gains.toml", "--shard", f"{i}/2", "--store", f"{i}.sqlite", "--jobs", "1"]) == 0
        )
    capsys.readouterr()
    assert app.run(["sweep", "export", "1.sqlite", "2.sqlite", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["rows"]) == 24


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (["run", "none.toml"], "none.toml cannot be read"),
        (["run", "gains.toml", "--shard", "3/2"], "--shard wants I/N"),
        (["export", "none.sqlite", "--shard", "../.."], "--shard wants I/N"),
        (["resume", "none.sqlite"], "no such store"),
        (["status", "gains.toml"], "is no store of a sweep"),
        (["run", "a", "b"], "name one file"),
    ],
)
def test_bad_input_is_one_line(folder, line, message, capsys):
    assert app.run(["sweep", *line]) == 2
    assert message in capsys.readouterr().err


def test_parquet_holds_the_same_rows(folder, capsys):
    parquet = pytest.importorskip("pyarrow.parquet")
    assert app.run(["sweep", "run", "gains.toml", "--jobs", "1"]) == 0
    assert app.run(["sweep", "export", "gains.sqlite", "-o", "runs.parquet"]) == 0
    found = parquet.read_table("runs.parquet").to_pylist()
    assert [row["verdict"] for row in found] == [row["verdict"] for row in rows("gains.sqlite", capsys)]
    assert found[0]["seed"] == 0


@pytest.mark.filterwarnings("ignore")
def test_a_dask_cluster_gives_the_rows_of_the_local_pool_also_when_a_worker_is_lost(folder, capsys):
    distributed = pytest.importorskip("distributed")
    assert app.run(["sweep", "run", "gains.toml", "--jobs", "1", "--store", "local.sqlite"]) == 0
    options = {"n_workers": 2, "threads_per_worker": 1, "host": "127.0.0.1", "dashboard_address": None}
    with distributed.LocalCluster(**options, processes=True) as cluster:
        line = [*BPTT_VIZ, "sweep", "run", "gains.toml", "--scheduler", cluster.scheduler_address]
        started = subprocess.Popen(line, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and _done(folder / "gains.sqlite") < 5:
            time.sleep(0.05)
        os.kill(cluster.workers[0].pid, signal.SIGKILL)
        assert started.wait(timeout=120) == 0
    assert rows("gains.sqlite", capsys) == rows("local.sqlite", capsys)


def _done(path):
    from bptt_viz.errors import UsageError
    from bptt_viz.sweeps.store import reading

    try:
        with reading(path) as store:
            return store.counts()["done"]
    except UsageError:
        return 0
