"""The losses that a declaration may name where the code computes none."""

from collections.abc import Mapping

LOSSES: Mapping[str, str] = {
    "squares": "½Σ({0} − {1})²",
    "cross_entropy": "−Σ log {0}[{1}]",
    "softmax_cross_entropy": "−Σ log softmax({0})[{1}]",
    "binary_cross_entropy": "−Σ {1} log {0} + (1 − {1}) log(1 − {0})",
}
"""By name, what each is of an output and its target, in words."""


def in_words(name: str, output: str, target: str) -> str:
    """Return a loss as a formula."""
    return LOSSES[name].format(output, target)
