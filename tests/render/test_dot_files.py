"""Graphs as files: SVG, PNG, PDF, DOT; the program as a fallback; nothing of the machine inside."""

import os
import re
import shutil
import subprocess
import sys
import zlib
from dataclasses import replace

import numpy as np
import pytest
from analyses.graphs import seen
from matplotlib.image import imread

from bptt_viz.errors import ExitCode, MissingError, UsageError
from bptt_viz.render import drawing
from bptt_viz.render.graph import FORMATS, graph_bytes
from bptt_viz.render.graph_text import graph_text
from bptt_viz.render.stamp import stamped
from bptt_viz.results.graph import Level
from render.test_dot import NASTY
from render.test_dot import drawing as picture

MAGIC = {"svg": b"<?xml", "png": b"\x89PNG\r\n\x1a\n", "pdf": b"%PDF-", "dot": b"// "}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("level", Level)
def test_each_form_is_what_it_says_and_the_same_each_time(form, level):
    view = seen("lstm", level=level, gradients=True)
    first, second = graph_bytes(view, form), graph_bytes(view, form)
    assert first.startswith(MAGIC[form])
    assert first == second
    assert not re.search(rb"\(D:20|20\d\d-\d\d-\d\d|/home/|/tmp/", first)


def test_an_unknown_form_is_refused():
    with pytest.raises(UsageError, match="svg, png, pdf, dot"):
        graph_bytes(seen(), "gif")


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("form", FORMATS)
def test_texts_of_users_come_through_unharmed(form, text):
    assert graph_bytes(picture(text, text, text, text), form).startswith(MAGIC[form])


def test_png_is_sharp_and_has_content(tmp_path):
    view = seen()
    path = tmp_path / "graph.png"
    path.write_bytes(graph_bytes(view, "png"))
    pixels = imread(path)
    assert pixels.shape[1] > 1.5 * view.size[0]
    assert np.unique(pixels.reshape(-1, pixels.shape[-1]), axis=0).shape[0] > 50


def test_png_and_pdf_say_what_was_run():
    view = seen()
    png = graph_bytes(view, "png")
    place = png.index(b"iTXt")
    while place > 0:
        length = int.from_bytes(png[place - 4 : place])
        check = int.from_bytes(png[place + 4 + length : place + 8 + length])
        assert check == zlib.crc32(png[place : place + 4 + length])
        place = png.find(b"iTXt", place + 4)
    assert b'"seed": 0' in png
    pdf = graph_bytes(view, "pdf")
    told = [bytes.fromhex(found.decode()).decode("utf-16") for found in re.findall(rb"<(feff[0-9a-f]+)>", pdf)]
    assert view.title in told
    assert any('"seed": 0' in text for text in told)
    assert b"CreationDate" not in pdf


def test_the_pdfs_update_is_where_it_says():
    pdf = graph_bytes(seen(), "pdf")
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", pdf)[0])
    assert pdf[start : start + 4] == b"xref"
    number, place = re.match(rb"xref\n(\d+) 1\n(\d{10}) 00000 n \n", pdf[start:]).groups()
    assert pdf[int(place) :].startswith(number + b" 0 obj\n<< /Title")
    before = int(re.findall(rb"/Prev (\d+)", pdf)[0])
    assert pdf[before : before + 4] == b"xref"


def test_a_pdf_with_compressed_references_only_loses_its_date():
    drawn = b"%PDF-1.7 /CreationDate (D:20260101120000Z) startxref 7 %%EOF"
    assert stamped(drawn, "pdf", seen()) == drawn.replace(b"/CreationDate (D:20260101120000Z)", b" " * 33)


