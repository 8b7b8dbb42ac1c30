"""Pages of the repository on the site: its files outside docs/, and the table of contents that only the site needs."""

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

# Files outside docs/ that are pages of the site, by the name they have there.
OUTSIDE = {
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changes.md",
    "benchmarks/README.md": "how-measured.md",
}

# A link called like its file is called like its page on the site.
_NAMED_AS_FILE = re.compile(r"\[([\w-]+\.md)\]\(\1\)")

# A folder can be looked into in the repository alone.
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s#:]+)\)")


def adapt(app: Sphinx, docname: str, source: list[str]) -> None:
    """Point links at the pages of the site, and append the table of contents to the start page."""
    source[0] = _NAMED_AS_FILE.sub(r"[](\1)", source[0])
    for file, page in OUTSIDE.items():
        source[0] = re.sub(rf"\]\((?:\.\./)+{re.escape(file)}", f"]({page}", source[0])
    folder = Path(app.env.doc2path(docname)).parent
    source[0] = _LINK.sub(lambda found: found[1] if (folder / found[2]).is_dir() else found[0], source[0])
    if docname == "index":
        contents = Path(app.srcdir) / "_contents.md"
        app.env.note_dependency(str(contents))
        source[0] += _complete(contents.read_text(encoding="utf-8"), app.env.found_docs)


def _complete(contents: str, pages: set[str]) -> str:
    """Add the pages that the table does not name, so that a new page needs no line in it."""
    named = {line.rpartition("<")[2].rstrip(">") for line in contents.splitlines()}
    rest = sorted(
        page for page in pages if page not in named and not page.startswith(("index", "lecture/", "auto_examples/"))
    )
    return contents + "\n```{toctree}\n:hidden:\n:caption: More\n\n" + "\n".join(rest) + "\n```\n" if rest else contents


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the adaptation."""
    app.connect("source-read", adapt)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
