"""Reads thousands of changed weight files and notes what must not happen.

`python -m tests.weights.fuzzing --count 10000` runs the deep profile; the tests run a few hundred. A seed always gives
the same file, which `--first SEED --count 1` looks at again.
"""

import argparse
import io
import random
import shutil
import sys
import tempfile
import tracemalloc
import warnings
from collections import Counter
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path

import numpy as np

from bptt_viz.errors import BpttVizError, ExitCode
from bptt_viz.weights import mapped, read_weights
from bptt_viz.weights.archives import opened

from .mutations import mutated
from .onnx_files import lstm, lstm_tensors, tensor
from .test_safetensors import stored as safetensors

ORACLES = Path(__file__).parents[1] / "oracles"
SAMPLES = (
    "char_model.npz", "char_model.pt", "char_model.safetensors", "char_model_checkpoint.pt",
    "onnx/torch_char_model.onnx", "onnx/torch_char_model_external.onnx", "onnx/peephole_bidirectional.onnx",
    "keras/char_gru.keras", "keras/lstm_stacked.h5", "keras/bidirectional_gru.weights.h5",
)  # fmt: skip
# Python's own objects, whatever a file's size.
SPARE = 2**20
_FORBIDDEN = (
    "os.system",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.fork",
    "pickle.find_class",
    "socket.connect",
    "ctypes.dlopen",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.link",
    "os.symlink",
    "webbrowser.open",
)


@dataclass
class Findings:
    """What came of the files.

    Attributes:
        outcomes: how many were read and how many refused, by format.
        faults: what must not happen, each with the seed.
        most: the largest ratio of memory taken, above what Python needs anyway, to the file's honest size.
    """

    outcomes: Counter = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    most: float = 0.0


class Watch:
    """Notes what is run or written while files are read; audit hooks cannot be taken off again."""

    def __init__(self):
        self.on, self.seen = False, []
        sys.addaudithook(self._note)

    def _note(self, event, arguments):
        if not self.on:
            return
        if event in _FORBIDDEN or (event == "subprocess.Popen" and "hdf5_child.py" not in str(arguments[1])):
            self.seen.append(f"{event} {arguments!r}")
        if event == "open" and set(str(arguments[1])) & set("wax+") and isinstance(arguments[0], str | bytes):
            written = str(arguments[0])
            if not written.startswith(tempfile.gettempdir()):
                self.seen.append(f"written: {written!r}")


def large(folder):
    """Samples of a megabyte: with small ones, a ratio of memory to size says little."""
    arrays = lstm_tensors(D=64, H=256)
    names = dict(zip("WRB", ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0"), strict=True))
    plain = {names[name]: value[0][:1024] for name, value in arrays.items()}
    held = io.BytesIO()
    np.savez(held, **plain)
    safetensors(folder / "large.safetensors", {name: ("F32", value) for name, value in plain.items()})
    onnx = lstm(tensors=[tensor(name, value) for name, value in arrays.items()], hidden_size=256)
    return {
        "large.npz": held.getvalue(),
        "large.safetensors": (folder / "large.safetensors").read_bytes(),
        "large.onnx": onnx,
    }


def run(first, count, folder, watch):
    """Read `count` changed files, from seed `first` on."""
    samples = {name: (ORACLES / name).read_bytes() for name in SAMPLES} | large(folder)
    samples["hello.npz"] = files("bptt_viz.training").joinpath("hello.npz").read_bytes()
    shutil.copy(ORACLES / "onnx" / "torch_char_model_external.onnx.data", folder)
    canary, found = folder / "canary", Findings()
    for name, data in samples.items():  # sound ones first, and twice: what is imported once counts to none
        one(name, data, folder, Findings(), watch, "sound")
        one(name, data, folder, found, watch, "sound")
    assert not found.faults, found.faults
    found.outcomes.clear()
    for seed in range(first, first + count):
        rng = random.Random(seed)
        name = list(samples)[seed % len(samples)]
        one(name, mutated(samples[name], rng, canary), folder, found, watch, seed)
        if canary.exists():
            found.faults.append(f"{seed} {name}: something was run")
            canary.unlink()
    return found


def one(name, data, folder, found, watch, seed):
    path = folder / f"changed{Path(name).suffix}"
    path.write_bytes(data)
    outcome, contents = "refused", None
    tracemalloc.start()
    watch.on = True
    try:
        contents = read_weights(path)
        outcome = "read"
        peak = tracemalloc.get_traced_memory()[1]
        mapped(contents)
        outcome = "mapped"
    except BpttVizError as error:
        peak = tracemalloc.get_traced_memory()[1]
        if (
            error.exit_code != ExitCode.USAGE
            or "\n" in str(error)
            or len(str(error)) > 600
            or not str(error).isprintable()
        ):
            found.faults.append(f"{seed} {name}: exit code {error.exit_code}, {error!s:.200}")
    except BaseException as error:
        peak = 0
        found.faults.append(f"{seed} {name}: {type(error).__name__}: {error!s:.200}")
    finally:
        watch.on = False
        tracemalloc.stop()
    honest = max(len(data), sum(array.nbytes for array in contents.arrays.values()) if contents else 0, _unpacked(path))
    ratio = max(0, peak - SPARE) / honest if honest else 0
    found.most = max(found.most, ratio)
    if ratio > 2:
        found.faults.append(f"{seed} {name}: {peak:,} bytes for {honest:,}")
    found.faults += [f"{seed} {name}: {event}" for event in watch.seen]
    watch.seen.clear()
    found.outcomes[f"{Path(name).suffix[1:]} {outcome}"] += 1


def _unpacked(path):
    """How many bytes an archive unpacks to, if it is one that is read at all."""
    try:
        with opened(path) as archive:
            return sum(archive.sizes.values())
    except Exception:
        return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    given = parser.parse_args()
    warnings.simplefilter("error")
    with tempfile.TemporaryDirectory() as folder:
        found = run(given.first, given.count, Path(folder), Watch())
    for outcome, count in sorted(found.outcomes.items()):
        print(f"{outcome:24} {count:6}")
    print(f"memory: at most {found.most:.2f} times a file's size")
    print(*found.faults or ["no faults"], sep="\n")
    sys.exit(1 if found.faults else 0)


if __name__ == "__main__":
    main()
