"""A user's own cell, from a file: it runs, its gradient is right, and what is wrong with it is said in one line."""

from textwrap import dedent

import numpy as np
import pytest

from bptt_viz.arrays import norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, cell_class, prepare
from bptt_viz.tape import backward

MINIMAL_GATED_UNIT = """
    from dataclasses import dataclass

    from bptt_viz.cells import Cell
    from bptt_viz.ops import sigmoid, tanh


    @dataclass(frozen=True)
    class MGU(Cell):
        '''Minimal gated unit (Zhou et al. 2016).'''

        scale: float = 1.0

        def parameters(self):
            D, H = self.input_size, self.hidden_size
            return {"W_xf": (D, H), "U_f": (H, H), "b_f": (H,), "W_xn": (D, H), "U_n": (H, H)}

        def step(self, p, x, s):
            f = sigmoid(x @ p.W_xf + s.h @ p.U_f + p.b_f)
            return {"h": (1 - f) * s.h + f * tanh(self.scale * (x @ p.W_xn + (f * s.h) @ p.U_n))}
"""

LEAST = """
    from bptt_viz.cells import Cell

    class Sum(Cell):
        def parameters(self):
            return {"W_xh": (self.input_size, self.hidden_size)}

        def step(self, p, x, s):
            return {"h": s.h + x @ p.W_xh}
"""


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the folder that the test runs in."""
    monkeypatch.chdir(tmp_path)

    def to(name, source):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(source), encoding="utf-8")

    return to


def request(cell, **more):
    return Request(cell=cell, hidden=4, text="hello", **more)


def complex_step(prepared, name, entry, step=1e-30):
    moved = prepared.values[name].astype(complex)
    moved[entry] += step * 1j
    rollout = prepared.model.run(prepared.values | {name: moved}, prepared.batch.one_hot(), prepared.batch.targets)
    return rollout.loss.value.imag / step


@pytest.mark.parametrize("layers", [1, 2])
def test_a_cell_of_twenty_lines_runs_and_its_gradient_is_right(write, layers):
    write("mine.py", MINIMAL_GATED_UNIT)
    prepared = prepare(request("mine.py:MGU", layers=layers, settings={"scale": "0.75"}))
    rollout = prepared.run()
    assert prepared.model.cells[0].scale == 0.75
    cotangents = backward(rollout.tape, {rollout.loss: np.ones(())})
    for name, leaf in rollout.parameters.items():
        numeric = np.empty(leaf.shape)
        for entry in np.ndindex(leaf.shape):
            numeric[entry] = complex_step(prepared, name, entry)
        assert norm(cotangents[leaf] - numeric) <= 1e-12 * norm(numeric)


def test_a_cell_needs_no_decorator_and_one_parameter(write):
    write("least.py", LEAST)
    rollout = prepare(request("least.py:Sum")).run()
    x = rollout.sequence.value
    expected = np.cumsum(x, axis=0) @ rollout.parameters["W_xh"].value
    np.testing.assert_allclose([states["h"].value for states in rollout.layers[0].states[1:]], expected, rtol=1e-14)


def test_a_path_may_be_absolute_and_hold_colons_and_spaces(write, tmp_path):
    write("my: cells/least one.py", LEAST)
    assert cell_class(f"{tmp_path}/my: cells/least one.py:Sum").__name__ == "Sum"


POSTPONED = """
    from __future__ import annotations

    from dataclasses import dataclass
    from typing import Literal

    from bptt_viz.cells import Cell

    Choice = Literal[{choices}]

    @dataclass(frozen=True)
    class Mine(Cell):
        power: Choice = 1

        def parameters(self):
            return {{"W_xh": (self.input_size, self.hidden_size)}}

        def step(self, p, x, s):
            return {{"h": s.h + (x @ p.W_xh) ** self.power}}
"""


def test_two_files_of_one_name_are_two_modules(write):
    """Each class finds its own file's names, even after the other was read."""
    write("one/cells.py", POSTPONED.format(choices="1, 2"))
    write("two/cells.py", POSTPONED.format(choices="1, 3"))
    for _ in range(2):
        for folder, power in (("one", 2), ("two", 3)):
            prepared = prepare(request(f"{folder}/cells.py:Mine", settings={"power": str(power)}))
            assert prepared.model.cells[0].power == power
    first, _ = cell_class("one/cells.py:Mine"), cell_class("two/cells.py:Mine")
    assert first.__module__ != cell_class("two/cells.py:Mine").__module__


def test_a_file_that_changed_is_read_again(write):
    """Even if its size and its time stamp, in seconds, are those of before."""
    write("mine.py", LEAST)
    cell_class("mine.py:Sum")
    write("mine.py", LEAST.replace("Sum", "Two"))
    assert cell_class("mine.py:Two").__name__ == "Two"


def test_reading_a_cell_leaves_nothing_behind(write, tmp_path):
    write("mine.py", LEAST)
    cell_class("mine.py:Sum")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.py"]


