"""Draws the pictures of docs/gallery.md anew: `python tests/commands/gallery.py`."""

import re
import shlex
import sys
from pathlib import Path

from bptt_viz.app import run

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "gallery.md"


def commands():
    """Return the arguments of every command of the page, by the picture that it writes."""
    lines = re.findall(r"^bptt-viz (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    found = [shlex.split(line) for line in lines]
    return {arguments[-1]: arguments for arguments in found}


if __name__ == "__main__":
    import os

    os.chdir(ROOT)
    sys.exit(max(run(arguments) for arguments in commands().values()))
