"""The terminal sessions in README.md and other pages: `python tests/commands/transcripts.py` runs them anew.

A session is a code block of the language `console` whose first line is `$ bptt-viz …`. A line `…` stands for the rest,
or for what is left out between the lines around it.
"""

import os
import re
import shlex
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "README.ko.md")
# Pages whose sessions need the files that the page shows.
OF_CODE = ("docs/check-your-code.md", "docs/check-cs231n.md", "docs/check-min-char-rnn.md", "docs/declare.md")
WIDTH = 96

_SESSION = re.compile(r"^```console\n\$ bptt-viz (?P<line>.+)\n(?P<shown>(?:.*\n)*?)```$", re.MULTILINE)


def sessions(page):
    """Return each session's command line and what the page shows of it."""
    return [(found["line"], found["shown"]) for found in _SESSION.finditer((ROOT / page).read_text(encoding="utf-8"))]


def ran(line):
    """Return what a terminal shows of a command line."""
    from commands.processes import run_on_terminal

    _, shown = run_on_terminal(*shlex.split(line), columns=WIDTH, NO_COLOR="1")
    return "".join(f"{each.rstrip()}\n" for each in shown.splitlines())


def elided(shown, whole):
    """Return the whole output with the same parts left out as in what is shown."""
    parts = shown.split("…\n")
    if len(parts) == 1:
        return whole
    head = whole.splitlines(keepends=True)[: parts[0].count("\n")]
    tail = whole.splitlines(keepends=True)[-parts[1].count("\n") :] if parts[1] else []
    return "".join([*head, "…\n", *tail])


def without_numbers(text):
    """Leave the words only: another NumPy or BLAS may round differently, and a bar be shorter."""
    return re.sub(r"\s+", " ", re.sub(r"[-+]?[\d.]+(e[-+]?\d+)?|[▀-▟]+", "#", text))


def renewed(page):
    """Return a page with every session run anew, in the working directory."""
    return _SESSION.sub(
        lambda found: f"```console\n$ bptt-viz {found['line']}\n{elided(found['shown'], ran(found['line']))}```",
        (ROOT / page).read_text(encoding="utf-8"),
    )


def shown_files(page):
    """Return the files that a page shows, by name: a line that ends in `name.py`: and the block below it."""
    text = (ROOT / page).read_text(encoding="utf-8")
    return dict(
        re.findall(r"`([\w./]+\.(?:py|toml))`:\n\n```(?:python|toml)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "tests"))
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for _page in sys.argv[1:] or (*PAGES, *OF_CODE):
            for _name, _source in shown_files(_page).items():
                Path(_name).write_text(_source, encoding="utf-8")
            (ROOT / _page).write_text(renewed(_page), encoding="utf-8")
