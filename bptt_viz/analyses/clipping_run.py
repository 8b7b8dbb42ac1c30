"""Clipping while a model learns: the same run without it, by norm and elementwise."""

from math import isfinite

import numpy as np

from bptt_viz.analyses.networks import Tick
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, SequenceModel
from bptt_viz.results.clipping import ClippedRun
from bptt_viz.texts import read_text
from bptt_viz.training.clipping import Clip
from bptt_viz.training.learner import Learner, Schedule
from bptt_viz.training.optimisers import SGD
from bptt_viz.training.stream import Stream, encode

USUAL_UPDATES = 300
_PARTS = 10


def clipped_runs(
    prepared: Prepared, theta: float, c: float, updates: int | None, rate: float, tick: Tick
) -> tuple[ClippedRun, ...]:
    """Train from the same weights without clipping, by norm, and elementwise, with plain gradient descent.

    The text is read from its beginning in chunks of T steps, with the state carried over; a run stops where its loss or
    its gradient is not finite.

    Args:
        prepared: the model and its first weights.
        theta: θ of norm clipping.
        c: of elementwise clipping.
        updates: how many; None takes 300 where the model can learn a text in chunks, and none where it cannot.
        rate: the learning rate.
        tick: takes the finished share.

    Raises:
        UsageError: the rate is not positive and finite, or updates are asked for of a model that cannot learn so.
    """
    reason = _refusal(prepared)
    if reason and updates:
        raise UsageError(f"--updates: {reason}")
    count = (0 if reason else USUAL_UPDATES) if updates is None else updates
    rules = (("none", None, Clip()), ("norm", theta, Clip(norm=theta)), ("elementwise", c, Clip(value=c)))
    made = []
    for place, (name, limit, clip) in enumerate(rules if count else ()):
        made.append(_run(_learner(prepared, clip, rate), name, limit, count))
        tick((place + 1) / len(rules))
    return tuple(made)


def _refusal(prepared: Prepared) -> str:
    """Return why the model cannot learn a text chunk by chunk; empty if it can."""
    steps, rows = prepared.batch.inputs.shape
    if not isinstance(prepared.model, SequenceModel) or prepared.model.pattern.name != "many-to-many":
        return "only cells with the topology many-to-many learn a text chunk by chunk"
    if len(read_text(prepared.request.text or "")) // rows <= steps + 1:
        return "the text is too short for a second chunk; choose a smaller --steps or --batch"
    return ""


def _learner(prepared: Prepared, clip: Clip, rate: float) -> Learner:
    steps, rows = prepared.batch.inputs.shape
    codes = encode(read_text(prepared.request.text or ""), "".join(prepared.batch.vocabulary))
    values = {name: value.copy() for name, value in prepared.values.items()}
    assert isinstance(prepared.model, SequenceModel), "other models are refused before"
    return Learner(prepared.model, values, Stream.over(codes, rows, steps), Schedule(steps, steps), SGD(rate), clip)


def _run(learner: Learner, name: str, limit: float | None, count: int) -> ClippedRun:
    losses, norms, acted, stopped = [], [], [], None
    for number in range(1, count + 1):
        update = learner.update()
        if not (isfinite(update.loss) and isfinite(update.norm)):
            stopped = number
            break
        losses.append(update.loss / update.steps)
        norms.append(update.norm)
        acted.append(update.clipped)
    parts = np.array_split(np.array(acted, float), _PARTS)
    tenth = max(1, len(losses) // _PARTS)
    return ClippedRun(
        name=name,
        limit=limit,
        losses=np.array(losses),
        norms=np.array(norms),
        acted=np.array(acted, bool),
        acts=float(np.mean(acted)) if acted else 0.0,
        tenths=tuple(float(part.mean()) if part.size else 0.0 for part in parts),
        first=float(np.mean(losses[:tenth])) if losses else float("nan"),
        last=float(np.mean(losses[-tenth:])) if losses else float("nan"),
        stopped=stopped,
    )
