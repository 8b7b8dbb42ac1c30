"""Captioners that learn from biased data, with and without the losses of Hendricks et al. 2018, and how they err."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from bptt_viz.analyses.bias_effects import effects, finding
from bptt_viz.analyses.group_metrics import divergence, error_rate, group_ratio, named_group, outcome_shares
from bptt_viz.arrays import Array
from bptt_viz.cells import Values
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Request, Rollout, prepare
from bptt_viz.models.equal_losses import shares
from bptt_viz.models.equalizer import Equalizer
from bptt_viz.models.people import PART, Bias, People, people
from bptt_viz.ops import log, softmax, sum
from bptt_viz.results.bias import BiasSetting, BiasStudy, GroupMetrics, Variant
from bptt_viz.tape import backward
from bptt_viz.training.clipping import Clip
from bptt_viz.training.fitting import Fitting
from bptt_viz.training.optimisers import optimiser

_CLIP = 5.0
_NAMING = 2
"""The step at which every caption names the person, or the group."""


class _Trial(NamedTuple):
    """What one captioner does on both tests."""

    balanced: tuple[float, float, float, Array]
    alike: tuple[float, float, float, Array]
    looks: float
    gap: float
    loss: float


@np.errstate(all="ignore")  # what has no number is shown as such, not by NumPy's warnings
def bias_study(setting: BiasSetting, tick: Callable[[float], None]) -> BiasStudy:
    """Train captioners of four kinds on biased data and look at how they name the group.

    The kinds start from the same weights and see the same images, seed by seed, so that they can be compared in pairs.

    Args:
        setting: the data and the training.
        tick: is told the finished share.

    Raises:
        UsageError: a number is out of range, or a name unknown.
    """
    _demand(setting)
    kinds = {
        "baseline": (0.0, 0.0),
        "+ confusion": (setting.confusion, 0.0),
        "+ confident": (0.0, setting.confident),
        "+ both": (setting.confusion, setting.confident),
    }
    drawn = _bias(setting)
    even = people(setting.tested, (setting.seed, 8), replace(drawn, agreement=0.5, women=0.5))
    alike = people(setting.tested, (setting.seed, 9), drawn)
    trials: dict[str, list[_Trial]] = {name: [] for name in kinds}
    runs = [(k, name) for k in range(setting.seeds) for name in kinds]
    for done, (k, name) in enumerate(runs):
        trials[name].append(_tried(_trained(setting, *kinds[name], setting.seed + k), even, alike))
        tick((done + 1) / len(runs))
    variants = tuple(_variant(name, found) for name, found in trials.items())
    truth, truth_alike = (group_ratio(test.men.astype(int)) for test in (even, alike))
    told = effects(variants, truth)
    return BiasStudy(finding(variants, told, setting), setting, truth, truth_alike, told, variants)


def _demand(setting: BiasSetting) -> None:
    for name in ("hidden", "updates", "batch", "seeds"):
        if getattr(setting, name) < 1:
            raise UsageError(f"--{name} must be at least 1, got {getattr(setting, name)}")
    if setting.tested < 10:
        raise UsageError(f"--tested must be at least 10, got {setting.tested}")
    if not (setting.confusion > 0 and setting.confident > 0):
        raise UsageError("--confusion and --confident must be positive: the study leaves each of them out by itself")


def _bias(setting: BiasSetting) -> Bias:
    return Bias(setting.bias, setting.women, setting.evident, setting.neutral)


def _trained(setting: BiasSetting, confusion: float, confident: float, seed: int) -> Prepared:
    told = {"confusion": confusion, "confident": confident, "bias": setting.bias, "women": setting.women}
    told |= {"evident": setting.evident, "neutral": setting.neutral}
    settings = {"cell": setting.cell} | {name: repr(value) for name, value in told.items()}
    made = prepare(
        Request(cell=Equalizer.name, hidden=setting.hidden, batch=setting.batch, seed=seed, settings=settings)
    )
    fitting = Fitting(
        made,
        optimiser("adam", setting.rate),
        Clip(_CLIP),
        lambda k: people(setting.batch, (seed, 10, k), _bias(setting)),
    )
    for _ in range(setting.updates):
        fitting.update()
    return fitting.prepared


def _tried(trained: Prepared, even: People, alike: People) -> _Trial:
    model = trained.model
    assert isinstance(model, Equalizer)
    writing, reading = replace(model, fed="greedy", confusion=0.0, confident=0.0), replace(model, confusion=0.0)
    return _Trial(
        _metrics(writing, trained.values, even),
        _metrics(writing, trained.values, alike),
        _looks(reading, trained.values, even),
        _gap(reading, trained.values, even),
        _loss(replace(reading, confident=0.0), trained.values, even),
    )


def _run(model: Equalizer, values: Mapping[str, Array], batch: People, differentiate: bool = False) -> Rollout:
    feed = model.feed(batch, np.random.default_rng(0))
    return model.record(values, feed, differentiate_inputs=differentiate)


def _metrics(writer: Equalizer, values: Values, batch: People) -> tuple[float, float, float, Array]:
    """Return error rate, ratio, divergence and shares of outcomes of the captions that a captioner writes."""
    rollout = _run(writer, values, batch)
    words = np.stack([y.value.argmax(axis=-1) for y in rollout.outputs.values()])
    said, true = named_group(words), batch.men.astype(int)
    found = outcome_shares(said, true)
    return error_rate(said, true), group_ratio(said), divergence(found), found


def _looks(model: Equalizer, values: Values, batch: People) -> float:
    """Return the person's share of the squared gradient of log p(G_w) − log p(G_m), of images that show the group."""
    if not batch.evident.any():
        return float("nan")
    rollout = _run(model, values, batch, differentiate=True)
    women, men = shares(softmax(rollout.outputs[_NAMING]))
    odds = sum(log(women) - log(men))
    found = backward(rollout.tape, {odds: np.ones(())}, [rollout.given["v"]])[rollout.given["v"]][batch.evident] ** 2
    return float(np.mean(found[:, :PART].sum(axis=-1) / found.sum(axis=-1)))


def _gap(model: Equalizer, values: Values, batch: People) -> float:
    """Return the mean of |p(G_w) − p(G_m)| with the person taken out of the image."""
    rollout = _run(model, values, replace(batch, features=batch.masked))
    women, men = shares(softmax(rollout.outputs[_NAMING]))
    return float(np.abs(women.value - men.value).mean())


def _loss(model: Equalizer, values: Values, batch: People) -> float:
    return float(_run(model, values, batch).loss.value)


def _variant(name: str, trials: list[_Trial]) -> Variant:
    def metrics(found: list[tuple[float, float, float, Array]]) -> GroupMetrics:
        return GroupMetrics(*(np.array(column) for column in zip(*found, strict=True)))

    return Variant(
        name,
        metrics([trial.balanced for trial in trials]),
        metrics([trial.alike for trial in trials]),
        *(np.array([getattr(trial, each) for trial in trials]) for each in ("looks", "gap", "loss")),
    )
