"""The verdicts are true: central differences of cases set up by hand say the same of every file and every change."""

import numpy as np
import pytest

from corpus.oracle.harness import copied
from corpus.oracle.run import SETUPS, findings, module
from corpus.twins import Variant, alone, codes

CODES = [code for code in codes() if code.file in SETUPS]
TWINS = [(code, each) for code in CODES for each in code.twins]
FACTORS = {"1/N": 1 / 2, "1/T": 1 / 4, "1/(N T)": 1 / 8}  # of the sizes that the set-ups use
IN_DOUBLE = (("dtype='f'", "dtype='d'"), ("kind = 'f'", "kind = 'd'"), ("np.float32", "np.float64"))


def judged(code, text, names, **sizes):
    return [(name.partition(" ")[0], finding) for name, finding in findings(code.file, text, names, **sizes)]


def named(verdicts, *outcomes):
    return {verdict.name: verdict for verdict in verdicts if verdict.outcome in outcomes}


@pytest.mark.parametrize("code", CODES, ids=lambda code: code.file)
def test_what_is_right_agrees_and_what_is_scaled_is_a_multiple(code):
    expected = named(code.verdicts, "OK", "SCALED")
    for name, finding in judged(code, Variant(code, ()).text, expected):
        factor = expected[name].factor
        assert bool(finding.wrong) == bool(factor), name
        assert not factor or finding.factor == pytest.approx(FACTORS[factor]), name


def in_double(text):
    for single, double in IN_DOUBLE:
        text = text.replace(single, double)
    return text


def test_what_is_float32_is_right_in_double_precision():
    for code in CODES:
        names = named(code.verdicts, "FLOAT32")
        found = judged(code, in_double(Variant(code, ()).text), names) if names else []
        assert not [name for name, finding in found if finding.wrong]


def test_what_is_truncated_is_right_for_short_sequences_only():
    for code in CODES:
        text, names = Variant(code, ()).text, named(code.verdicts, "TRUNCATED")
        if names:
            assert not [name for name, finding in judged(code, text, names, T=3) if finding.wrong]
            assert all(finding.wrong for _, finding in judged(code, text, names, T=7))


LEAK = "rnn: accumulates from call to call"


def test_what_leaks_from_call_to_call_is_right_once():
    ((code, leak),) = [(code, each) for code, each in TWINS if each.change == LEAK]
    loaded = module(code.file, alone(code, leak).text)
    problem = SETUPS[code.file]["rnn"](loaded, np.random.default_rng(0))
    shapes = [out.shape for out in problem.outputs(problem.inputs)]
    first, second = (copied(problem.gradients(problem.inputs, tuple(map(np.ones, shapes)))) for _ in range(2))
    assert [name for name in first if not np.allclose(first[name], second[name])] == list(leak.verdicts[0].wrong)


SEEN_AT_ONCE = [(code, each) for code, each in TWINS if each.change != LEAK]


@pytest.mark.parametrize(("code", "each"), SEEN_AT_ONCE, ids=[f"{c.file}: {e.change}" for c, e in SEEN_AT_ONCE])
def test_a_change_makes_wrong_what_the_verdict_names(code, each):
    text = in_double(alone(code, each).text)
    expected = {verdict.name: verdict for verdict in each.verdicts}
    short = {"T": 2} if "TRUNCATED" in {v.outcome for v in code.verdicts if v.name in expected} else {}
    found = judged(code, text, expected, **short)
    assert {name for name, _ in found} == set(expected)
    for name, finding in found:
        assert set(expected[name].wrong) <= set(finding.wrong)
        assert bool(finding.wrong) == (expected[name].outcome == "WRONG")
        if expected[name].gates:
            last = dict(judged(code, text, [name], T=1))[name]
            assert set(expected[name].gates) == set(last.gates)
