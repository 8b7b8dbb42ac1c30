"""The directive `cell`: Python that is run when the site is built, with what a notebook would show below it.

    ```{cell}
    import bptt_viz as bv

    bv.norms("lstm")
    ```

Cells of a page share their names, as a notebook's do. A cell that fails is an error of the page.
"""

import ast
from contextlib import redirect_stdout
from html import escape
from io import StringIO
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

_NAMES = "notebook_names"


def ran(source: str, names: dict[str, Any]) -> tuple[str, Any]:
    """Run a cell; return what it printed, and the value of its last line if that is an expression."""
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    printed = StringIO()
    with redirect_stdout(printed):
        exec(compile(ast.Module(body, []), "cell", "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    return printed.getvalue(), value


def displayed(value: Any) -> str:
    """Return what a notebook shows of a value: its HTML, else its SVG, else its repr."""
    for name in ("_repr_html_", "_repr_svg_"):
        made = getattr(value, name, lambda: None)()
        if made is not None:
            return str(made)
    return "" if value is None else f"<pre>{escape(repr(value))}</pre>"


class Cell(SphinxDirective):
    """Run a cell and show what a notebook shows."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the code, what it printed, and its value."""
        source = "\n".join(self.content)
        code = nodes.literal_block(source, source, language="python")
        if self.env.app.builder.name == "gettext":  # only what can be translated is wanted
            return [code]
        try:
            printed, value = ran(source, self.env.temp_data.setdefault(_NAMES, {}))
        except Exception as failure:
            raise self.error(f"the cell fails: {type(failure).__name__}: {failure}") from failure
        said = f"<pre>{escape(printed)}</pre>" if printed else ""
        output = f'<div class="bptt-output">{said}{displayed(value)}</div>'
        return [code, nodes.raw("", output, format="html")]


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("cell", Cell)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
