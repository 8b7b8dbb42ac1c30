"""`bptt-viz check` of a whole assignment file with twelve pairs, as a process: what a student waits for.

The file is the corpus's `rnn_layers.py`, whose ten pairs are right, with two of them again under other names.
"""

import re
import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter

FILE = Path(__file__).parents[1] / "tests" / "corpus" / "files" / "rnn_layers.py"
ROUNDS = 7


def twelve():
    text = FILE.read_text(encoding="utf-8")
    again = re.findall(r"^def (?:rnn_step|lstm_step)_\w+\(.*?(?=^def |\Z)", text, re.MULTILINE | re.DOTALL)
    return text + "\n\n" + "\n\n".join(part.replace("_step_", "_step_again_") for part in again)


def run(folder):
    """Return the wall and processor seconds of one process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = perf_counter()
    line = [sys.executable, "-m", "bptt_viz", "check", "layers.py"]
    found = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=True)
    wall = perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "12 targets: 12 OK" in found.stdout, found.stdout
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "layers.py").write_text(twelve(), encoding="utf-8")
        run(folder)
        found = [run(folder) for _ in range(ROUNDS)]
    wall, processor = (median(each) for each in zip(*found, strict=True))
    print(f"twelve pairs: {wall:.2f} s by the clock, {processor:.2f} s of processor time")


if __name__ == "__main__":
    main()
