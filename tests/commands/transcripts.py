"""What pages show, found and run as the site does it: `python docs/_ext/sessions.py` writes their sessions anew."""

import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "docs" / "_ext"))

import sessions as found  # noqa: E402

PAGES = ("README.md", "README.ko.md")
# Pages whose sessions need the files that the page shows.
OF_CODE = ("docs/check-your-code.md", "docs/check-cs231n.md", "docs/check-min-char-rnn.md", "docs/declare.md")


def text(page):
    return (ROOT / page).read_text(encoding="utf-8")


def shown_files(page):
    """Return the files that a page shows, by name."""
    return found.shown_files(text(page))


def sessions(page):
    """Return the sessions of a page that show what their commands say."""
    return [each for each in found.sessions(text(page)) if each.has_output]


def difference(page, session):
    """Run a session, and return the first line of the page that it no longer says."""
    files = found.kept_files(page.removesuffix(".md"), text(page)) | found.wanted_files(session)
    outputs = found.run_session(session, files).shown
    pairs = zip(session.shown, outputs, strict=True)
    return next(filter(None, (found.difference(shown, found.plain(output)) for shown, output in pairs)), "")
