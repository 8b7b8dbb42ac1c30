"""What users' code may do while it is checked; nothing of it reaches the run, its output or the other targets."""

import os
import subprocess
import sys
import time

import pytest

from bptt_viz.results.targets import Outcome
from bptt_viz.targets.run.limits import Limits
from targets.run.variants import RETURN, checked, planted

START = "dprev = np.zeros((N, H))"


def doing(*lines):
    """Return the layer whose backward pass does something before it starts."""
    return planted((START, "\n    ".join([START, *lines])))


HARMLESS = {
    "prints": doing("print('x' * 100_000)", "import sys", "sys.stderr.write('y' * 100_000)"),
    "writes_to_descriptors": doing("import os", "os.write(1, b'{}\\n')", "os.write(2, b'x')"),
    "seeds": doing("np.random.seed(None)", "import random", "random.seed(1)"),
    "debugs": doing("import pdb", "pdb.set_trace()", "breakpoint()"),
    "asks": doing("name = input('which? ')", "import sys", "sys.stdin.read()"),
    "complains": doing("import warnings", "warnings.warn('old')", "1 / np.zeros(3)"),
    "leaves_a_thread": doing("import threading, time", "threading.Thread(target=time.sleep, args=(600,)).start()"),
    "seterr": doing("np.seterr(all='raise')"),
    "closes_output": doing("import sys", "sys.stdout.close()"),
    "changes_upstream": planted(
        ("for t in reversed(range(T)):", "for t in reversed(range(T)):\n        dh[:, t] += dprev"),
        ("dh[:, t] + dprev", "dh[:, t]"),
    ),
    "changes_cache": doing("cache[0][0][...] = cache[0][0] * 1"),
    "keeps_in_the_module": planted(
        ("def layer_backward(dh, cache):", "total = []\n\n\ndef layer_backward(dh, cache):"),
        (START, START + "\n    total.append(1)\n    dWx += len(total) - 1"),
    ),
    "keeps_in_a_default": planted(
        ("def layer_backward(dh, cache):", "def layer_backward(dh, cache, seen=[]):"),
        (START, START + "\n    seen.append(1)\n    dWx += len(seen) - 1"),
    ),
    "keeps_in_a_class": planted(
        ("def layer_backward(dh, cache):", "class Kept:\n    seen = []\n\n\ndef layer_backward(dh, cache):"),
        (START, START + "\n    Kept.seen.append(1)\n    dWx += len(Kept.seen) - 1"),
    ),
    "noise_from_the_global_generator": planted(
        ("h0.shape[1])), [], h0", "h0.shape[1])), [], np.random.rand(N, 1) < 0.5"),
        ("    for t in range(T):", "    keep, prev = prev, h0 * prev\n    for t in range(T):"),
        ("return h, cache", "return h, (cache, keep)"),
        ("N, T, H = dh.shape", "cache, keep = cache\n    N, T, H = dh.shape"),
        (RETURN, "return dx, dprev * keep, dWx, dWh, db"),
    ),
}
ENDING = {
    "exits": doing("import sys", "sys.exit(0)"),
    "quits": doing("quit()"),
    "raises": doing("raise KeyError('no such thing')"),
    "interrupts_itself": doing("raise KeyboardInterrupt"),
    "allocates": doing("np.ones((10 ** 6, 10 ** 5))"),
    "recurses": doing("f = lambda: f()", "f()"),
}
DYING = {
    "leaves": doing("import os", "os._exit(0)"),
    "kills_itself": doing("import os, signal", "os.kill(os.getpid(), signal.SIGKILL)"),
    "loops": doing("while True:", "    pass"),
    "waits": doing(
        "import time", "while True:", "    try:", "        time.sleep(1)", "    except BaseException:", "        pass"
    ),
}


@pytest.fixture(scope="module")
def found():
    return checked(HARMLESS | ENDING | DYING | {"right": planted()}, limits=Limits(seconds=3))


@pytest.mark.parametrize("name", HARMLESS)
def test_what_is_harmless_does_no_harm(found, name):
    assert found[name].outcome is Outcome.OK, found[name].diagnosis


def test_a_target_behind_all_of_them_is_still_checked(found):
    assert found["right"].outcome is Outcome.OK
    assert found["right"].notes == ()


@pytest.mark.parametrize("name", [*ENDING, *DYING])
def test_what_ends_the_run_is_a_crash(found, name):
    assert found[name].outcome is Outcome.CRASHED


@pytest.mark.parametrize(
    ("name", "said", "line"),
    [
        ("exits", "backward raised SystemExit: 0", "sys.exit(0)"),
        ("raises", "backward raised KeyError: 'no such thing'", "raise KeyError('no such thing')"),
        ("allocates", "MemoryError", "np.ones((10 ** 6, 10 ** 5))"),
        ("recurses", "RecursionError", "f = lambda: f()"),
        ("loops", "did not finish within 3 seconds", "while True:"),
        ("waits", "did not finish within 3 seconds", ""),
    ],
)
def test_a_crash_says_what_happened_and_where(found, name, said, line):
    assert said in found[name].diagnosis
    assert line in found[name].raised.text or name == "loops"
    assert found[name].raised.function.startswith(("layer_backward", "<lambda>"))


def test_a_process_that_is_gone_is_told_by_how_it_went(found):
    assert "exit code 0" in found["leaves"].diagnosis
    assert "signal 9" in found["kills_itself"].diagnosis


def test_a_change_in_place_is_a_note_and_no_fault(found):
    assert "backward changes dh in place" in found["changes_upstream"].notes


RUNS_FOR_EVER = """
import os, sys, time
import numpy as np

def scale_forward(x, w):
    with open(os.environ["SEEN"], "w") as stream:
        stream.write(str(os.getpid()))
    while x.size:
        pass
    return x * w, (x, w)

def scale_backward(dy, cache):
    x, w = cache
    return dy * w, dy * x
"""


@pytest.mark.skipif(os.name == "nt", reason="signals are others there")
@pytest.mark.parametrize("way", ["SIGINT", "SIGKILL"])
def test_no_child_is_left_behind(tmp_path, way):
    import signal

    (tmp_path / "forever.py").write_text(RUNS_FOR_EVER)
    seen = tmp_path / "seen"
    command = [sys.executable, "-m", "bptt_viz", "check", "forever.py", "--time-limit", "60"]
    run = subprocess.Popen(command, cwd=tmp_path, env=os.environ | {"SEEN": str(seen)}, stdout=subprocess.DEVNULL)
    while not (seen.exists() and seen.read_text()):
        assert run.poll() is None
        time.sleep(0.02)
    child = int(seen.read_text())
    run.send_signal(getattr(signal, way))
    assert run.wait(30) == (130 if way == "SIGINT" else -signal.SIGKILL)
    for _ in range(500):
        if not _alive(child):
            return
        time.sleep(0.02)
    raise AssertionError("the child is still there")


def _alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
