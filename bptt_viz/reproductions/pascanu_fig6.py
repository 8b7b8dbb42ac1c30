"""The wall in the error surface of a single unit (Pascanu, Mikolov & Bengio 2013, figure 6)."""
# ruff: noqa: D102, the methods are documented in Experiment

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from bptt_viz.analyses.surface import surface
from bptt_viz.reproductions.interface import Experiment, Tick, finding
from bptt_viz.results.reproduction import Claim, Reproduction, Series
from bptt_viz.results.surface import Surface, SurfaceSetting


@dataclass(frozen=True)
class PascanuFig6(Experiment):
    """The one-unit, 50-step problem; both presets are the published setting."""

    name: ClassVar[str] = "pascanu-fig6"
    title: ClassVar[str] = "The error surface of a one-unit network has a wall"
    source: ClassVar[str] = "Pascanu, Mikolov & Bengio (2013), On the difficulty of training RNNs, figure 6"

    def run(self, tick: Tick) -> Reproduction:
        found = surface(SurfaceSetting(grid=151 if self.is_quick else 601), tick)
        claims = _claims(found)
        near = np.abs(found.along) <= 0.1
        series = Series(
            "down the wall", "E", tuple(found.along[near]), tuple(found.profile[near]), (None,) * int(near.sum())
        )
        return Reproduction(
            name=self.name,
            title=self.title,
            source=self.source,
            preset=self.preset,
            finding=finding(claims),
            setting="x_t = w σ(x_(t−1)) + b from x_0 = 0.5, E = (σ(x_50) − 0.7)², w in 3.5–6.5, b in −3.2–−1.4",
            differs="the figure has no numbers, so its statements are tried",
            x_name="distance from the wall along the gradient",
            y_name="error E",
            log=False,
            series=(series,),
            claims=claims,
        )


def _claims(found: Surface) -> tuple[Claim, ...]:
    norms = np.hypot(found.slope_w, found.slope_b)
    steepest = max((place.norm for place in found.wall), default=0.0)
    inside = _inside(found)
    return (
        Claim(
            "walls of high curvature exist",
            steepest > 1e3 * float(np.median(norms)),
            f"gradient norm {steepest:.2g} at the wall, {np.median(norms):.2g} in the middle of the surface",
        ),
        Claim(
            "a plain gradient step at the wall is thrown far away",
            not inside,
            f"step of length {found.plain.length:.3g} over a picture of width {np.ptp(found.w):.3g}",
        ),
        Claim(
            "a clipped step stays near the wall and does not make things worse",
            found.clipped.length < 0.2 and found.clipped.end.error <= found.start.error + 0.1,
            f"length {found.clipped.length:.3g}, E from {found.start.error:.3f} to {found.clipped.end.error:.3f}",
        ),
    )


def _inside(found: Surface) -> bool:
    end = found.plain.end
    return bool(found.w[0] <= end.w <= found.w[-1] and found.b[0] <= end.b <= found.b[-1])
