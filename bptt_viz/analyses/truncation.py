"""Truncated backpropagation through time beside the full one: how far off, in which direction, at what cost."""

import time
import tracemalloc
from collections.abc import Callable, Sequence

import numpy as np

from bptt_viz.analyses.runs import describe
from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, SequenceModel
from bptt_viz.results.truncation import TruncatedGradient, Truncation
from bptt_viz.training.flat import Flat
from bptt_viz.training.passes import Pass, States, make_pass
from bptt_viz.training.truncation import STYLES, Window, contributions, windows

Tick = Callable[[float], None]
Case = tuple[str, int, int | None]
"""Style, n, and k1 of BPTT(k1, k2)."""

_REPEATS = 3


class Stretch:
    """A model on one stretch of text, whose gradient is taken window by window.

    Attributes:
        gradient: of the last style that was asked for.
    """

    def __init__(self, model: SequenceModel, parameters: Flat, x: Array, targets: Array) -> None:
        self.model = model
        self.parameters = parameters
        self.gradient = parameters.empty()
        self._x, self._targets = x, targets
        self._part = parameters.empty()
        self._passes: dict[int, Pass] = {}
        self._states = self._all_states()

    def _all_states(self) -> list[dict[str, Array]]:
        """Return each layer's states after each step (T, N, H), as a full forward pass leaves them."""
        rollout = self.model.run(self.parameters.parts, self._x, self._targets)
        return [
            {name: np.stack([states[name].value for states in run.states[1:]]) for name in run.cell.states}
            for run in rollout.layers
        ]

    def anew(self) -> "Stretch":
        """Return the same with nothing compiled."""
        return Stretch(self.model, self.parameters, self._x, self._targets)

    def before(self, window: Window) -> States:
        """Return the states that a window starts from."""
        if window.first == 1 or not window.carries:
            return self.model.zero_start(self._x.shape[1], str(self._x.dtype))
        return [{name: value[window.first - 2] for name, value in states.items()} for states in self._states]

    def run(self, parts: Sequence[Window]) -> Flat:
        """Return the sum of the windows' gradients."""
        self.gradient.vector[:] = 0.0
        for window in parts:
            steps = window.last - window.first + 1
            if steps not in self._passes:
                size = self._x.shape[1]
                self._passes[steps] = make_pass(self.model, steps, size, self.parameters, self._part)
            inside = slice(window.first - 1, window.last)
            seeds = np.zeros(steps)
            seeds[window.seeded - window.first :] = 1.0
            self._passes[steps].run(self._x[inside], self._targets[inside], self.before(window), seeds)
            self.gradient.vector += self._part.vector
        return self.gradient


def truncation(
    prepared: Prepared, lengths: Sequence[int] | None = None, timings: bool = False, tick: Tick | None = None
) -> Truncation:
    """Compare all styles with full backpropagation through time on one stretch of text.

    Args:
        prepared: the model, its parameters and its data, with an input and an output at every step.
        lengths: the numbers n of steps that are backpropagated; None takes 1, 2, 5, 10 … up to T.
        timings: measure time and memory too, which differ from run to run.
        tick: takes the finished share, between 0 and 1.

    Raises:
        UsageError: the model is no plain cell with an output at every step, or a length is below 1 or above T.
    """
    stretch = _stretch(prepared)
    T = prepared.model.pattern.steps
    chosen = _lengths(lengths, T)
    whole = Flat(dict(stretch.run(windows("full", T, T)).parts))
    cases = _cases(chosen, T)
    found = []
    for place, case in enumerate(cases):
        found.append(_compared(stretch, case, whole, T, timings))
        if tick is not None:
            tick((place + 1) / len(cases))
    return Truncation(_finding(found, T), describe(prepared), T, T * (T + 1) // 2, tuple(found))


def _stretch(prepared: Prepared) -> Stretch:
    model, batch = prepared.model, prepared.batch
    if not isinstance(model, SequenceModel) or model.pattern.name != "many-to-many":
        raise UsageError("truncation compares a cell that reads and answers at every step; name a cell such as lstm")
    feed = model.feed(batch, np.random.default_rng(prepared.request.seed), prepared.request.dtype)
    return Stretch(model, Flat(prepared.values), feed.arrays["x"], feed.classes["targets"])


def _lengths(given: Sequence[int] | None, T: int) -> list[int]:
    if given is None:
        return sorted({n for n in (1, 2, 5, 10, 20, 50, 100, 200, 500) if n < T} | {T})
    for n in given:
        if not 1 <= n <= T:
            raise UsageError(f"--lengths {n} lies outside of 1 to T = {T}")
    return sorted(set(given))


def _cases(lengths: Sequence[int], T: int) -> list[Case]:
    """Return what is compared; BPTT(k1, k2) with k1 half of k2, between chunks and true truncation."""
    truncated = [name for name in STYLES if name != "full"]
    halves: list[Case] = [("bptt", n, n // 2) for n in lengths if n > 2]
    return [("full", T, None), *((name, n, None) for name in truncated for n in lengths), *halves]


def _compared(stretch: Stretch, case: Case, whole: Flat, T: int, timings: bool) -> TruncatedGradient:
    style, n, every = case
    parts = windows(style, T, n, every)
    gradient = stretch.run(parts)
    size, full = gradient.norm(), whole.norm()
    return TruncatedGradient(
        style=style,
        n=n,
        every=every,
        contributions=contributions(parts),
        share=contributions(parts) / (T * (T + 1) / 2),
        cosine=float(gradient.vector @ whole.vector / (size * full)) if size * full else float("nan"),
        bias=_off(gradient.vector, whole.vector),
        norm=size / full if full else float("nan"),
        parameters={name: _off(part, whole.parts[name]) for name, part in gradient.parts.items()},
        **(_cost(stretch, parts) if timings else {}),
    )


def _off(gradient: Array, whole: Array) -> float:
    size = float(np.linalg.norm(whole))
    return float(np.linalg.norm(gradient - whole)) / size if size else 0.0


def _cost(stretch: Stretch, parts: Sequence[Window]) -> dict[str, float]:
    """Measure the time of the passes, which are compiled by now, and the memory of compiling and running them."""
    seconds = []
    for _ in range(_REPEATS):
        start = time.perf_counter()
        stretch.run(parts)
        seconds.append(time.perf_counter() - start)
    fresh = stretch.anew()
    tracemalloc.start()
    fresh.run(parts)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return {"seconds": float(np.median(seconds)), "megabytes": most / 2**20}


def _finding(found: Sequence[TruncatedGradient], T: int) -> str:
    """Say how much each style leaves out at the middle length."""
    lengths = sorted({each.n for each in found if each.style == "chunked" and each.n < T})
    if not lengths:
        return f"With n = T = {T} every style is full backpropagation"
    n = lengths[len(lengths) // 2]
    off = {each.style: each.bias for each in found if each.n == n}
    return (
        f"Carried back over n = {n} of {T} steps, the gradient is off by {off['chunked']:.1%} in chunks and by"
        f" {off['true']:.1%} if every error reaches n steps"
    )
