"""Whether chunks of n steps carry errors back n steps (r2rt, Styles of truncated backpropagation, 2016)."""
# ruff: noqa: D102, the methods are documented in Experiment

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from bptt_viz.analyses.truncation import truncation
from bptt_viz.arrays import Array
from bptt_viz.models import Prepared, Request, prepare
from bptt_viz.reproductions.interface import Experiment, Tick, finding
from bptt_viz.results.reproduction import Claim, Reproduction, Series
from bptt_viz.results.truncation import TruncatedGradient
from bptt_viz.texts import read_text
from bptt_viz.training.reach import reach_now
from bptt_viz.training.recipe import Recipe
from bptt_viz.training.run import Run

_LENGTHS = (1, 2, 3, 5, 7, 10, 14, 20, 28, 40)
_STEPS, _UPDATES = 80, (1_500, 20_000)
# The decay of one error's gradient a step, as published for a tanh network: factors from one step to the next.
_DECAY = (2.5, 4.3)


@dataclass(frozen=True)
class R2rtTruncation(Experiment):
    """The gradients of chunks and of true truncation beside the full one, in a trained tanh network."""

    name: ClassVar[str] = "r2rt-truncation"
    title: ClassVar[str] = "Chunks of n steps do not carry errors back n steps"
    source: ClassVar[str] = "r2rt.com (2016), Styles of truncated backpropagation"

    def run(self, tick: Tick) -> Reproduction:
        updates = _UPDATES[0 if self.is_quick else 1]
        trained = Run(Recipe(hidden=64, seed=self.seeds or 0), read_text("sonnets"))
        for update in trained.updates(updates):
            tick(0.8 * update.number / updates)
        decay = _decay(reach_now(trained.learner, 20))
        gradients = truncation(_prepared(trained), _LENGTHS).gradients
        tick(1.0)
        off = {(each.style, each.n): each for each in gradients}
        claims = _claims(off, decay)
        styles = {"chunked": "chunks of n steps", "true": "every error n steps"}
        none = (None,) * len(_LENGTHS)
        series = tuple(
            Series("gradient", label, tuple(map(float, _LENGTHS)), tuple(off[style, n].bias for n in _LENGTHS), none)
            for style, label in styles.items()
        )
        return Reproduction(
            name=self.name,
            title=self.title,
            source=self.source,
            preset=self.preset,
            finding=finding(claims),
            setting=f"tanh network of 64 units after {updates:,} updates on the sonnets; gradients over {_STEPS} steps",
            differs="the article trains on another text and compares losses; here gradients are compared",
            x_name="n",
            y_name="off by, ‖g − full‖ / ‖full‖",
            log=True,
            series=series,
            claims=claims,
        )


def _prepared(trained: Run) -> Prepared:
    """Return the trained network over the first steps of its text."""
    request = Request(cell="rnn", hidden=64, steps=_STEPS, text="sonnets", batch=4)
    return replace(prepare(request), values=dict(trained.learner.parameters.parts))


def _decay(norms: Array) -> float:
    """Return the factor by which a step back shrinks the gradient, as a geometric mean."""
    return float((norms[-1] / norms[0]) ** (1 / (len(norms) - 1)))


def _claims(off: dict[tuple[str, int], TruncatedGradient], decay: float) -> tuple[Claim, ...]:
    between = [n for n in _LENGTHS if n > 1]
    wanted = {n: _as_good(off, n) for n in (5, 7, 10, 14)}
    reached = [off["chunked", n].contributions / _STEPS for n in (10, 20)]
    return (
        Claim(
            "chunks of n steps are further off than carrying every error back n steps",
            all(off["chunked", n].bias > off["true", n].bias for n in between),
            ", ".join(f"n = {n}: {off['chunked', n].bias:.0%} and {off['true', n].bias:.0%}" for n in (5, 10, 20)),
        ),
        Claim(
            "an error in chunks of n reaches about half as far on average",
            bool(np.all(np.abs(np.array(reached) / (10, 20) - 0.5) < 0.1)),
            f"{reached[0]:.1f} steps of 10, {reached[1]:.1f} of 20",
        ),
        Claim(
            "chunks must be appreciably longer than n to do as well as n true steps",
            all(length >= 1.4 * n for n, length in wanted.items()),
            ", ".join(f"n = {n}: chunks of {length}" for n, length in wanted.items()),
        ),
        Claim(
            "one error's gradient shrinks geometrically with the steps back",
            decay > 1.05,
            f"by {decay:.2f} a step here, {_DECAY[0]} to {_DECAY[1]} in the article's network",
        ),
    )


def _as_good(off: dict[tuple[str, int], TruncatedGradient], n: int) -> int:
    """Return the shortest chunks that are no further off than n true steps."""
    enough = (length for length in _LENGTHS if off["chunked", length].bias <= off["true", n].bias)
    return next(enough, _STEPS)
