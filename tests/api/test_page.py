"""The loop that the page about the Python API shows runs, and each cell shows something."""

import ast
import re
from pathlib import Path

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")
CELLS = re.findall(r"^```\{cell\}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_the_cells_of_the_page_run_in_order(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    names, shown = {}, []
    for cell in CELLS:
        body = ast.parse(cell).body
        last = ast.Expression(body.pop().value)
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        value = eval(compile(last, "cell", "eval"), names)
        shown.append(capsys.readouterr().out if value is None else value._repr_html_() or value._repr_svg_())
    assert all(shown)
    assert "vanishing" in "".join(shown)
    assert sum("<img" in each or "<svg" in each for each in shown) == 5


def test_the_page_names_all_functions_of_the_loop():
    for name in ("record", "check", "norms", "credit", "curves", "spectrum", "graph", "report"):
        assert f"bv.{name}(" in PAGE
