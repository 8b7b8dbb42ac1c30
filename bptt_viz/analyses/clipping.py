"""Clips a model's gradients by norm and elementwise, and measures how often, how much, and whether they turn."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import numpy as np

from bptt_viz.analyses.clipping_run import clipped_runs
from bptt_viz.analyses.gradients import (
    QUANTILE,
    Gradient,
    batches,
    clip_by_norm,
    clip_elementwise,
    cosine,
    joint_norm,
    rolled_out,
    step_gradients,
    total_gradient,
)
from bptt_viz.analyses.nonfinite import cause
from bptt_viz.analyses.runs import describe
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Batch, Prepared, Rollout
from bptt_viz.results.clipping import ClippedRun, Clipping, Part, Rule

Tick = Callable[[float], None]
Item = TypeVar("Item")
_TURNED = 1 - 1e-12


def clipping(
    prepared: Prepared,
    count: int = 50,
    threshold: float | None = None,
    limit: float | None = None,
    updates: int | None = 0,
    rate: float = 0.01,
    tick: Tick | None = None,
) -> Clipping:
    """Measure both ways to clip over windows of the text, step by step in one of them, and over a run of training.

    Args:
        prepared: the model, its parameters and its data; each window is as many text windows as its batch has.
        count: W, windows spread evenly over the text.
        threshold: θ; None takes the measured 90 % quantile of the windows' gradient norms.
        limit: c; None takes the measured 90 % quantile of the windows' largest entries.
        updates: of training, each way; None takes 300 if the model can learn its text chunk by chunk.
        rate: the learning rate of the training.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: a number is out of range, no window has a finite gradient, or the model cannot be trained so.
    """
    _demand_numbers(count, threshold, limit, rate)
    data = batches(prepared, count)
    measured = list(_counted((_measured(prepared, batch) for batch in data), count, 0.0, tick))
    usable = [k for k, each in enumerate(measured) if np.isfinite(each.size)]
    _demand_usable(usable, prepared, data)
    sizes, largest = (np.array([value(measured[k]) for k in usable]) for value in (_size, _largest))
    by_norm = norm_rule(sizes, threshold)
    c = _limit(limit, largest)
    cut = list(_counted((_cut(prepared, data[k], c) for k in usable), len(usable), 0.5, tick))
    after, turned = (np.array(each) for each in zip(*cut, strict=True))
    by_element = Rule("elementwise", c, limit is None, float(np.mean(largest > c)), after, turned)
    shown = usable[int(np.argmax(sizes))]
    runs = clipped_runs(prepared, by_norm.limit, c, updates, rate, lambda _: None)
    return Clipping(
        finding=finding(by_norm, by_element, runs),
        run=describe(prepared),
        quantile=QUANTILE,
        norms=sizes,
        largest=largest,
        nonfinite=count - len(usable),
        norm=by_norm,
        elementwise=by_element,
        shown=shown,
        rate=rate,
        runs=runs,
        **_within(rolled_out(prepared, data[shown]), by_norm.limit, c),
    )


def _demand_usable(usable: Sequence[int], prepared: Prepared, data: Sequence[Batch]) -> None:
    if not usable:
        why = cause(replace(prepared, batch=data[0]))
        raise UsageError(f"no window has a finite gradient, so there is nothing to clip.{why}")


def _demand_numbers(count: int, threshold: float | None, limit: float | None, rate: float) -> None:
    for option, given in (("threshold", threshold), ("limit", limit), ("rate", rate)):
        if given is not None and not (np.isfinite(given) and given > 0):
            raise UsageError(f"--{option} must be positive and finite, got {given:g}")
    if count < 1:
        raise UsageError(f"--windows must be at least 1, got {count}")


def norm_rule(sizes: Array, threshold: float | None) -> Rule:
    """Return what norm clipping does to windows of these gradient norms (W,)."""
    theta = _limit(threshold, sizes)
    acts = float(np.mean(sizes >= theta))
    return Rule("norm", theta, threshold is None, acts, np.minimum(sizes, theta), np.ones_like(sizes))


def _counted(items: Iterable[Item], count: int, before: float, tick: Tick | None) -> Iterator[Item]:
    """Pass items on, and tell the finished share: this is one half of the work."""
    for k, item in enumerate(items, start=1):
        if tick is not None:
            tick(before + k / (2 * count))
        yield item


@dataclass(frozen=True, slots=True)
class _Window:
    """The size of one window's gradient, and of its largest entry."""

    size: float
    largest: float


