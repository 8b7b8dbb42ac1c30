"""Whole-process times of the command line, beside the least that a Typer program with two commands takes.

Run `python -m benchmarks.startup`.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.timing import Call, environment, interleaved, milliseconds, ratio, table

BARE = '''
import typer

app = typer.Typer()


@app.command()
def one(name: str = "a") -> None:
    """First."""


@app.command()
def two(name: str = "b") -> None:
    """Second."""


app()
'''
OURS = {
    "--help": ["-m", "bptt_viz", "--help"],
    "--version": ["-m", "bptt_viz", "--version"],
    "check lstm": ["-m", "bptt_viz", "check", "lstm"],
}


def process(*arguments: str) -> Call:
    """Return a call that runs Python in a process of its own and refuses any exit code but 0."""

    def call() -> None:
        subprocess.run([sys.executable, *arguments], check=True, capture_output=True)

    return call


def main() -> None:
    with TemporaryDirectory() as folder:
        bare = Path(folder) / "bare.py"
        bare.write_text(BARE)
        calls = {"bare": process(str(bare), "--help")} | {name: process(*given) for name, given in OURS.items()}
        found = interleaved(calls, rounds=11, seconds=0)
    rows = [(f"`{name}`", milliseconds(found[name]), f"{ratio(found, name, 'bare'):.2f}") for name in OURS]
    print(f"{environment()}; median of 11 rounds\n")
    print(table(("process", "ms", "÷ bare Typer program"), [("bare", milliseconds(found["bare"]), "1"), *rows]))


if __name__ == "__main__":
    main()