OPTIONS = """
    from dataclasses import dataclass
    from typing import Literal, Optional

    from bptt_viz.cells import Cell

    @dataclass(frozen=True)
    class Mine(Cell):
        count: int = 1
        label: str = ""
        mode: Literal["a", 2] = "a"
        limit: Optional[float] = None
        sizes: tuple[int, ...] = ()

        def parameters(self):
            return {"W_xh": (self.input_size, self.hidden_size)}

        def step(self, p, x, s):
            return {"h": s.h + x @ p.W_xh}
"""


def test_options_of_simple_types_are_read(write):
    write("mine.py", OPTIONS)
    given = {"count": "3", "label": "x=y", "mode": "2"}
    (cell,) = prepare(request("mine.py:Mine", settings=given)).model.cells
    assert (cell.count, cell.label, cell.mode) == (3, "x=y", 2)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("count", "1.5", "option 'count': '1.5' is not a valid int"),
        ("mode", "3", "option 'mode' must be one of a, 2, got '3'"),
        ("limit", "1.0", "option 'limit': only int, float, str, bool and Literal options can be set"),
        ("sizes", "1,2", "option 'sizes': only int, float, str, bool and Literal options can be set"),
    ],
)
def test_options_that_do_not_fit_their_type_are_refused(write, name, value, message):
    write("mine.py", OPTIONS)
    with pytest.raises(UsageError, match=message):
        prepare(request("mine.py:Mine", settings={name: value}))


FAULTY = [
    ("raise RuntimeError('no luck')", "mine.py cannot be imported: RuntimeError: no luck"),
    ("import sys; sys.exit('bye')", "mine.py cannot be imported: SystemExit: bye"),
    ("def broken(:", r"mine.py cannot be imported: SyntaxError: .*line 1"),
    ("import not_installed_anywhere", r"mine.py cannot be imported: ModuleNotFoundError: .*not_installed_anywhere"),
    ("x = 1", "mine.py has no class 'Mine' derived from bptt_viz.cells.Cell"),
    ("Mine = 3", "mine.py has no class 'Mine' derived from bptt_viz.cells.Cell"),
    ("class Mine: pass", "mine.py has no class 'Mine' derived from bptt_viz.cells.Cell"),
    (
        "from bptt_viz.cells import Cell\nclass Mine(Cell): pass",
        "mine.py:Mine must define both `parameters` and `step`",
    ),
    (LEAST.replace("Sum", "Mine").replace('W_xh":', 'W_hy":'), "parameter 'W_hy' is the readout's"),
    (
        LEAST.replace("Sum", "Mine").replace("self.input_size", "self.inputs"),
        "cell mine.py:Mine: AttributeError: .*inputs",
    ),
    (LEAST.replace("Sum", "Mine").replace("p.W_xh", "p.W_hx"), "Mine.step: AttributeError: .*W_hx"),
]


@pytest.mark.parametrize(("source", "message"), FAULTY, ids=[message for _, message in FAULTY])
def test_what_is_wrong_with_a_file_is_said_in_one_line(write, source, message):
    write("mine.py", source)
    with pytest.raises(UsageError, match=message):
        prepare(request("mine.py:Mine")).run()


@pytest.mark.parametrize("name", ["missing.py:Mine", "folder.py:Mine", "a\0b.py:Mine"])
def test_a_file_that_is_not_there_is_refused(write, tmp_path, name):
    (tmp_path / "folder.py").mkdir()
    with pytest.raises(UsageError, match="no such file"):
        prepare(request(name))


def test_a_cell_without_options_says_so(write):
    write("mine.py", LEAST)
    with pytest.raises(UsageError, match="has no option 'gain'; it has none"):
        prepare(request("mine.py:Sum", settings={"gain": "1"}))


@pytest.mark.parametrize("name", ["mine.py", "mine.txt:Mine", ":Mine", "mine:Mine"])
def test_a_name_that_is_no_cell_is_refused(write, name):
    write("mine.py", LEAST)
    with pytest.raises(UsageError, match=r"unknown model .* or give file.py:ClassName"):
        prepare(request(name))


def test_a_model_of_ones_own_stands_where_a_built_in_one_may(write):
    """The one that CONTRIBUTING shows, from a file."""
    from commands.transcripts import shown_files

    from bptt_viz.checking.run import CheckRequest, check_model
    from bptt_viz.results.check import Verdict

    write("jordan.py", shown_files("CONTRIBUTING.md")["bptt_viz/models/jordan.py"])
    prepared = prepare(request("jordan.py:Jordan", settings={"cell": "gru"}))
    assert prepared.model.options()["cell"] == "GRU"
    assert prepared.run().modules[0].name == "beside"
    assert check_model(CheckRequest("jordan.py:Jordan", truncate=2)).verdict is Verdict.PASS


def test_a_model_that_lacks_something_is_refused_with_what_it_lacks(write):
    write("empty.py", "from bptt_viz.models import Architecture\n\nclass Empty(Architecture):\n    name = 'empty'\n")
    with pytest.raises(UsageError, match=r"empty.py:Empty must define parameters, record, stacks"):
        prepare(request("empty.py:Empty"))
