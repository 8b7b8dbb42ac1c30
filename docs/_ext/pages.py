"""Runs the sessions that stand in pages as plain Markdown (`sessions`); shows what a terminal shows and what was drawn.

A session that a page shows with its output must have the words that the command says now, else the page has an error.
Below commands alone stands what they say, and what they drew unless the page shows that picture itself; a picture that
the page shows and a command of it draws is shown as drawn.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from running import CommandError, Ran
from sessions import Session, difference, kept_files, places, plain, run_session, sessions, wanted_files
from shown import PICTURES, beside, page_links, picture, title_of
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective
from terminal import as_html, block

_SHORT = 45
"""So many lines stand open below their command."""

BUILDER = "bptt_builder"
FILES = "bptt_files"
_SESSIONS = "bptt_sessions"
_TEXT = "bptt_text"
_DRAWN = "bptt_drawn"


class SessionDirective(SphinxDirective):
    """A block of the page that has commands, by its number."""

    has_content = True
    required_arguments = 1
    option_spec: ClassVar[dict[str, Callable[[str], Any]]] = {}

    def run(self) -> list[nodes.Node]:
        """Return the session as a terminal shows it, and what was written."""
        session: Session = self.env.temp_data[_SESSIONS][int(self.arguments[0])]
        if self.env.temp_data.get(BUILDER) == "gettext":
            return []
        if session.reason or not session.is_possible:
            return self._as_it_stands(session)
        if not session.is_whole:
            raise self.error(
                "only a block whose lines are all commands of bptt-viz is run; say `<!-- not run: why -->`"
            )
        files = self.env.temp_data[FILES]
        files |= wanted_files(session)
        try:
            ran = run_session(session, files)
        except CommandError as failure:
            raise self.error(str(failure)) from None
        files |= ran.written
        self.env.temp_data[_DRAWN] |= {
            str(Path(self.env.srcdir).parent / name): path for name, path in ran.written.items()
        }
        said = self._compared(session, ran) if session.has_output else self._below(session, ran)
        return [*said, *self._pictures(session, ran.written), *page_links(self.env, ran.written)]

    def _as_it_stands(self, session: Session) -> list[nodes.Node]:
        text = "\n".join(session.lines)
        why = session.reason or f"needs the package {session.options['needs']}"
        note = nodes.paragraph("", f"Not run when this site is built: {why}.", classes=["bptt-not-run"])
        return [nodes.literal_block(text, text, language=session.language or "console"), note]

    def _compared(self, session: Session, ran: Ran) -> list[nodes.Node]:
        """Return the session with the lines that the page shows, as they are now."""
        blocks = []
        for line, shown, output in zip(session.commands, session.shown, ran.shown, strict=True):
            other = difference(shown, plain(output))
            if other:
                raise self.error(f"{line}\nno longer says: {other}\nrun python docs/_ext/sessions.py")
            lines = output.splitlines()
            pieces = ["\n".join(lines[n] for n in kept) for kept in places(shown, plain(output)) or []]
            blocks.append(as_html(line, "\n…\n".join(pieces).strip("\n")))
        return [nodes.raw("", block("\n".join(blocks)), format="html")]

    def _below(self, session: Session, ran: Ran) -> list[nodes.Node]:
        """Return the commands, and below them what they say."""
        text = "\n".join(session.lines)
        spoken = [(line, shown) for line, shown in zip(session.commands, ran.shown, strict=True) if shown]
        commands = nodes.literal_block(text, text, language="sh")
        if not spoken:
            return [commands]
        is_open = " open" if sum(shown.count("\n") for _, shown in spoken) <= _SHORT else ""
        said = "\n".join(as_html(line if len(spoken) > 1 else "", shown) for line, shown in spoken)
        below = f'<details class="bptt-said"{is_open}><summary>Output</summary>\n{block(said)}</details>\n'
        return [commands, nodes.raw("", below, format="html")]

    def _pictures(self, session: Session, written: dict[str, Path]) -> list[nodes.Node]:
        text = self.env.temp_data[_TEXT]
        return [
            picture(self.env, path, session.options.get("alt") or title_of(path, session.commands[-1]))
            for name, path in written.items()
            if name.endswith(PICTURES) and f"{Path(name).name})" not in text
        ]


class Drawn(SphinxTransform):
    """Shows pictures that commands of the page draw as they were drawn just now."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        """Point images at the kept files."""
        drawn = self.env.temp_data.get(_DRAWN, {})
        folder = Path(self.env.doc2path(self.env.docname)).parent
        for image in self.document.findall(nodes.image):
            path = drawn.get(str((folder / image["uri"]).resolve()))
            if path:
                image["uri"] = beside(self.env, path)


def find_sessions(app: Sphinx, docname: str, source: list[str]) -> None:
    """Turn the blocks of a page that have commands into directives, line for line."""
    text = source[0]
    found = list(sessions(text))
    data = app.env.temp_data
    data[BUILDER] = app.builder.name
    data[_SESSIONS], data[_TEXT], data[_DRAWN] = found, text, {}
    data.setdefault(FILES, {}).update(kept_files(docname, text))
    lines = text.split("\n")
    for k, session in enumerate(found):
        opening = lines[session.fence]
        fence = opening[: len(opening) - len(opening.lstrip(" `~"))]
        lines[session.first] = ""
        lines[session.fence] = f"{fence}{{session}} {k}"
    source[0] = "\n".join(lines)


def setup(app: Sphinx) -> dict[str, Any]:
    """Tell Sphinx of the directive."""
    app.add_directive("session", SessionDirective)
    app.add_transform(Drawn)
    app.connect("source-read", find_sessions, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
