"""Takes the decay apart: into slopes and weights, into the way along a kept state and the rest, step by step."""

from collections.abc import Iterator, Sequence
from itertools import takewhile
from math import exp, inf, isfinite, log

import numpy as np

from bptt_viz.analyses.decay import fit_decay, line_weights
from bptt_viz.analyses.jacobians import joint_state, temporal_jacobians
from bptt_viz.analyses.lyapunov import span
from bptt_viz.analyses.saturation import Found, slopes
from bptt_viz.arrays import Array, norm
from bptt_viz.initialisation import spectral_radius
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.norms_chain import Chain, Decay
from bptt_viz.results.norms_factors import Factors, Path, SpanSizes, Split, StepJacobians
from bptt_viz.tape import Cotangents, Node
from bptt_viz.topologies import Layer

# T · S³ beyond which eigenvalues would take longer than everything else.
_MOST_WORK = 5e8

_ROUNDING = 1e-9


def behind_slopes(found: Found) -> Iterator[Node]:
    """Yield what goes into a layer's activations, whose gradients `split` needs."""
    for steps in found.values():
        for nodes in steps:
            for node in nodes:
                yield node.parents[0]


def split(run: Layer, found: Found, last: Cotangents, chain: Chain) -> Split | None:
    """Return the factors of a layer whose one activation makes its one state; None for others.

    Args:
        run: the layer.
        found: its activated values.
        last: gradients of the last loss alone, with those of states, carries and pre-activations.
        chain: the norms of the layer's states.
    """
    if len(found) != 1 or len(run.cell.states) != 1:
        return None
    (steps,) = found.values()
    states = [at[run.cell.states[0]] for at in run.states[1:]]
    if [nodes for nodes in steps if len(nodes) != 1] or [nodes[0] for nodes in steps] != states:
        return None
    by_step = [slopes(nodes) for nodes in steps]
    rms = tuple(float(np.sqrt(np.mean(np.square(values)))) for values in by_step)
    lowest, highest = tuple(float(values.min()) for values in by_step), tuple(float(values.max()) for values in by_step)
    by_slope, by_weight = _factors(run, states, last)
    own = (_rate(by_slope, chain.decay), _rate(by_weight, chain.decay))
    other = chain.decay.rate / (own[0] * own[1]) if own[0] and own[1] and chain.decay else None
    return Split(rms, lowest, highest, by_slope, by_weight, *own, other, _slope_share(*own))


def _factors(run: Layer, states: Sequence[Node], last: Cotangents) -> tuple[Factors, Factors]:
    """Return by how much slopes and weights multiply on the way from t + 1 to t."""
    (name,) = run.cell.states
    before = [norm(last[node]) for node in states[1:]]
    between = [norm(last[node.parents[0]]) for node in states[1:]]
    after = [norm(last[carried[name]]) for carried in run.carries[1:]]
    return _ratios(before, between), _ratios(between, after)


def _ratios(given: Sequence[float], left: Sequence[float]) -> Factors:
    pairs = zip(given, left, strict=True)
    return (*(b / a if 0 < a < inf and isfinite(b) else None for a, b in pairs), None)


def _rate(factors: Factors, decay: Decay | None) -> float | None:
    """Return the mean factor, with the weights that the fitted line gives to the steps."""
    if decay is None:
        return None
    by_distance = factors[-2::-1][decay.nearest : decay.farthest]
    known = [log(factor) for factor in by_distance if factor]
    return exp(float(line_weights(len(known)) @ known)) if known and len(known) == len(by_distance) else None


def _slope_share(slope: float | None, weight: float | None) -> float | None:
    if not slope or not weight:
        return None
    shrinks = log(slope), log(weight)
    if max(shrinks) > _ROUNDING or sum(shrinks) > -_ROUNDING:
        return None
    return min(1.0, shrinks[0] / sum(shrinks))


def path(run: Layer, found: Found, last: Cotangents, gate: str | None, smallest: float) -> Path | None:
    """Return the way along the state that a gate keeps; None for cells without such a gate.

    Args:
        run: the layer.
        found: its activated values.
        last: gradients of the last loss alone.
        gate: the gate's name.
        smallest: norms up to here are taken for underflow.
    """
    if gate is None or any(len(nodes) != 1 for nodes in found.get(gate, [[]])):
        return None
    state, values = "c" if "c" in run.cell.states else "h", [nodes[0].value for nodes in found[gate]]
    whole = [last[at[state]] for at in run.states[:0:-1]]
    alone = [whole[0]]
    for value in values[:0:-1]:
        alone.append(alone[-1] * value)
    norms = [norm(gradient) for gradient in alone]
    through = [norm(total - part) for total, part in zip(whole, alone, strict=True)]
    arrives = norm(whole[-1])
    part = norms[-1] / arrives if 0 < arrives < inf and isfinite(norms[-1]) else None
    mean, lowest, highest = (tuple(float(of(value)) for value in values) for of in (np.mean, np.min, np.max))
    decay = fit_decay(norms, smallest)
    return Path(gate, state, mean, lowest, highest, tuple(norms[::-1]), tuple(through[::-1]), decay, part)


def step_jacobians(prepared: Prepared, rollout: Rollout, chain: Chain) -> StepJacobians | None:
    """Return sizes of each step's Jacobian and of their products; None if there is none, or it would take too long.

    Args:
        prepared: the model with its data.
        rollout: its recorded values.
        chain: norms of the last loss's gradient over all layers.
    """
    layout = joint_state(rollout)
    if layout is None or rollout.steps * float(layout.size) ** 3 > _MOST_WORK:
        return None
    jacobians = list(temporal_jacobians(prepared))
    singular, median, smallest, radius = zip(*map(_sizes, jacobians), strict=True)
    return StepJacobians(singular, median, smallest, radius, tuple(_spans(jacobians, chain)))


def _sizes(jacobian: Array) -> tuple[float, float, float, float]:
    """Return largest, middle and smallest singular value and spectral radius, NaN where an entry is not finite."""
    if not np.isfinite(jacobian).all():
        return (np.nan,) * 4
    values = np.linalg.svd(jacobian, compute_uv=False)
    return float(values[0]), float(values[len(values) // 2]), float(values[-1]), spectral_radius(jacobian)


def _spans(jacobians: Sequence[Array], chain: Chain) -> Iterator[SpanSizes]:
    """Yield the sizes of J_T … J_{T−s+1} for s = 1, 2, 5, 10 … and up to J_2, which brings a gradient to step 1."""
    used = jacobians[1:]
    if not np.isfinite(chain.norms).all() or not all(np.isfinite(jacobian).all() for jacobian in used):
        return
    longest = len(used)
    round_ = takewhile(lambda s: s < longest, (first * 10**power for power in range(9) for first in (1, 2, 5)))
    for steps in [*round_, *([longest] if longest else [])]:
        logs = span(used[-steps:]).logarithms
        yield SpanSizes(steps, logs[0], logs[len(logs) // 2], logs[-1], _kept(chain, steps))


def _kept(chain: Chain, steps: int) -> float:
    start, left = chain.norms[-1], chain.norms[-1 - steps]
    return log(left) - log(start) if start > 0 and left > 0 else -inf
