"""Takes the decay apart: into slopes and weights, into the way along a kept state and the rest, step by step."""

from math import log

import numpy as np

from bptt_viz.analyses.decay import fit_decay
from bptt_viz.analyses.jacobians import joint_state, temporal_jacobians
from bptt_viz.analyses.saturation import Found, slopes
from bptt_viz.arrays import Array, norm
from bptt_viz.initialisation import largest_singular_value, spectral_radius
from bptt_viz.models import Prepared, Rollout
from bptt_viz.results.norms_factors import Path, Split, StepJacobians
from bptt_viz.tape import Cotangents
from bptt_viz.topologies import Layer

# T · S³ beyond which eigenvalues would take longer than everything else.
_MOST_WORK = 5e8

_ROUNDING = 1e-9


def split(found: Found, radius: float | None) -> Split | None:
    """Return the factors of a layer with one activation and one square W_hh; None for others.

    Args:
        found: the layer's activated values.
        radius: spectral radius of W_hh.
    """
    if radius is None or len(found) != 1:
        return None
    (steps,) = found.values()
    by_step = [slopes(nodes) for nodes in steps]
    if not all(values.size for values in by_step):
        return None
    whole = float(np.sqrt(np.mean(np.square(np.concatenate(by_step)))))
    rms = tuple(float(np.sqrt(np.mean(np.square(values)))) for values in by_step)
    lowest, highest = tuple(float(values.min()) for values in by_step), tuple(float(values.max()) for values in by_step)
    return Split(rms, lowest, highest, _slope_share(whole, radius))


def _slope_share(slope: float, radius: float) -> float | None:
    shrinks = [log(factor) if factor > 0 else -np.inf for factor in (slope, radius)]
    if max(shrinks) > _ROUNDING or not -np.inf < sum(shrinks) < -_ROUNDING:
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
    alone = [last[run.states[-1][state]]]
    for value in values[:0:-1]:
        alone.append(alone[-1] * value)
    norms = [norm(gradient) for gradient in alone]
    arrives = norm(last[run.states[1][state]])
    part = norms[-1] / arrives if 0 < arrives < np.inf and np.isfinite(norms[-1]) else None
    mean = tuple(float(value.mean()) for value in values)
    return Path(gate, state, mean, tuple(norms[::-1]), fit_decay(norms, smallest), part)


def step_jacobians(prepared: Prepared, rollout: Rollout) -> StepJacobians | None:
    """Return sizes of each step's Jacobian; None if that would take too long."""
    if rollout.steps * float(joint_state(rollout).size) ** 3 > _MOST_WORK:
        return None
    sizes = [_sizes(jacobian) for jacobian in temporal_jacobians(prepared)]
    return StepJacobians(tuple(each for each, _ in sizes), tuple(each for _, each in sizes))


def _sizes(jacobian: Array) -> tuple[float, float]:
    """Return largest singular value and spectral radius, NaN where an entry is not finite."""
    if not np.isfinite(jacobian).all():
        return float("nan"), float("nan")
    return largest_singular_value(jacobian), spectral_radius(jacobian)
