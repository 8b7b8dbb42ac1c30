"""What of an unrolled network is drawn: which steps one by one, which parts, from which losses the gradient comes."""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bptt_viz.analyses.graph.clip_marks import Clip
from bptt_viz.analyses.graph.gradients import Gradients
from bptt_viz.analyses.graph.time_grid import rows_of
from bptt_viz.analyses.graph.timeline import Column, every_step, folded, hidden
from bptt_viz.analyses.graph.truncation import Plan, Truncation, reach
from bptt_viz.arrays import norm
from bptt_viz.errors import UsageError
from bptt_viz.models import Rollout

PARTS = ("input", "output", "loss", "weights")
"""What can be left out of a picture at step and gate level."""

_PAGE = 1450.0
"""Width, in points, of a picture whose letters can still be read on a page that is 1,280 pixels wide."""
_IN_PASSING = {"dropout", "dropout through time"}
"""Parts of a model through which a wire may pass without being drawn."""
_MOST = 12
"""More columns than twice this many fit no page."""
_FEW = 5
"""Up to how many pieces of a truncated sequence are folded piece by piece."""
_WORTH = 3
"""How many steps a fold has to hide to be worth its room."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What is drawn at step and gate level.

    Attributes:
        ends: how many steps at the beginning and at the end are drawn one by one; None for as many as fit a page, 0
            for all steps.
        focus: further steps that are, such as `5` or `3:6`.
        is_compact: cells are drawn as their new states.
        hidden: which of `PARTS` are left out.
        truncation: how far back errors are carried; None for all the way.
        losses: the steps whose losses are backpropagated, such as `25` or `14:`; None for all.
        clip: what holds the summed gradients back; nothing if None.
    """

    ends: int | None = None
    focus: Sequence[str] = ()
    is_compact: bool = False
    hidden: Sequence[str] = ()
    truncation: Truncation | None = None
    losses: str | None = None
    clip: Clip | None = None

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            UsageError: a number is negative or a part unknown.
        """
        if self.ends is not None and self.ends < 0:
            raise UsageError(f"--fold must be at least 1, got {self.ends}")
        unknown = [part for part in self.hidden if part not in PARTS]
        if unknown:
            raise UsageError(f"--hide {unknown[0]}: choose from {', '.join(PARTS)}")


def possible_columns(
    rollout: Rollout, choice: Choice, gradients: Gradients | None, width: Callable[[Sequence[Column]], float]
) -> Iterator[list[Column]]:
    """Yield the columns that a picture may have, the best first: all steps, or fewer and fewer at both ends.

    Args:
        rollout: the recorded model.
        choice: what was asked for.
        gradients: what flows back, if known.
        width: returns about how wide a picture with some columns is.

    Raises:
        UsageError: a step in focus is none of the recorded ones.
    """
    steps = rollout.steps
    named = [t for text in choice.focus for t in parsed_steps("--focus", text, steps)]
    if choice.ends == 0 or (choice.ends is None and not named and _fits(every_step(steps), width)):
        yield every_step(steps)
        return
    broken, starts = _broken(rollout, gradients), {run.first for run in rollout.layers}
    pieces = choice.truncation.chunks(steps) if choice.truncation else []
    if len(pieces) <= _FEW:
        starts |= {piece[0] for piece in pieces}
    if choice.ends is not None:
        yield folded(steps, choice.ends, named, broken, starts)
        return
    for ends in range(min(steps // 2, _MOST), 0, -1):
        columns = folded(steps, ends, named, broken, starts)
        if ends == 1 or _fits(columns, width):
            yield columns if hidden(columns) >= _WORTH else every_step(steps)


def _fits(columns: Sequence[Column], width: Callable[[Sequence[Column]], float]) -> bool:
    return len(columns) <= 2 * _MOST and width(columns) <= _PAGE


def planned(rollout: Rollout, choice: Choice) -> Plan:
    """Return from which losses the gradient comes and how far it goes.

    Args:
        rollout: the model, recorded with the truncation's cuts.
        choice: what was asked for.

    Raises:
        UsageError: there is no loss at the chosen steps, or the truncation does not fit their number.
    """
    chosen, steps = set(rollout.losses), rollout.steps
    if choice.losses is not None:
        chosen &= set(parsed_steps("--loss", choice.losses, steps))
        if not chosen:
            raise UsageError(f"--loss {choice.losses}: there is no loss at these steps")
    if choice.truncation is None:
        return Plan(frozenset(chosen), [range(1, steps + 1)])
    found = reach(rollout, choice.truncation.lengths[0], sorted(chosen)) if choice.truncation.style == "true" else None
    return Plan(frozenset(chosen), choice.truncation.chunks(steps), found)


def demand_plain(choice: Choice) -> None:
    """Refuse options that only stacks of layers know.

    Raises:
        UsageError: there is one.
    """
    if choice.focus or choice.is_compact or choice.hidden or choice.ends:
        raise UsageError(
            "this model is no plain stack of layers: --fold, --focus, --compact and --hide mean nothing for it"
        )


def is_stack(rollout: Rollout) -> bool:
    """Tell whether a model is a stack of layers that each read the one below and run forward in time."""
    return not rollout.modules and not _besides(rollout)


def demand_stacks(rollout: Rollout) -> None:
    """Refuse what is no stack of layers that each read the one below and run forward in time, one after the other.

    Raises:
        UsageError: there is more between the layers, or a layer runs backward or starts elsewhere.
    """
    more = _besides(rollout)
    if more:
        raise UsageError(f"this model has {more[0]}, which --level step and op show; gate level shows stacks of layers")


def _besides(rollout: Rollout) -> list[str]:
    """Name what a model has besides a stack of layers."""
    more = [module.name for module in rollout.modules if module.name not in _IN_PASSING]
    more += ["a layer that runs backward" for run in rollout.layers if run.backward]
    for row in rows_of(rollout):
        more += ["a layer with a start of its own" for one, other in pairwise(row) if other.states[0] != one.states[-1]]
    return more


def parsed_steps(option: str, text: str, steps: int) -> range:
    """Return the steps that a text names: `5`, `3:6`, `3:`, `:6` or `:`.

    Raises:
        UsageError: it is no step and no range, or lies outside 1 … T.
    """
    first, colon, last = text.partition(":")
    try:
        start = int(first) if first or not colon else 1
        end = (int(last) if last else steps) if colon else start
    except ValueError:
        raise UsageError(f"{option} wants a step such as 5 or a range such as 3:6, got {text!r}") from None
    if not 1 <= start <= end <= steps:
        raise UsageError(f"{option} {text} lies outside the recorded steps, 1 to {steps}")
    return range(start, end + 1)


def _broken(rollout: Rollout, gradients: Gradients | None) -> tuple[set[int], set[int]]:
    """Return the steps at which a state has NaN or an infinity, and those at which its gradient has."""
    values, cotangents = set[int](), set[int]()
    for t in range(1, rollout.steps + 1):
        nodes = [node for run in rollout.at(t) for node in run.state(t).values()]
        if not all(math.isfinite(norm(node.value)) for node in nodes):
            values.add(t)
        if gradients and not all(math.isfinite(gradients.of(node)) for node in nodes):
            cotangents.add(t)
    return values, cotangents
