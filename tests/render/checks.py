"""Results of checks as the renderers get them."""

import math

from bptt_viz.results.check import Case, Check, Checks, Comparison, HeatMap, Judgement, Verdict
from bptt_viz.results.provenance import Provenance

RAN = Provenance("check", {"seed": 7, "target": ["lstm"]}, "1.2.3", "2.0", "3.11")
NASTY = "[bold]x[/] \x1b[31m\x00\udc80\ufffe]]>&<\"'|%"


def comparison(name="W_hh", error=1e-16, passed=True, worst=None):
    return Comparison(name, error, 1.5, 1.0, 1.5 if not passed else 1.0, 2, 25, worst, passed)


def case(verdict=Verdict.PASS, tier="gate", label="T=2 N=1 zero state", reason="", heat=None, worst=None):
    wrong = verdict is Verdict.MISMATCH
    made = (comparison("W_xh"), comparison("W_hh", 0.2 if wrong else 1e-16, not wrong, worst))
    compared = () if verdict is Verdict.INCONCLUSIVE else made
    return Case(label, tier, "complex", verdict, reason, compared, (), heat)


def check(target="lstm", verdict=Verdict.PASS, diagnosis="", cases=None, **more):
    return Check(target, verdict, diagnosis, Judgement(), (case(verdict),) if cases is None else cases, **more)


def checks(*targets):
    verdicts = [target.verdict for target in targets]
    order = (Verdict.MISMATCH, Verdict.INCONCLUSIVE, Verdict.PASS)
    return Checks(next((verdict for verdict in order if verdict in verdicts), Verdict.PASS), targets)


HEAT = HeatMap(("i", "f"), ("t=1", "t=2", "t=3"), ((0.0, 2e-16, 3e-4), (math.nan, math.inf, 0.5)))
PASSED = check("lstm", cases=(case(), case(label="T=2 N=3 zero state")))
WRONG = check(
    "cells.py:Mine",
    Verdict.MISMATCH,
    "W_hh, forget gate: the analytic gradient is 1.5× the numeric one",
    (
        case(Verdict.MISMATCH, reason="wrong gradient of W_hh"),
        case(label="T=2 N=3 zero state"),
        case(Verdict.MISMATCH, "full", reason="wrong gradient of W_hh", heat=HEAT, worst=((2, 3), 1.5, 1.0)),
    ),
    file="cells.py",
    line=12,
)
UNCLEAR = check(
    "relu",
    Verdict.INCONCLUSIVE,
    "the point is a kink (T=2 N=1 zero state)",
    (case(Verdict.INCONCLUSIVE, reason="the point is a kink"),),
)
ALL = checks(PASSED, WRONG, UNCLEAR)
STRANGE = checks(
    check(NASTY, Verdict.MISMATCH, f"look at {NASTY}\nthen here", (case(Verdict.MISMATCH, label=NASTY),), file=NASTY)
)
