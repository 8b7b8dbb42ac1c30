"""The store: what is finished stays finished, and one process fills it at a time."""

import subprocess
import sys

import pytest

from bptt_viz.errors import UsageError
from bptt_viz.sweeps.design import read_design
from bptt_viz.sweeps.store import Outcome, filling, reading

DESIGN = read_design('command = "norms"\n[grid]\nseed = { from = 0, to = 9 }')


def test_finished_runs_stay_and_the_others_wait(tmp_path):
    path = tmp_path / "a.sqlite"
    with filling(path, DESIGN) as store:
        for place, point in store.waiting():
            if point["seed"] < 4:
                store.finish(place, Outcome({"rate": point["seed"] / 2}, 0.1))
            elif point["seed"] == 4:
                store.finish(place, Outcome({}, 0.1, "no such thing"))
    with filling(path) as store:
        assert store.counts() == {"waiting": 5, "done": 4, "failed": 1}
        assert [point["seed"] for _, point in store.waiting(at_once=2)] == [5, 6, 7, 8, 9]
        assert [row.outcome.fields["rate"] for row in store.rows() if row.status == "done"] == [0, 0.5, 1, 1.5]
        store.retry_failed()
        assert store.counts()["failed"] == 0


def test_a_store_is_filled_by_one_process_alone_and_may_be_read_meanwhile(tmp_path):
    path = tmp_path / "a.sqlite"
    with filling(path, DESIGN) as store:
        code = f"import pathlib, bptt_viz.sweeps.store as s\nwith s.filling(pathlib.Path({str(path)!r})): pass"
        other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "another process is filling this store" in other.stderr
        store.finish(1, Outcome({"rate": 1.0}, 0.1))
        with reading(path) as seen:
            assert seen.counts()["done"] == 1
    with filling(path):
        pass


def test_another_sweep_or_another_shard_is_refused(tmp_path):
    path = tmp_path / "a.sqlite"
    with filling(path, DESIGN):
        pass
    other = read_design('command = "norms"\n[grid]\nseed = [1]')
    for design, shard in ((other, (1, 1)), (DESIGN, (1, 2))):
        with pytest.raises(UsageError, match="holds another sweep"), filling(path, design, shard):
            pass


def test_shards_share_the_runs_among_them(tmp_path):
    seeds = []
    for i in (1, 2, 3):
        with filling(tmp_path / f"{i}.sqlite", DESIGN, (i, 3)) as store:
            seeds += [point["seed"] for _, point in store.waiting()]
    assert sorted(seeds) == list(range(10))


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\0" * 200])
def test_a_file_that_is_no_store_is_refused(tmp_path, content):
    path = tmp_path / "a.sqlite"
    path.write_bytes(content)
    for opened in (reading(path), filling(path), filling(path, DESIGN)):
        with pytest.raises(UsageError, match=r"a\.sqlite"), opened:
            pass


def test_a_store_that_is_not_there_is_refused_and_not_made(tmp_path):
    for opened in (reading(tmp_path / "a.sqlite"), filling(tmp_path / "a.sqlite")):
        with pytest.raises(UsageError, match="no such store"), opened:
            pass
    assert list(tmp_path.iterdir()) == []
