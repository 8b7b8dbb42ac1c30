"""Changed weight files are read or refused in one line; the watch over them sees what must not happen.

The deep profile is `python -m tests.weights.fuzzing --count 10000`.
"""

import os
from pathlib import Path

import numpy as np
import pytest

from bptt_viz.weights import read_weights

from . import fuzzing

pytest.importorskip("h5py")

COUNT = 195


@pytest.fixture(scope="module")
def watch():
    return fuzzing.Watch()


def test_no_changed_file_is_a_fault(tmp_path, watch):
    found = fuzzing.run(0, COUNT, tmp_path, watch)
    assert found.faults == []
    assert sum(found.outcomes.values()) == COUNT
    assert {outcome.split()[1] for outcome in found.outcomes} >= {"refused", "mapped"}


def breaks(path):
    raise AttributeError("no such thing")


def runs(path):
    os.system("true")
    return read_weights(path)


def writes(path):
    with Path(os.devnull).open("w") as file:
        file.write("x")
    return read_weights(path)


def grows(path):
    np.zeros(10**6).sum()
    return read_weights(path)


@pytest.mark.parametrize(
    ("reader", "said"), [(breaks, "AttributeError"), (runs, "os.system"), (writes, "written"), (grows, "bytes for")]
)
def test_a_reader_with_a_fault_is_seen(tmp_path, watch, monkeypatch, reader, said):
    monkeypatch.setattr(fuzzing, "read_weights", reader)
    found = fuzzing.Findings()
    data = (fuzzing.ORACLES / "onnx" / "torch_char_model.onnx").read_bytes()
    fuzzing.one("a.onnx", data, tmp_path, found, watch, 0)
    assert len(found.faults) == 1
    assert said in found.faults[0]
