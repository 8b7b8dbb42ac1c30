"""pytest plugin: the `gradcheck` fixture, and a marker of that name that sets its options.

Nothing but pytest is imported until a test calls the fixture.
"""

import os
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bptt_viz.results.check import Check, Checks


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker, so that --strict-markers knows it."""
    config.addinivalue_line(
        "markers",
        "gradcheck(**options): options of the gradcheck fixture, such as rtol=1e-9 or shapes='1x1,5x3'.",
    )


@pytest.fixture
def gradcheck(request: pytest.FixtureRequest) -> "Callable[..., Check]":
    """Check a gradient numerically and fail with the terminal's report unless it passes.

    `gradcheck(target, *inputs, **options)` takes a built-in cell's name, `file.py:ClassName`, `file.py` or
    `file.py::name` of code of your own (looked for from the working directory, then beside the test file), a `Target`,
    a subclass of `Cell`, an object with the attributes of `bptt_viz.checking.problem.Problem`, or with its example
    inputs a PyTorch module, an `autograd.Function`, or a callable of tensors or of arrays of JAX or autograd. Its
    options are those of `bptt-viz check`; they win over the marker's. It returns the check, of a whole file the checks.
    """
    marked = _marked(request.node)
    folder = request.path.parent

    def check(target: Any, *inputs: Any, **options: Any) -> Any:
        __tracebackhide__ = True
        from bptt_viz.checking.run import worst
        from bptt_viz.errors import BpttVizError
        from bptt_viz.results.check import Checks, Verdict

        try:
            found, refused = _checked(target, inputs, marked, options, folder), ""
        except BpttVizError as error:
            refused = f"gradcheck: {error}{_place(error)}"
        if refused:
            pytest.fail(refused, pytrace=False)
        every = found if isinstance(found, tuple) else (found,)
        verdict = worst([each.verdict for each in every])
        if verdict is not Verdict.PASS:
            pytest.fail(_report(Checks(verdict, every)), pytrace=False)
        return found

    return check


def _place(error: BaseException) -> str:
    """Return the line of the target's own code that raised what an error reports, if there is one."""
    ours = Path(__file__).parent
    frames = traceback.extract_tb((error.__cause__ or error).__traceback__)
    theirs = [f for f in frames if ours not in Path(f.filename).parents and "site-packages" not in f.filename]
    return f" ({os.path.relpath(theirs[-1].filename)}:{theirs[-1].lineno})" if theirs else ""


def _marked(node: pytest.Item) -> dict[str, Any]:
    """Return the options of all gradcheck markers, those closest to the test winning."""
    options: dict[str, Any] = {}
    for mark in reversed([*node.iter_markers("gradcheck")]):
        if mark.args:
            pytest.fail(f"the gradcheck marker takes options by name, got {mark.args[0]!r}", pytrace=False)
        options |= mark.kwargs
    return options


def _checked(
    target: Any, inputs: tuple[Any, ...], marked: Mapping[str, Any], options: Mapping[str, Any], folder: Path
) -> "Check | tuple[Check, ...]":
    if not isinstance(target, str):
        from bptt_viz.answers.objects import check_object

        return check_object(target, inputs, options, marked)
    from bptt_viz.targets.files import is_code

    if is_code(target):
        return _check_code(target, {**marked, **options}, folder)
    from dataclasses import replace

    from bptt_viz.adapters.named import check_target
    from bptt_viz.checking.options import request_from

    return check_target(replace(request_from({**marked, **options}), target=_reached(target, folder)))


def _check_code(target: str, options: Mapping[str, Any], folder: Path) -> "Check | tuple[Check, ...]":
    """Check a file of users' code, or one of its targets."""
    from bptt_viz.targets.api import check_file

    file, colons, name = target.partition("::")
    beside = folder / file
    reached = os.path.relpath(beside) if not Path(file).is_file() and beside.is_file() else file
    found = check_file(f"{reached}{colons}{name}", **options)
    return found[0] if name else found


def _reached(target: str, folder: Path) -> str:
    """Return a target whose file is not here as one beside the test file, if it is there."""
    file, colon, member = target.rpartition(":")
    beside = folder / file
    if not colon or Path(file).is_file() or not beside.is_file():
        return target
    return f"{os.path.relpath(beside)}:{member}"


def _report(found: "Checks") -> str:
    from bptt_viz.render.check import check_report
    from bptt_viz.render.plain import plain
    from bptt_viz.results.check import Verdict

    text = plain(check_report(found, boxed=False))
    if found.verdict is Verdict.INCONCLUSIVE:
        text += "\n\nThis is neither a pass nor a mismatch: the gradient cannot be judged at this point."
    return text
