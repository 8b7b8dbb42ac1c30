"""How long a temporal-order task may be before a network fails at it (Pascanu, Mikolov & Bengio 2013, figure 7)."""
# ruff: noqa: D102, the methods are documented in Experiment

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bptt_viz.reproductions.interface import Experiment, Preset, Tick, finding
from bptt_viz.reproductions.pool import documents
from bptt_viz.results.reproduction import Claim, Reproduction, Series

_STARTS = {
    "sigmoid": ("--activation=sigmoid", "--init=normal=0.01", "--other=normal=0.01"),
    "basic tanh": ("--init=normal=0.1", "--other=normal=0.1"),
    "smart tanh": ("--init=sparse=15", "--other=normal=0.01"),
}
_METHODS = {
    "SGD": ("--clip-norm=0",),
    "SGD with clipping": ("--clip-norm=1",),
    "clipping and Ω": ("--clip-norm=1", "--alpha=4"),
}
# Read off the figure, in multiples of .2: the success rate at each length; between two of them it is not known.
_PUBLISHED: Mapping[tuple[str, str], Mapping[int, float]] = {
    ("sigmoid", "SGD"): {15: 1, 20: 0.2, 25: 0},
    ("sigmoid", "SGD with clipping"): {15: 1, 20: 0.2, 25: 0},
    ("sigmoid", "clipping and Ω"): {15: 1, 20: 1, 50: 1, 100: 1, 200: 1, 250: 0.8},
    ("basic tanh", "SGD"): {15: 1, 20: 1, 35: 1, 45: 0.4, 50: 0, 100: 0},
    ("basic tanh", "SGD with clipping"): {15: 1, 20: 1, 35: 1, 50: 1, 55: 0.8, 65: 0.6, 75: 0.4, 100: 0, 150: 0},
    ("basic tanh", "clipping and Ω"): {15: 1, 20: 1, 50: 1, 100: 1, 150: 1, 200: 1, 250: 1},
    ("smart tanh", "SGD"): {15: 1, 20: 1, 50: 0, 100: 0},
    ("smart tanh", "SGD with clipping"): {15: 1, 20: 1, 50: 1, 100: 1, 150: 0.4, 200: 0, 250: 0},
    ("smart tanh", "clipping and Ω"): {15: 1, 20: 1, 50: 1, 100: 1, 150: 1, 200: 1, 250: 1},
}
_QUICK = (10, 20, 30)
_UPDATES = {Preset.QUICK: 10_000, Preset.PAPER: 5_000_000}
_PAPER = (10, 15, 20, 25, 35, 45, 50, 55, 65, 75, 100, 150, 200, 250)


@dataclass(frozen=True)
class PascanuFig7(Experiment):
    """Success rates over length, for three starts and three ways to train."""

    name: ClassVar[str] = "pascanu-fig7"
    title: ClassVar[str] = "Success rate on the temporal-order task against its length"
    source: ClassVar[str] = "Pascanu, Mikolov & Bengio (2013), On the difficulty of training RNNs, figure 7"

    def run(self, tick: Tick) -> Reproduction:
        lengths = _QUICK if self.is_quick else _PAPER
        updates, seeds = _UPDATES[self.preset], self.seeds or 5
        cases = [(s, m, L, k) for s in _STARTS for m in _METHODS for L in lengths for k in range(seeds)]
        budget = (f"--updates={updates}", "--every=500")
        lines = [
            ("task", "order", f"--length={L}", f"--seed={k}", *_STARTS[s], *_METHODS[m], *budget)
            for s, m, L, k in cases
        ]
        solved: dict[tuple[str, str, int], list[bool]] = {}
        for (start, method, L, _), found in zip(cases, documents(lines, self.jobs, tick), strict=True):
            solved.setdefault((start, method, L), []).append(bool(found["solved"]))
        rates = {case: float(np.mean(each)) for case, each in solved.items()}
        series = tuple(_series(start, method, lengths, rates) for start in _STARTS for method in _METHODS)
        claims = _claims(rates, lengths)
        return Reproduction(
            name=self.name,
            title=self.title,
            source=self.source,
            preset=self.preset,
            finding=finding(claims),
            setting=f"50 units, SGD at 0.01, threshold 1, α = 4, 20 fresh sequences an update, at most"
            f" {updates:,} updates, {seeds} seeds; solved: under 1 % of 10,000 fresh sequences wrong",
            differs="the published runs had 5,000,000 updates and lengths up to 250, so here everything fails earlier"
            if self.is_quick
            else "",
            x_name="length of the sequences",
            y_name="success rate",
            log=False,
            series=series,
            claims=claims,
        )


def _series(start: str, method: str, lengths: tuple[int, ...], rates: Mapping[tuple[str, str, int], float]) -> Series:
    published = _PUBLISHED[start, method]
    places = sorted({*lengths, *published})
    measured = tuple(rates.get((start, method, L)) for L in places)
    return Series(method, start, tuple(map(float, places)), measured, tuple(published.get(L) for L in places))


def _claims(rates: Mapping[tuple[str, str, int], float], lengths: tuple[int, ...]) -> tuple[Claim, ...]:
    """Try the figure's orderings on mean success rates over all lengths."""
    mean = {(s, m): float(np.mean([rates[s, m, L] for L in lengths])) for s in _STARTS for m in _METHODS}

    def shown(*cases: tuple[str, str]) -> str:
        return ", ".join(f"{s} with {m} {mean[s, m]:.2f}" for s, m in cases)

    sgd, clip, regular = _METHODS
    tanh = ("basic tanh", "smart tanh")
    first = [("sigmoid", m) for m in (sgd, clip)]
    return (
        Claim(
            "the sigmoid network fails first",
            all(mean["sigmoid", m] < mean[s, m] for m in (sgd, clip) for s in tanh),
            shown(*first, *((s, clip) for s in tanh)),
        ),
        Claim(
            "clipping beats none",
            all(mean[s, clip] >= mean[s, sgd] for s in _STARTS) and any(mean[s, clip] > mean[s, sgd] for s in tanh),
            shown(*((s, m) for s in tanh for m in (sgd, clip))),
        ),
        Claim(
            "Ω extends the lengths that are solved",
            all(mean[s, regular] >= mean[s, clip] for s in _STARTS)
            and any(mean[s, regular] > mean[s, clip] for s in _STARTS),
            shown(*((s, m) for s in _STARTS for m in (clip, regular))),
        ),
    )
