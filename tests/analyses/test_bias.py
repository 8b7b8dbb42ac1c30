"""The bias study: what is compared, what the losses do in a small one, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from bptt_viz.analyses.bias import bias_study
from bptt_viz.errors import UsageError
from bptt_viz.results.bias import BiasSetting

SMALL = BiasSetting(hidden=10, updates=250, batch=48, tested=600, seeds=1)


@pytest.fixture(scope="module")
def study():
    return bias_study(SMALL, lambda share: None)


def of(study):
    return {variant.name: variant for variant in study.variants}


def test_four_kinds_are_compared_on_the_same_tests(study):
    assert list(of(study)) == ["baseline", "+ confusion", "+ confident", "+ both"]
    assert abs(study.truth - 1) < 0.2
    assert abs(study.truth_alike - 0.35 / 0.65) < 0.1
    for variant in study.variants:
        for found in (variant.balanced, variant.alike):
            np.testing.assert_allclose(found.outcomes.sum(axis=-1), 1, rtol=1e-14)


def test_a_biased_captioner_errs_more_where_the_context_says_nothing(study):
    baseline = of(study)["baseline"]
    assert baseline.balanced.error[0] > 1.5 * baseline.alike.error[0]


def test_confusion_takes_the_group_out_of_images_without_the_person(study):
    """So both losses that have it do; the confident loss alone does not."""
    gap = {name: variant.gap[0] for name, variant in of(study).items()}
    assert gap["baseline"] > 0.2
    assert gap["+ confident"] > 0.1
    assert gap["+ confusion"] < 0.05
    assert gap["+ both"] < 0.05


def test_both_losses_make_it_look_at_the_person(study):
    found = of(study)
    assert found["+ both"].looks[0] > found["baseline"].looks[0]


def test_effects_are_the_differences_that_the_report_tells(study):
    found = {(effect.variant, effect.measure): effect for effect in study.effects}
    kinds = of(study)
    for name in list(kinds)[1:]:
        error = found[name, "error rate"]
        assert (error.before, error.after) == (kinds["baseline"].balanced.error[0], kinds[name].balanced.error[0])
        assert error.better == int(error.after < error.before)
        assert error.seeds == 1
    both = found["+ both", "error rate"]
    assert f"from {both.before:.1%} to {both.after:.1%} (lower in {both.better} of 1 seed)" in study.finding


def test_a_study_can_be_repeated():
    tiny = replace(SMALL, updates=5, tested=50)
    first, again = bias_study(tiny, lambda share: None), bias_study(tiny, lambda share: None)
    assert first.finding == again.finding
    assert [v.loss.tobytes() for v in first.variants] == [v.loss.tobytes() for v in again.variants]


def test_seeds_differ_and_their_number_is_that_of_the_results():
    found = bias_study(replace(SMALL, updates=3, tested=50, seeds=2), lambda share: None).variants
    assert all(variant.loss.shape == (2,) and variant.loss[0] != variant.loss[1] for variant in found)
    assert all(variant.balanced.outcomes.shape == (2, 2, 3) for variant in found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"bias": 1.5}, "bias is a probability"),
        ({"seeds": 0}, "--seeds must be at least 1"),
        ({"tested": 3}, "--tested must be at least 10"),
        ({"confusion": 0.0}, "--confusion and --confident must be positive"),
        ({"cell": "elman"}, "unknown cell 'elman'"),
    ],
)
def test_what_cannot_be_studied_is_refused(change, message):
    with pytest.raises(UsageError, match=message):
        bias_study(replace(SMALL, **change), lambda share: None)
