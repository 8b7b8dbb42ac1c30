"""What the public functions return: it shows, saves and prints itself, and has what the result has."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

import bptt_viz as bv
from bptt_viz.app import run
from bptt_viz.results.norms import NormReport

PAGE = (Path(__file__).parents[2] / "docs" / "graph.md").read_text(encoding="utf-8")
SMALL = {"hidden": 3, "text": "hello"}
CALLS = {
    "norms": lambda: bv.norms("rnn", **SMALL),
    "credit": lambda: bv.credit("rnn", **SMALL),
    "saliency": lambda: bv.credit("rnn", saliency=3, **SMALL),
    "curves": lambda: bv.curves(radius=[0.5, 1.5], activation="tanh", seeds=2, hidden=4, steps=6),
    "spectrum": lambda: bv.spectrum("rnn", **SMALL),
    "graph": lambda: bv.graph("rnn", gradients=True, **SMALL),
    "check": lambda: bv.check("rnn", shapes="2x1"),
    "report": lambda: bv.report("rnn", **SMALL),
}
WORDS = {
    "norms": "norms rnn --hidden 3 --text hello",
    "credit": "credit rnn --hidden 3 --text hello",
    "saliency": "credit rnn --hidden 3 --text hello --saliency 3",
    "curves": "curves --radius 0.5,1.5 --activation tanh --seeds 2 --hidden 4 --steps 6",
    "spectrum": "spectrum rnn --hidden 3 --text hello",
    "graph": "graph rnn --hidden 3 --text hello --gradients",
    "check": "check rnn --shapes 2x1",
}


@pytest.mark.parametrize("kind", CALLS)
def test_it_is_one_short_line_a_report_and_the_same_each_time(kind):
    first, again = CALLS[kind](), CALLS[kind]()
    assert repr(first).startswith(f"<{kind}: ")
    assert "\n" not in repr(first)
    assert len(repr(first)) <= 110
    assert str(first) == str(again)
    assert len(str(first).splitlines()) >= 1
    assert (first._repr_html_(), first._repr_svg_()) == (again._repr_html_(), again._repr_svg_())
    assert (first._repr_html_() is None) == (kind == "graph") != (first._repr_svg_() is None)


@pytest.mark.parametrize("kind", WORDS)
def test_it_says_what_the_command_says(kind, capsys):
    found = CALLS[kind]()
    assert run([*WORDS[kind].split(), *(["--format", "txt"] if kind == "graph" else [])]) == 0
    assert capsys.readouterr().out.rstrip("\n") == str(found).rstrip("\n")
    assert run([*WORDS[kind].split(), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(found.json())


FILES = [(kind, form) for kind in ("norms", "curves", "graph") for form in ("svg", "png", "pdf")]


@pytest.mark.parametrize(
    ("kind", "form"), [*FILES, ("credit", "csv"), ("saliency", "html"), ("check", "txt"), ("graph", "dot")]
)
def test_it_saves_what_the_command_writes(kind, form, tmp_path):
    name = f"ours.{form}"
    CALLS[kind]().save(tmp_path / name)
    assert run([*WORDS[kind].split(), "-o", str(tmp_path / f"theirs.{form}")]) == 0
    assert (tmp_path / name).read_bytes() == (tmp_path / f"theirs.{form}").read_bytes()


def test_a_file_that_it_cannot_be_is_refused_and_nothing_is_written(tmp_path):
    found = CALLS["check"]()
    for place, said in [("a.svg", "must end in one of .xml, .txt, .json"), ("no/a.txt", "cannot be written")]:
        with pytest.raises(bv.UsageError, match=said):
            found.save(tmp_path / place)
    with pytest.raises(bv.UsageError, match="check has no form 'svg'"):
        found.data("svg")
    assert not list(tmp_path.iterdir())


def test_it_has_what_the_result_has():
    found = CALLS["norms"]()
    assert isinstance(found.result, NormReport)
    assert found.verdict is found.result.verdict
    assert found.layers[0].steps == (1, 2, 3, 4)
    assert {"verdict", "layers", "save"} <= set(dir(found))
    for name in ("nothing", "_repr_png_", "_ipython_display_"):
        with pytest.raises(AttributeError):
            getattr(found, name)
    assert copy.copy(found).verdict is found.verdict


def test_the_document_has_what_takes_longer_only_if_it_is_asked_for():
    plain, whole = CALLS["norms"](), bv.norms("rnn", why=True, **SMALL)
    assert repr(plain.result) != repr(whole.result)
    assert plain.json() == whole.json()


def test_a_notebook_shows_an_svg_without_its_xml_declaration():
    shown = CALLS["graph"]()._repr_svg_()
    assert shown.startswith("<svg")
    assert "RNN" in ElementTree.fromstring(shown).find("{http://www.w3.org/2000/svg}title").text


def test_pictures_on_different_papers_do_not_colour_each_other():
    shown = [bv.graph("rnn", theme=theme, **SMALL)._repr_svg_() for theme in ("light", "dark")]
    roots = [re.search(r'class="bptt-viz (bptt-viz-\w+) step"', each)[1] for each in shown]
    assert roots[0] != roots[1]
    for drawn, root in zip(shown, roots, strict=True):
        sheet = drawn.partition("<style>")[2].partition("</style>")[0]
        selectors = [one for rule in re.findall(r"([^{}]+)\{", sheet) for one in rule.split(",")]
        assert all(re.match(rf"\s*\.{root}( |$)", one) for one in selectors)


def test_the_report_is_a_page_of_its_own_within_a_frame():
    found = CALLS["report"]()
    html = found._repr_html_()
    assert '<iframe sandbox="allow-scripts"' in html
    assert html.count("<script") == 0, "the page is escaped text of an attribute"
    assert found.data("html").startswith(b"<!doctype html>")
    assert [each.norms.verdict for each in found.subjects] == [bv.norms("rnn", **SMALL).verdict]


def test_two_models_are_set_side_by_side():
    found = bv.report("rnn", "rnn --init radius=2", **SMALL)
    assert len(found.subjects) == 2
    assert "rnn --init radius=2" in str(found)


def test_a_rollout_is_drawn_as_its_model_is():
    rollout = bv.record("rnn", **SMALL)
    assert repr(rollout).startswith("<rollout: VanillaRNN; T = 4, ")
    theirs = bv.graph("rnn", level="op", gradients=True, **SMALL).result
    ours = bv.graph(rollout, level="op", gradients=True).result
    assert (ours.nodes, ours.edges) == (theirs.nodes, theirs.edges)
    assert ours.title.endswith("step 3 of 4")
    assert bv.graph(rollout, level="op", at=2).title.endswith("step 2 of 4")
    with pytest.raises(bv.UsageError, match="name the model in place of its rollout"):
        bv.graph(rollout, truncate=2)
    with pytest.raises(bv.UsageError, match="--hidden is for models of ours"):
        bv.graph(rollout, hidden=3)


def test_nodes_of_a_tape_are_drawn():
    tape = bv.Tape()
    x = tape.leaf(np.ones((1, 2)), "x")
    loss = bv.ops.sum(bv.ops.tanh(x) * x, name="L")
    assert bv.graph(loss, gradients=True).title == "L · 3 operations"
    assert bv.graph([loss], title="own").title == "own"
    for wrong, said in [((), "nothing to draw"), (3, "expected a model's name, .* got 3")]:
        with pytest.raises(bv.UsageError, match=said):
            bv.graph(wrong)
    with pytest.raises(bv.UsageError, match="are for models of ours"):
        bv.graph(loss, compact=True)
    assert len(tape.nodes) == 4


def test_the_program_of_the_page_about_graphs_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (source,) = [block.partition("```")[0] for block in PAGE.split("```python\n")[1:]]
    exec(source, {})
    assert ElementTree.parse(tmp_path / "own.svg").getroot().tag.endswith("svg")


def test_a_check_takes_names_paths_and_objects(tmp_path):
    file = tmp_path / "own.py"
    file.write_text("def f_forward(x):\n    return x * x, x\n\n\ndef f_backward(dy, x):\n    return dy * x\n")
    assert [each.target for each in bv.check(["rnn", "gru"], shapes="2x1").targets] == ["rnn", "gru"]
    (found,) = bv.check(file).targets
    assert (found.verdict, found.outcome) == ("pass", "scaled")
    assert bv.check(file, fail_on=["scaled", "wrong"]).verdict == "mismatch"


class Leaky(bv.Cell):
    """h_t = 0.9 h_{t−1} + 0.1 tanh(x_t W_xh + h_{t−1} W_hh)."""

    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size), "W_hh": (self.hidden_size, self.hidden_size)}

    def step(self, p, x, s):
        return {"h": 0.9 * s.h + 0.1 * bv.ops.tanh(x @ p.W_xh + s.h @ p.W_hh, "n")}


def test_a_class_stands_for_its_name():
    assert bv.check(Leaky, shapes="2x1", full=True).verdict == "pass"
    assert bv.norms(Leaky, **SMALL).run.cell.endswith("test_shown:Leaky")
    assert bv.record(Leaky, **SMALL).steps == 4
    assert "Leaky" in bv.graph(Leaky, **SMALL).title

    class Inner(Leaky):
        pass

    with pytest.raises(bv.UsageError, match="defined within a function"):
        bv.norms(Inner)


def test_pictures_need_no_state_of_pyplot():
    code = (
        "import sys, bptt_viz as bv\n"
        "bv.norms('rnn', text='hello', hidden=3)._repr_html_()\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
