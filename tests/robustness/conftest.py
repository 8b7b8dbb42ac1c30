"""How far the sweep goes: a few lines a command, or as many as ROBUSTNESS_LINES says in all."""

import os
from collections import Counter

from hypothesis import HealthCheck, settings

from robustness.options import COMMANDS

_LINES = int(os.environ.get("ROBUSTNESS_LINES", "0"))
EACH = -(-_LINES // len(COMMANDS)) if _LINES else 6

sweep = settings(
    derandomize=not _LINES,
    max_examples=EACH,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def pytest_terminal_summary(terminalreporter):
    """Show, after a long run, what became of how many lines of each command."""
    reports = [each for found in terminalreporter.stats.values() for each in found if hasattr(each, "user_properties")]
    counted = {each.nodeid: dict(each.user_properties)["lines"] for each in reports if dict(each.user_properties)}
    if not _LINES or not counted:
        return
    terminalreporter.section("command lines at random")
    whole = Counter()
    for name, lines in sorted(counted.items()):
        whole.update(lines)
        terminalreporter.write_line(f"{name.partition('[')[2][:-1]:12} {_told(lines)}")
    terminalreporter.write_line(f"{'in all':12} {_told(whole)}")


def _told(lines):
    return ", ".join(f"{number:,} {what}" for what, number in sorted(lines.items()))
