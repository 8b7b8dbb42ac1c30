"""Whose gradients are wrong, in words: inputs, and where they are packed, gates."""

from collections.abc import Sequence

from bptt_viz.results.check import Case, Verdict


def whose(cases: Sequence[Case], said: str) -> str:
    """Return the gradients that are wrong at any point, such as `dWx, dWh, db (gates i, f)`; empty if none is known.

    Args:
        cases: of one target.
        said: a sentence about them; what it says at its start is not said again.
    """
    failed = [case for case in cases if case.verdict is Verdict.MISMATCH]
    names = dict.fromkeys(made.name for case in failed for made in case.comparisons if not made.passed)
    packed = [made for case in failed for made in case.gates if not made.passed]
    gates = dict.fromkeys(made.name.rpartition(":")[2] for made in packed)
    told = f" (gate{'s' * (len(gates) > 1)} {', '.join(gates)})" if gates else ""
    if not gates and [*names] == [said.partition(":")[0]]:
        return ""
    return f"{', '.join(f'd{name}' for name in names)}{told}" if names else ""
