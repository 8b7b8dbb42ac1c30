"""How far the sweep goes: a few lines a command, or as many as ROBUSTNESS_LINES says in all."""

import os

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
