"""Whether each of the paper's claims holds in a study, seed by seed."""

from collections.abc import Callable, Sequence

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.results.bias import BiasSetting, Effect, Variant

Measure = Callable[[Variant], Array]


def measures(truth: float) -> dict[str, tuple[Measure, int]]:
    """Return what is compared, by name, with the way in which the paper has it change: −1 for less, 1 for more.

    Args:
        truth: #G_w/#G_m of the balanced test.
    """
    return {
        "error rate": (lambda v: v.balanced.error, -1),
        "ratio's distance to the truth": (lambda v: np.abs(v.balanced.ratio - truth), -1),
        "captions that name no group": (lambda v: v.balanced.outcomes[..., 2].mean(axis=-1), 1),
        "divergence of outcomes": (lambda v: v.balanced.divergence, -1),
        "person's share of the gradient": (lambda v: v.looks, 1),
        "gap without the person": (lambda v: v.gap, -1),
    }


def effects(variants: Sequence[Variant], truth: float) -> tuple[Effect, ...]:
    """Compare every other variant with the first, in pairs of one seed.

    Args:
        variants: the baseline first.
        truth: #G_w/#G_m of the balanced test.
    """
    baseline, *others = variants
    found = []
    for variant in others:
        for name, (measure, way) in measures(truth).items():
            with np.errstate(invalid="ignore"):  # a ratio may be infinite
                before, after = measure(baseline), measure(variant)
            better = int(np.sum(way * after > way * before))
            found.append(Effect(variant.name, name, float(before.mean()), float(after.mean()), better, len(before)))
    return tuple(found)


def finding(variants: Sequence[Variant], found: Sequence[Effect], setting: BiasSetting) -> str:
    """Say in one sentence what both losses change on balanced images."""
    told = {effect.measure: effect for effect in found if effect.variant == variants[-1].name}
    error, looks = told["error rate"], told["person's share of the gradient"]
    seeds = f"{error.seeds} seeds" if error.seeds > 1 else "1 seed"
    unnamed = told["captions that name no group"]
    changes = [
        f"the error rate from {error.before:.1%} to {error.after:.1%} (lower in {error.better} of {seeds})",
        f"captions that name no group from {unnamed.before:.1%} to {unnamed.after:.1%}",
    ]
    if np.isfinite([looks.before, looks.after]).all():
        share = f"from {looks.before:.0%} to {looks.after:.0%} (higher in {looks.better})"
        changes.append(f"the person's share of the gradient {share}")
    listed = (", and " if len(changes) > 2 else " and ").join([", ".join(changes[:-1]), changes[-1]])
    return f"Trained at a bias of {setting.bias:g}, on balanced images: both losses take {listed}."
