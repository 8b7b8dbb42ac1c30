"""The checker's own examination passes, and would not if the checker were blind, trigger-happy or reckless."""

import numpy as np
import pytest

from bptt_viz.checking.gate import gate
from bptt_viz.checking.selftest import examination
from bptt_viz.checking.selftest.catalogue import CATALOGUE, FAMILIES, Bug
from bptt_viz.checking.selftest.examination import examine, examine_bug
from bptt_viz.checking.selftest.problem import load, posed, source
from bptt_viz.checking.shapes import DEFAULT_SHAPES
from bptt_viz.results.check import Case, Judgement, Verdict


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("shape", DEFAULT_SHAPES)
def test_a_hand_written_family_without_a_bug_passes(family: str, shape) -> None:
    rng = np.random.default_rng(0)
    assert gate(posed(load(family), shape, rng), rng, Judgement())[0].verdict is Verdict.PASS


def test_the_catalogue_holds_forty_kinds_of_bug_and_more_in_every_family() -> None:
    assert len(CATALOGUE) >= 40
    assert {bug.family for bug in CATALOGUE} == set(FAMILIES)
    assert len({(bug.family, bug.name) for bug in CATALOGUE}) == len(CATALOGUE)


@pytest.mark.parametrize("bug", CATALOGUE, ids=lambda bug: f"{bug.family}-{bug.name}")
def test_the_text_of_a_bug_stands_once_in_its_family(bug: Bug) -> None:
    assert source(bug.family).count(bug.old) == 1


@pytest.mark.parametrize("bug", CATALOGUE, ids=lambda bug: f"{bug.family}-{bug.name}")
def test_a_planted_bug_is_detected_and_located(bug: Bug) -> None:
    found = examine_bug(bug, 1, np.random.default_rng(7))
    assert found.pairs == found.detected == 1
    assert found.named == found.placed == found.located
    assert found.missed == ()


def test_correct_gradients_raise_no_alarm_and_kinks_are_left_alone() -> None:
    found = examine(pairs=0, correct=60, kinks=20, seed=3, tick=lambda share: None)
    assert found.alarms == ()
    assert found.unseen == ()


def test_a_blind_checker_fails_the_examination(monkeypatch) -> None:
    blind = Case("blind", "gate", "none", Verdict.PASS, "", ())
    real = examination.gate

    def see_nothing(problem, rng, judgement):
        return blind, real(problem, rng, judgement)[1]

    monkeypatch.setattr(examination, "gate", see_nothing)
    assert examine_bug(CATALOGUE[0], 2, np.random.default_rng(0)).detected == 0
    assert not examine(pairs=1, correct=1, kinks=1, seed=0, tick=lambda share: None).passed


def test_an_alarm_on_a_correct_gradient_fails_the_examination(monkeypatch) -> None:
    wrong = Case("nervous", "gate", "none", Verdict.MISMATCH, "", ())
    monkeypatch.setattr(examination, "gate", lambda problem, rng, judgement: (wrong, None))
    found = examine(pairs=0, correct=3, kinks=2, seed=0, tick=lambda share: None)
    assert len(found.alarms) == 3
    assert len(found.unseen) == 2
    assert not found.passed
