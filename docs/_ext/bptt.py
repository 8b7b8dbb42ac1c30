"""The directive `bptt`: a block of commands that are run when the site is built, with what they said and drew.

    ```{bptt}
    :alt: what the picture shows
    bptt-viz norms lstm --steps 20 -o norms.svg
    ```

Options: `alt`, needed where a picture is written; `head` and `tail`, lines of the output to show of its beginning and
end; `columns`, of the terminal; `exit`, the exit code that the last command must have if not 0; `only-picture`, to
leave the output out. A command that ends otherwise is an error of the page. Files that a page shows, as `name.py`: and
a code block, are there.
"""

from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from pages import BUILDER, FILES
from running import WIDTH, CommandError, run
from shown import PICTURES, page_links, picture
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from terminal import as_html, block


class Commands(SphinxDirective):
    """Run commands and show what a terminal shows."""

    has_content = True
    option_spec: ClassVar[dict[str, Any]] = {
        "alt": directives.unchanged,
        "columns": directives.positive_int,
        "exit": directives.nonnegative_int,
        "head": directives.positive_int,
        "tail": directives.positive_int,
        "only-picture": directives.flag,
    }

    def run(self) -> list[nodes.Node]:
        """Return the terminal session, and the picture that was written."""
        if self.env.temp_data.get(BUILDER) == "gettext":  # only what can be translated is wanted
            return (
                [nodes.image("", uri="/pictures/unrolled.svg", alt=self.options["alt"])]
                if "alt" in self.options
                else []
            )
        files = self.env.temp_data[FILES]
        lines = [line for line in self.content if line.strip()]
        try:
            ran = run(lines, files, (self.options.get("exit", 0),), self.options.get("columns", WIDTH))
        except CommandError as failure:
            raise self.error(str(failure)) from None
        files |= ran.written
        sessions = [as_html(line, self._cut(shown)) for line, shown in zip(lines, ran.shown, strict=True)]
        session = nodes.raw("", block("\n".join(sessions)), format="html")
        return [session, *self._pictures(ran.written), *page_links(self.env, ran.written)]

    def _cut(self, shown: str) -> str:
        lines = shown.splitlines()
        head, tail = self.options.get("head"), self.options.get("tail", 0)
        if "only-picture" in self.options:
            return ""
        if (head is None and not tail) or (head or 0) + tail >= len(lines):
            return shown
        return "\n".join([*lines[: head or 0], "…", *lines[len(lines) - tail :]]) + "\n"

    def _pictures(self, written: dict[str, Path]) -> list[nodes.Node]:
        pictures = [path for name, path in written.items() if name.endswith(PICTURES)]
        if bool(pictures) != ("alt" in self.options):
            raise self.error("a picture and `alt`, which says what it shows, go together")
        return [self._picture(path) for path in pictures]

    def _picture(self, path: Path) -> nodes.image:
        image = picture(self.env, path, self.options["alt"])
        self.set_source_info(image)
        return image


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("bptt", Commands)
    app.setup_extension("pages")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
