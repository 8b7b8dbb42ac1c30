"""`bptt_viz.draw`: pictures for programs and notebooks."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import bptt_viz
from bptt_viz import Tape, UsageError, draw, ops, prepare
from bptt_viz.models import Request

PAGE = (Path(__file__).parents[1] / "docs" / "graph.md").read_text(encoding="utf-8")


def result():
    tape = Tape()
    x = tape.leaf(np.ones((1, 2)), "x")
    return tape, ops.sum(ops.tanh(x) * x, name="L")


def test_the_program_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (source,) = [block.partition("```")[0] for block in PAGE.split("```python\n")[1:]]
    exec(source, {})
    assert ElementTree.parse(tmp_path / "own.svg").getroot().tag.endswith("svg")


def test_a_notebook_shows_an_svg_without_its_xml_declaration():
    tape, loss = result()
    shown = draw(loss, gradients=True)._repr_svg_()
    assert shown.startswith("<svg")
    assert ElementTree.fromstring(shown).find("{http://www.w3.org/2000/svg}title").text == "L · 3 operations"
    assert len(tape.nodes) == 4


@pytest.mark.parametrize(
    ("name", "magic"), [("a.svg", b"<?xml"), ("a.dot", b"// "), ("a.PNG", b"\x89PNG"), ("a.pdf", b"%PDF")]
)
def test_the_files_name_says_its_form(tmp_path, name, magic):
    _tape, loss = result()
    draw(loss).save(tmp_path / name)
    assert (tmp_path / name).read_bytes().startswith(magic)


def test_a_rollout_is_drawn_as_the_command_draws_it():
    rollout = prepare(Request(cell="rnn", text="hello", hidden=3)).run()
    assert draw(rollout).view.title.endswith("step 3 of 4")
    assert draw(rollout, at=2).view.title.endswith("step 2 of 4")
    assert draw(rollout, at="2:").view.title.endswith("steps 2 to 4 of 4")
    assert draw(rollout, level="step", gradients=True, scale="1e-3:10").view.scale.high == 1.0


def test_options_that_do_not_fit_are_refused(tmp_path):
    rollout, (_tape, loss) = prepare(Request(cell="rnn", text="hello", hidden=3)).run(), result()
    for wrong, said in [
        (lambda: draw(rollout, level="cells"), "level"),
        (lambda: draw(rollout, at="9"), "1 to 4"),
        (lambda: draw(loss, theme="blue"), "theme"),
        (lambda: draw(loss, gradients=True, scale="x"), "--scale"),
        (lambda: draw([]), "nothing to draw"),
        (lambda: draw(loss).save(tmp_path / "a.gif"), ".svg"),
        (lambda: draw(loss).data("gif"), "svg"),
    ]:
        with pytest.raises(UsageError, match=said):
            wrong()


def test_it_costs_nothing_until_it_is_used():
    code = "import sys, bptt_viz; print('numpy' in sys.modules); bptt_viz.draw; print('numpy' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "True"]
    assert {"draw", "Picture"} <= set(bptt_viz.__all__)
