"""GitHub Actions: whether a job runs there, where in its repository, and its summary page."""

import os
from pathlib import Path

from bptt_viz.console.failures import say


def in_actions() -> bool:
    """Tell whether a GitHub Actions runner reads standard output for workflow commands."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def folder_in_repository() -> str:
    """Return the way from the repository's root to the working directory; empty if it is the root or not known."""
    root = os.environ.get("GITHUB_WORKSPACE")
    here = Path.cwd().resolve()
    if not root or not here.is_relative_to(Path(root).resolve()):
        return ""
    way = here.relative_to(Path(root).resolve()).as_posix()
    return "" if way == "." else way


def add_to_summary(markdown: str) -> None:
    """Append to the job's summary page, where there is one; a page that cannot be written changes no verdict."""
    page = os.environ.get("GITHUB_STEP_SUMMARY")
    if not page:
        return
    try:
        with Path(page).open("a", encoding="utf-8") as stream:
            stream.write(markdown)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        say(f"warning: the summary named by GITHUB_STEP_SUMMARY cannot be written: {reason.lower()}")