@pytest.fixture
def without_pygraphviz(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygraphviz", None)


@pytest.fixture
def program(tmp_path, monkeypatch, without_pygraphviz):
    """Put a program named neato alone on PATH; the returned function says what it does."""

    def made(script):
        path = tmp_path / "neato"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        monkeypatch.setattr(shutil, "which", lambda name: str(path) if name == "neato" else None)
        return path

    return made


def test_the_program_draws_where_the_package_is_missing(program, tmp_path):
    program(f'echo "$@" > {tmp_path}/asked; cat > {tmp_path}/source; echo drawn')
    assert drawing.draw("digraph { a }", "svg") == b"drawn\n"
    assert (tmp_path / "asked").read_text().split() == ["-Knop2", "-Tsvg"]
    assert (tmp_path / "source").read_text() == "digraph { a }"


@pytest.mark.parametrize("script", ["echo 'Format: \"png\" not recognized' >&2; exit 1", "exit 0"])
def test_a_program_that_cannot_draw_is_a_missing_renderer(program, script):
    program(f"cat > /dev/null; {script}")
    with pytest.raises(MissingError, match="pip install pygraphviz") as raised:
        drawing.draw("digraph {}", "png")
    assert raised.value.exit_code is ExitCode.MISSING


def test_what_is_large_is_drawn_in_a_process_of_its_own(monkeypatch, tmp_path):
    view = seen("lstm", level="op", gradients=True)
    inside = {form: graph_bytes(view, form) for form in ("png", "pdf")}
    monkeypatch.setattr(drawing, "LARGE", 0)
    monkeypatch.setattr(drawing, "_in_process", None)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pygraphviz.py").write_text("raise SystemExit('the working directory was imported from')")
    for form, wanted in inside.items():
        assert graph_bytes(view, form) == wanted


def test_a_drawing_that_takes_too_long_is_stopped(monkeypatch, program):
    program("sleep 60")
    with pytest.raises(UsageError, match=r"stopped after 0.1 seconds; show fewer steps, or write \.svg"):
        drawing.draw("digraph {}", "png", 0.1)
    monkeypatch.undo()
    monkeypatch.setattr(drawing, "LARGE", 0)
    with pytest.raises(UsageError, match=r"stopped after 0\.01 seconds"):
        drawing.draw("digraph { a }", "png", 0.01)


def test_a_child_that_fails_says_why(monkeypatch):
    monkeypatch.setattr(drawing, "LARGE", 0)
    with pytest.raises(MissingError, match="cannot draw gif3"):
        drawing.draw("digraph { a }", "gif3")


def test_a_picture_too_long_for_pixels_is_refused():
    view = seen(level="op")
    assert graph_bytes(replace(view, size=(50_000, 900)), "png").startswith(MAGIC["png"])
    with pytest.raises(UsageError, match=r"1,389 inches long.*write \.svg or \.pdf"):
        graph_bytes(replace(view, size=(100_000, 900)), "png")


def test_no_renderer_is_an_error_with_the_line_that_installs_one(monkeypatch, without_pygraphviz):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for form in ("png", "pdf"):
        with pytest.raises(MissingError, match="pip install pygraphviz"):
            graph_bytes(seen(), form)
    for form in ("svg", "dot"):
        assert graph_bytes(seen(), form).startswith(MAGIC[form])


@pytest.mark.skipif(shutil.which("neato") is None, reason="Graphviz's programs are not installed")
@pytest.mark.parametrize("form", ["png", "pdf"])
def test_the_program_draws_what_the_package_draws(monkeypatch, form):
    view = seen("lstm", level="op", gradients=True)
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    assert graph_bytes(view, form).startswith(MAGIC[form])


def test_remarks_about_fonts_stay_off_standard_error_and_others_pass():
    code = (
        "import os\n"
        "from bptt_viz.render.drawing import _without_noise\n"
        "with _without_noise():\n"
        "    os.write(2, b'Fontconfig warning: line 6\\nWarning: real\\n')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stderr == "Warning: real\n"


def test_words_say_what_the_picture_shows():
    text = graph_text(seen(level="op", at="3", gradients=True), "hint").plain
    assert "h_3 = tanh(h_raw); shape 1 × 3" in text
    assert "gradient: dh_raw = (1 − h_3²) ⊙ dh_3; gradient norm" in text
    assert text.endswith("\n\nhint")
    steps = graph_text(seen()).plain
    assert [line for line in steps.splitlines() if line.startswith("step")] == [f"step {t}" for t in range(5)]
    assert "W: the same weights at every step; W_xh" in steps
