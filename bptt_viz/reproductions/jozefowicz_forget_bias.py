"""Whether a forget bias of 1 helps an LSTM to remember (Jozefowicz, Zaremba & Sutskever 2015)."""
# ruff: noqa: D102, the methods are documented in Experiment

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from bptt_viz.reproductions.interface import Experiment, Preset, Tick, finding
from bptt_viz.reproductions.pool import documents
from bptt_viz.results.reproduction import Claim, Reproduction, Series

_QUICK, _PAPER = (20, 40, 60), (20, 40, 60, 100, 150, 200)
_UPDATES = {Preset.QUICK: 3_000, Preset.PAPER: 100_000}
_BIASES = ("0", "1")


@dataclass(frozen=True)
class JozefowiczForgetBias(Experiment):
    """An LSTM with and without the bias on the temporal-order task."""

    name: ClassVar[str] = "jozefowicz-forget-bias"
    title: ClassVar[str] = "A forget bias of 1 helps an LSTM to remember"
    source: ClassVar[str] = (
        "Jozefowicz, Zaremba & Sutskever (2015), An empirical exploration of recurrent network architectures"
    )

    def run(self, tick: Tick) -> Reproduction:
        lengths = _QUICK if self.is_quick else _PAPER
        updates, seeds = _UPDATES[self.preset], self.seeds or 5
        cases = [(b, L, k) for b in _BIASES for L in lengths for k in range(seeds)]
        rest = ("--cell=lstm", "--hidden=32", "--init=xavier", "--other=xavier", "--optimiser=adam", "--rate=0.002")
        budget = (f"--updates={updates}", "--every=100", "--fresh=2000")
        lines = [
            ("task", "order", f"--length={L}", f"--set=forget_bias={b}", f"--seed={k}", *rest, *budget)
            for b, L, k in cases
        ]
        spent: dict[tuple[str, int], list[float]] = {}
        for (bias, L, _), found in zip(cases, documents(lines, self.jobs, tick), strict=True):
            spent.setdefault((bias, L), []).append(_updates(found, updates))
        median = {case: float(np.median(each)) for case, each in spent.items()}
        claims = _claims(median, lengths)
        none = (None,) * len(lengths)
        series = tuple(
            Series("LSTM", f"forget bias {b}", tuple(map(float, lengths)), tuple(median[b, L] for L in lengths), none)
            for b in _BIASES
        )
        return Reproduction(
            name=self.name,
            title=self.title,
            source=self.source,
            preset=self.preset,
            finding=finding(claims),
            setting=f"temporal order, LSTM of 32 units, Adam at 0.002, at most {updates:,} updates, {seeds} seeds;"
            " a run that fails counts with its whole budget",
            differs="the paper's tasks are arithmetic, XML, music and words; here it is one of pure memory",
            x_name="length of the sequences",
            y_name="updates until solved (median)",
            log=True,
            series=series,
            claims=claims,
        )


def _updates(found: Mapping[str, Any], budget: int) -> float:
    return float(found["updates"]) if found["solved"] else float(budget)


def _claims(median: Mapping[tuple[str, int], float], lengths: tuple[int, ...]) -> tuple[Claim, ...]:
    shown = ", ".join(f"L = {L}: {median['0', L]:,.0f} without, {median['1', L]:,.0f} with" for L in lengths)
    longest = lengths[-1]
    return (
        Claim(
            "with the bias the LSTM needs no more updates",
            all(median["1", L] <= median["0", L] for L in lengths),
            shown,
        ),
        Claim("the longer the memory, the more it helps", _gain(median, longest) >= _gain(median, lengths[0]), shown),
    )


def _gain(median: Mapping[tuple[str, int], float], length: int) -> float:
    return median["0", length] / median["1", length]