def _size(window: _Window) -> float:
    return window.size


def _largest(window: _Window) -> float:
    return window.largest


def _limit(given: float | None, measured: Array) -> float:
    """Return the given limit, or the quantile of what was measured; a gradient of 0 everywhere is never clipped."""
    return (float(np.quantile(measured, QUANTILE)) or 1.0) if given is None else given


def _measured(prepared: Prepared, batch: Batch) -> _Window:
    gradient = total_gradient(rolled_out(prepared, batch))
    return _Window(joint_norm(gradient), max(float(np.max(np.abs(value))) for value in gradient.values()))


def _cut(prepared: Prepared, batch: Batch, limit: float) -> tuple[float, float]:
    """Return one window's norm after elementwise clipping, and the cosine."""
    gradient = total_gradient(rolled_out(prepared, batch))
    clipped = clip_elementwise(gradient, limit)
    return joint_norm(clipped), cosine(gradient, clipped)


def _within(rollout: Rollout, theta: float, c: float) -> dict[str, Any]:
    """Clip one window's gradient both ways, in total and step by step; return those fields of the result."""
    total = total_gradient(rollout)
    scaled, cut = clip_by_norm(total, theta), clip_elementwise(total, c)
    ratio = {name: _ratio(cut[name], value) for name, value in total.items()}
    pairs = ((step, {name: value * ratio[name] for name, value in step.items()}) for step in step_gradients(rollout))
    found = np.array([(joint_norm(step), joint_norm(kept), cosine(step, kept)) for step, kept in pairs])
    parts = [_part(name, {name: total[name]}, {name: scaled[name]}, {name: cut[name]}) for name in total]
    return {
        "before": found[:, 0],
        "by_norm": min(1.0, theta / (joint_norm(total) or theta)) * found[:, 0],
        "by_element": found[:, 1],
        "cosine": found[:, 2],
        "parts": (*parts, _part("all", total, scaled, cut)),
    }


def _ratio(cut: Array, value: Array) -> Array:
    """Return clipped over unclipped entries, 1 where the gradient is 0."""
    return np.divide(cut, value, out=np.ones_like(value), where=value != 0)


def _part(name: str, before: Gradient, scaled: Gradient, cut: Gradient) -> Part:
    entries = sum(value.size for value in before.values())
    changed = sum(int(np.count_nonzero(cut[key] != value)) for key, value in before.items())
    turned = cosine(before, cut)
    return Part(name, joint_norm(before), joint_norm(scaled), joint_norm(cut), turned, changed / entries)


def finding(by_norm: Rule, by_element: Rule, runs: Sequence[ClippedRun] = ()) -> str:
    """Say how often each way to clip acts, in training too, and what that does to the direction."""
    turned = float(by_element.cosine.min())
    bent = "never turns it" if turned > _TURNED else f"turns it by up to {np.degrees(np.arccos(turned)):.0f}°"
    said = (
        f"Norm clipping at θ = {by_norm.limit:.3g} acts on {by_norm.acts:.0%} of windows and keeps the gradient's"
        f" direction; elementwise at ±{by_element.limit:.3g} it acts on {by_element.acts:.0%} and {bent}"
    )
    if not runs:
        return said
    _, normed, cut = runs
    if not (normed.acts or cut.acts):
        return f"{said}. In training neither acts"
    return f"{said}. In training they act on {normed.acts:.0%} and {cut.acts:.0%} of updates"
