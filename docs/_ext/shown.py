"""What commands left behind, as nodes of a page: pictures, and links to the pages that they wrote."""

import os
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.environment import BuildEnvironment

PICTURES = (".svg", ".png")

_TITLE = re.compile(r"<title[^>]*>([^<]+)</title>")


def picture(env: BuildEnvironment, path: Path, alt: str) -> nodes.image:
    """Return a picture that a command drew."""
    return nodes.image("", uri=beside(env, path), alt=alt, classes=["bptt-picture"])


def title_of(path: Path, otherwise: str) -> str:
    """Return what a picture says it shows."""
    found = _TITLE.search(path.read_text(encoding="utf-8")) if path.suffix == ".svg" else None
    return found[1] if found else otherwise


def page_links(env: BuildEnvironment, written: dict[str, Path]) -> list[nodes.Node]:
    """Return links that open the pages that were written."""
    found: list[nodes.Node] = []
    for name, path in written.items():
        if name.endswith(".html"):
            link = addnodes.download_reference(
                "", "", nodes.literal(name, name), reftarget=beside(env, path), refdoc=env.docname
            )
            found.append(nodes.paragraph("", "", nodes.Text("→ "), link, classes=["bptt-page"]))
    return found


def beside(env: BuildEnvironment, path: Path) -> str:
    """Return where a kept file is, from the top of the sources."""
    return "/" + os.path.relpath(path, env.srcdir)
