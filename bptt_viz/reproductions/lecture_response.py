"""How long single units remember their start: the second figure of the lecture's page on activations."""
# ruff: noqa: D102, the methods are documented in Experiment

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bptt_viz.analyses.response import response
from bptt_viz.reproductions.interface import Experiment, Tick, finding
from bptt_viz.results.reproduction import Claim, Reproduction, Series
from bptt_viz.results.response import ResponsePanel, ResponseSetting

# h(20), which is 21 applications of f to 1, by weight; the ReLU's are w^21.
_LAST = {
    "sigmoid": {0.5: 0.5709, 0.9: 0.6402, 0.99: 0.6571, 1.0: 0.6590, 1.1: 0.6783},
    "tanh": {0.5: 0.0, 0.9: 0.0555, 0.99: 0.2287, 1.0: 0.2558, 1.1: 0.5059},
    "relu": {0.5: 0.0, 0.9: 0.1094, 0.99: 0.8097, 1.0: 1.0, 1.1: 7.4002},
}


@dataclass(frozen=True)
class LectureResponse(Experiment):
    """h(t) = f(w h(t−1)) from 1, for seven weights and three activations; both presets are the figure's setting."""

    name: ClassVar[str] = "lecture-response"
    title: ClassVar[str] = "Response of sigmoid, tanh and ReLU units left to themselves"
    source: ClassVar[str] = "CS231n, lecture 10 (notes); end points computed from h(t) = f(w h(t−1))"

    def run(self, tick: Tick) -> Reproduction:
        found = response(ResponseSetting(), tick)
        panels = {panel.activation: panel for panel in found.panels}
        series = tuple(_series(panels[name], name) for name in _LAST)
        claims = _claims(panels)
        return Reproduction(
            name=self.name,
            title=self.title,
            source=self.source,
            preset=self.preset,
            finding=finding(claims),
            setting="h(t) = f(w h(t−1)) from h = 1, 21 applications, w = 0.01, 0.1, 0.5, 0.9, 0.99, 1, 1.1",
            differs="",
            x_name="weight w",
            y_name="h after 21 applications",
            log=False,
            series=series,
            claims=claims,
        )


def _series(panel: ResponsePanel, name: str) -> Series:
    weights = tuple(run.weight for run in panel.runs)
    ends = tuple(float(run.values[-1]) for run in panel.runs)
    return Series(panel.name, panel.name, weights, ends, tuple(_LAST[name].get(w) for w in weights))


def _claims(panels: dict[str, ResponsePanel]) -> tuple[Claim, ...]:
    ends = {name: {run.weight: float(run.values[-1]) for run in panel.runs} for name, panel in panels.items()}
    worst = max(abs(ends[name][w] - value) for name, values in _LAST.items() for w, value in values.items())
    sigmoid = [ends["sigmoid"][w] for w in sorted(ends["sigmoid"])]
    return (
        Claim("all end points agree", worst < 1e-4, f"largest difference {worst:.1e}"),
        Claim(
            "a sigmoid unit forgets its start whatever the weight",
            bool(np.ptp(sigmoid) < 0.2),
            f"ends between {min(sigmoid):.3f} and {max(sigmoid):.3f}",
        ),
        Claim(
            "a ReLU grows beyond all bounds at w = 1.1 and a tanh does not",
            ends["relu"][1.1] > 5 and ends["tanh"][1.1] < 1,
            f"ReLU {ends['relu'][1.1]:.2f}, tanh {ends['tanh'][1.1]:.2f}",
        ),
    )
