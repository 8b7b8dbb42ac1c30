"""What a release must pass: `nox`. Versions of Python that this machine lacks are skipped with a word."""

import nox

nox.options.error_on_missing_interpreters = False
nox.options.sessions = ["tests", "wheel"]

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
QUICK = ["tests/tape", "tests/cells", "tests/console", "tests/test_app.py", "tests/commands/test_contract.py"]


@nox.session(python=PYTHONS, venv_backend="uv|virtualenv")
@nox.parametrize("versions", ["oldest", "newest"])
def tests(session, versions):
    """Run the tests beside the oldest versions that pyproject.toml allows, and beside the newest."""
    if versions == "oldest":
        session.install("--resolution", "lowest-direct", ".[test]")
    else:
        session.install(".[test]")
    session.run("pytest", "-q", "-n", "2", *(session.posargs or QUICK))


@nox.session(python=PYTHONS, venv_backend="virtualenv")
def wheel(session):
    """Build the release and look at it; install the wheel where nothing else is, and try every command there."""
    session.install("-e", ".[test]", "hatchling>=1.25")
    session.run("pytest", "-q", "-n", "2", "tests/test_packaging.py", "tests/release/wheel.py")
