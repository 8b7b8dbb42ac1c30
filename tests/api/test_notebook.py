"""A notebook that is really executed: what each cell shows, and nothing of it is code."""

import pytest

nbclient = pytest.importorskip("nbclient", reason="nbclient and ipykernel come with the extra `test`")
pytest.importorskip("ipykernel", reason="nbclient and ipykernel come with the extra `test`")
nbformat = pytest.importorskip("nbformat")

CELLS = """
import bptt_viz as bv

class Leaky(bv.Cell):
    "A cell of the notebook's own."
    def parameters(self):
        return {"W_xh": (self.input_size, self.hidden_size), "W_hh": (self.hidden_size, self.hidden_size)}
    def step(self, p, x, s):
        return {"h": 0.9 * s.h + 0.1 * bv.ops.tanh(x @ p.W_xh + s.h @ p.W_hh, "n")}
---
bv.norms(Leaky, text="hostile.txt", hidden=3)
---
bv.graph("rnn", text="hostile.txt", hidden=3, gradients=True)
---
bv.check("rnn_layers.py")
---
bv.norms("rnn", hidden=0)
---
bv.record("rnn", text="hello", hidden=3)
"""
LAYERS = """
def f_forward(x):
    return x * x, x

def f_backward(dy, x):
    return dy * x
"""


@pytest.fixture(scope="module")
def outputs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("notebook")
    (folder / "hostile.txt").write_text("<script>alert(1)</script>&")
    (folder / "rnn_layers.py").write_text(LAYERS)
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell.strip()) for cell in CELLS.split("---")])
    client = nbclient.NotebookClient(
        made, timeout=300, kernel_name="python3", allow_errors=True, resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    return [cell.outputs for cell in made.cells]


def test_the_cells_that_should_have_one_output(outputs):
    assert [len(each) for each in outputs] == [0, 1, 1, 1, 1, 1]


def test_norms_are_a_table_with_the_verdict_first(outputs):
    data = outputs[1][0].data
    assert data["text/plain"].startswith("<norms: ")
    html = data["text/html"].partition("</style>")[2]
    assert html.index('class="bold ') < html.index("<table") < html.index("<img")
    assert "<script" not in html
    assert "&lt;" in html
    assert "image/svg+xml" not in data


def test_a_graph_is_an_svg(outputs):
    data = outputs[2][0].data
    assert data["image/svg+xml"].startswith("<svg")
    assert "<script" not in data["image/svg+xml"]
    assert "text/html" not in data


def test_a_check_of_a_file_is_a_table_of_verdicts(outputs):
    html = outputs[3][0].data["text/html"]
    assert '<th scope="row" class="left">rnn_layers.py::f</th>' in html
    assert "SCALED" in html


def test_bad_input_ends_in_the_commands_line(outputs):
    assert outputs[4][0].ename == "UsageError"
    assert "Invalid value for '--hidden'" in outputs[4][0].evalue


def test_a_rollout_is_one_line(outputs):
    assert outputs[5][0].data == {"text/plain": outputs[5][0].data["text/plain"]}
    assert outputs[5][0].data["text/plain"].startswith("<rollout: ")
