"""Judging an analytic gradient against a numeric one: by norms, with a noise floor."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from bptt_viz.arrays import Array, norm
from bptt_viz.checking.differences import Method
from bptt_viz.results.check import Comparison, Judgement


def compare(
    name: str, analytic: Array, numeric: Array, floor: float, judgement: Judgement, size: int | None = None
) -> Comparison:
    """Compare two arrays of the same shape.

    Args:
        name: what is compared.
        analytic: a.
        numeric: n.
        floor: added to no error but held below the denominator: differences small beside it are rounding.
        judgement: the tolerances.
        size: how many entries stand behind the numbers, if these are projections; None if they are the entries.
    """
    a, n = norm(analytic), norm(numeric)
    beside = max(a + n, floor)
    error = norm(analytic - numeric) / beside if beside > 0 else 0.0
    if not np.isfinite(error):
        error = float("inf")
    overlap = float(np.sum(numeric * numeric))
    ratio = float(np.sum(analytic * numeric)) / overlap if overlap > 0 else float("nan")
    return Comparison(
        name=name,
        error=error,
        analytic=a,
        numeric=n,
        ratio=ratio,
        entries=analytic.size,
        size=analytic.size if size is None else size,
        worst=_worst(analytic, numeric) if size is None and analytic.size else None,
        passed=judgement.rtol is not None and error <= judgement.rtol,
    )


def _worst(analytic: Array, numeric: Array) -> tuple[tuple[int, ...], float, float]:
    place = np.unravel_index(int(np.argmax(np.abs(analytic - numeric))), analytic.shape)
    return tuple(int(k) for k in place), float(analytic[place]), float(numeric[place])


def noise_floor(gradients: Mapping[str, Array], judgement: Judgement) -> float:
    """Return the norm beside which a gradient's own norm may be rounding: a share of the largest gradient's."""
    return judgement.atol * max((norm(gradient) for gradient in gradients.values()), default=0.0)


def by_gate(
    name: str, gates: tuple[str, ...], axis: int, analytic: Array, numeric: Array, floor: float, judgement: Judgement
) -> tuple[Comparison, ...]:
    """Compare the equal blocks of an axis one by one."""
    if len(gates) < 2:
        return ()
    parts = zip(gates, np.split(analytic, len(gates), axis), np.split(numeric, len(gates), axis), strict=True)
    return tuple(compare(f"{name}:{gate}", a, n, floor, judgement) for gate, a, n in parts)


# What correct gradients reach with a wide margin, and what no planted bug hides below.
DEFAULT_RTOL = {Method.COMPLEX: 1e-11, Method.RIDDERS: 1e-8, Method.CENTRAL6: 1e-8, Method.CENTRAL: 1e-6}


def tolerance(judgement: Judgement, method: Method) -> Judgement:
    """Return the judgement with the method's own tolerance where none was asked for."""
    return judgement if judgement.rtol is not None else replace(judgement, rtol=DEFAULT_RTOL[method])
