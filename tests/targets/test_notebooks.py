"""Notebooks as people keep them: magics, shell lines, prose, cells that do not parse, formats 3 and 4."""

import json

import pytest

from bptt_viz.errors import UsageError
from bptt_viz.targets.api import check_file
from bptt_viz.targets.recognise.file import recognise
from bptt_viz.targets.recognise.notebook import cells_of

FORWARD = """def rnn_step_forward(x, prev_h, Wx, Wh):
    next_h = np.tanh(x @ Wx + prev_h @ Wh)
    return next_h, (x, prev_h, Wx, Wh, next_h)
"""
BACKWARD = """def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    dz = dnext_h * (1 - next_h**2)
    return dz @ Wx.T, dz @ Wh.T, x.T @ dz, prev_h.T @ dz
"""


def cell(text, kind="code"):
    return {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}


def notebook(*cells, **more):
    return json.dumps({"nbformat": 4, "metadata": {}, "cells": [*cells], **more})


def written(folder, *cells, **more):
    file = folder / "rnn.ipynb"
    file.write_text(notebook(*cells, **more), encoding="utf-8")
    return file


def only(file):
    (found,) = check_file(file)
    return found


@pytest.mark.parametrize(
    "first",
    [
        "import numpy as np\n%matplotlib inline\n%load_ext autoreload\n%autoreload 2",
        "!pip install numpy\nimport numpy as np",
        "%%time\nimport numpy as np",
        "%config InlineBackend.figure_format = 'retina'\nimport numpy as np\nnp.random.randn?",
        "import numpy as np\nfiles = !ls\nwhere = %pwd",
        "import numpy as np\nif True:\n    %timeit np.zeros(3)",
        "from google.colab import drive\ndrive.mount('/content')\nimport numpy as np",
    ],
)
def test_magics_and_shell_lines_are_left_out(tmp_path, first):
    assert only(written(tmp_path, cell(first), cell(FORWARD), cell(BACKWARD))).outcome == "ok"


def test_another_language_s_cell_is_left_out(tmp_path):
    cells = [cell("%%bash\nfor f in *; do echo $f; done"), cell("%%html\n<b>rnn</b>"), cell("import numpy as np")]
    assert only(written(tmp_path, *cells, cell(FORWARD + BACKWARD))).outcome == "ok"


def test_prose_and_outputs_are_not_read(tmp_path):
    prose = cell("def rnn_step_backward(dnext_h, cache): an exercise", "markdown")
    code = cell("import numpy as np\n" + FORWARD + BACKWARD) | {"outputs": [{"text": ["Traceback"]}]}
    assert only(written(tmp_path, prose, code)).outcome == "ok"


def test_a_cell_that_is_no_python_is_left_out_and_said(tmp_path):
    file = written(tmp_path, cell("import numpy as np"), cell("x = = 3"), cell(FORWARD), cell(BACKWARD))
    assert only(file).outcome == "ok"
    assert recognise(str(file)).notes == ("cell 2 is left out: it is not Python",)


def test_the_last_definition_holds(tmp_path):
    wrong = BACKWARD.replace("dz @ Wh.T", "dz @ Wh")
    cells = [cell("import numpy as np"), cell(FORWARD), cell(wrong), cell(BACKWARD)]
    assert only(written(tmp_path, *cells)).outcome == "ok"
    assert only(written(tmp_path, *cells, cell(wrong))).outcome == "wrong"


def test_lines_are_counted_in_code_cells(tmp_path):
    crash = BACKWARD.replace("    dz =", "    undefined\n    dz =")
    file = written(
        tmp_path, cell("import numpy as np\n%pwd"), cell("prose", "markdown"), cell(FORWARD), cell("\n" + crash)
    )
    found = only(file)
    assert (found.cell, found.line) == (2, 1)
    assert (found.raised.cell, found.raised.line) == (3, 4)


def test_a_notebook_that_reads_files_and_trains_does_neither(tmp_path):
    train = "data = open('input.txt').read()\nwhile True:\n    rnn_step_forward(data)"
    assert only(written(tmp_path, cell("import numpy as np"), cell(train), cell(FORWARD + BACKWARD))).outcome == "ok"


def test_format_3_is_read(tmp_path):
    cells = [{"cell_type": "code", "input": text} for text in ("import numpy as np", FORWARD, BACKWARD)]
    file = tmp_path / "old.ipynb"
    file.write_text(json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}))
    assert only(file).outcome == "ok"


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "3", '{"cells": 3}', '{"cells": [3, null]}', "not json", "\x00"]
)
def test_what_is_no_notebook_is_refused_in_one_line(tmp_path, text):
    file = tmp_path / "broken.ipynb"
    file.write_text(text)
    with pytest.raises(UsageError, match="notebook") as refused:
        recognise(str(file))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["julia", "R"])
def test_a_notebook_of_another_language_is_refused(name):
    raw = notebook(cell("x = 1"), metadata={"kernelspec": {"language": name}}).encode()
    with pytest.raises(UsageError, match="not of Python"):
        cells_of(raw, "rnn.ipynb")


@pytest.mark.parametrize("metadata", [{}, {"kernelspec": {"language": "python"}}, {"kernelspec": 3}, [], None])
def test_metadata_may_be_anything(metadata):
    raw = notebook(cell("x = 1"), metadata=metadata).encode()
    assert cells_of(raw, "rnn.ipynb").text == "x = 1\n"


def test_cells_keep_their_places():
    raw = notebook(cell("a = 1\nb = 2"), cell("%pwd"), cell("c = 3\n")).encode()
    found = cells_of(raw, "rnn.ipynb")
    assert [found.cell(line) for line in (1, 2, 3, 4)] == [(1, 1), (1, 2), (2, 1), (3, 1)]
