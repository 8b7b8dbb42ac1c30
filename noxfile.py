"""What a release must pass: `nox`. Versions of Python that this machine lacks are skipped with a word."""

import os
import re
import shlex
from pathlib import Path

import nox

nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests", "wheel"]

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
QUICK = ["tests/tape", "tests/cells", "tests/console", "tests/test_app.py", "tests/commands/test_contract.py"]


@nox.session(python=PYTHONS)
@nox.parametrize("numpy", ["oldest", "newest"])
def tests(session, numpy):
    """Run the tests beside the oldest NumPy that pyproject.toml allows and this Python has, and beside the newest."""
    session.install(".[test]")
    if numpy == "oldest":
        oldest = {"3.11": "1.26.0", "3.12": "1.26.0", "3.13": "2.1.0"}.get(session.python, "2.3.2")
        session.install(f"numpy=={oldest}")
    session.run("pytest", "-q", "-n", "2", *(session.posargs or QUICK))


@nox.session(python="3.11")
def wheel(session):
    """Build twice and compare the bytes; install the wheel where nothing else is; run each command's own example."""
    session.install("build", "hatchling")
    places = [Path(session.create_tmp()).resolve() / name for name in ("first", "second")]
    for place in places:
        session.run(
            "python", "-m", "build", "--no-isolation", "-o", str(place), env={"SOURCE_DATE_EPOCH": "1764000000"}
        )
    first, second = ({file.name: file.read_bytes() for file in place.iterdir()} for place in places)
    if first != second:
        session.error("two builds of the same source differ")
    (built,) = places[0].glob("*.whl")
    session.run("python", "-m", "venv", "--clear", "empty")
    program = Path("empty/bin").resolve()
    session.run(str(program / "pip"), "install", "-q", str(built), external=True)
    listed = session.run(str(program / "bptt-viz"), "--help", external=True, silent=True)
    for command in re.findall(r"^  ([a-z]\w*)  ", listed.partition("Commands:")[2], re.MULTILINE):
        told = session.run(str(program / "bptt-viz"), command, "--help", external=True, silent=True)
        (example, *_) = re.findall(r"bptt-viz (\w[^\n]*(?:\n  [^\n]+)*)", told.partition("Example")[2])
        session.run(str(program / "bptt-viz"), *shlex.split(example), external=True, silent=True)
    os.chdir(session.invoked_from)
