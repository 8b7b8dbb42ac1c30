"""The directive `public-names`: documents every name of `bptt_viz.__all__` from its docstring."""

import inspect
import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import bptt_viz

HEADINGS = {"function": "Functions", "class": "Classes", "exception": "Errors", "module": "Modules"}

# How Sphinx writes numpy.typing.ArrayLike, which is an alias.
_ARRAY_LIKE = re.compile(r"_Buffer \| _SupportsArray\[.*?_NestedSequence\[complex \| bytes \| str\]")


def kind(name: str) -> str:
    """Return what autodoc calls such an object."""
    found = getattr(bptt_viz, name)
    if inspect.ismodule(found):
        return "module"
    if inspect.isclass(found):
        return "exception" if issubclass(found, Exception) else "class"
    return "function"


def section(wanted: str) -> str:
    """Return the Markdown that documents all public names of one kind, or nothing."""
    names = [name for name in bptt_viz.__all__ if kind(name) == wanted]
    members = "   :members:\n" if wanted == "class" else ""
    entries = "\n".join(f".. auto{wanted}:: bptt_viz.{name}\n{members}" for name in names)
    return f"## {HEADINGS[wanted]}\n\n```{{eval-rst}}\n{entries}\n```\n\n" if names else ""


class PublicNames(SphinxDirective):
    """Document the whole public API."""

    def run(self) -> list[nodes.Node]:
        """Return one section for each kind of name."""
        return self.parse_text_to_nodes("".join(map(section, HEADINGS)), allow_section_headings=True)


def short_types(
    app: Sphinx, what: str, name: str, found: object, options: object, signature: str | None, returned: str | None
) -> tuple[str | None, str | None]:
    """Write aliases of types by their names."""
    return signature and _ARRAY_LIKE.sub("ArrayLike", signature), returned


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("public-names", PublicNames)
    app.connect("autodoc-process-signature", short_types)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
