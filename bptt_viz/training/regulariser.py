"""The vanishing-gradient regulariser Ω of Pascanu, Mikolov & Bengio (2013), section 3.3, in the authors' form."""

from typing import NamedTuple

import numpy as np

from bptt_viz.arrays import Array

_LEAST = 1e-20


class Omega(NamedTuple):
    """Ω and its immediate derivative.

    Attributes:
        value: Ω.
        gradient: ∂⁺Ω/∂W_hh (H, H).
    """

    value: float
    gradient: Array


def omega(weight: Array, raw: Array, slopes: Array) -> Omega:
    """Return Ω = Σ_k (‖d_{k+1} ∂x_{k+1}/∂x_k‖² / ‖d_{k+1}‖² − 1)², as a mean over the (k, n) that count.

    x is the pre-activation and d = ∂E/∂x, so that d_{k+1} ∂x_{k+1}/∂x_k = (d_{k+1} Wᵀ) ⊙ φ'(x_k). The derivative is
    "immediate": d and x are held constant, W_hh is not. As in the authors' program the norms are squared, without the
    root of the paper's equation 9, and terms whose ‖d‖² is below 1e-20 are left out.

    Args:
        weight: W_hh (H, H), which multiplies row vectors from the right.
        raw: d_t (T, N, H).
        slopes: φ'(x_t) (T, N, H).
    """
    after, before = raw[1:], slopes[:-1]
    through = (after @ weight.T) * before
    size = np.sum(after * after, axis=-1)
    counts = size > _LEAST
    total = int(counts.sum())
    if not total:
        return Omega(0.0, np.zeros_like(weight))
    size = np.where(counts, size, 1.0)
    off = np.where(counts, np.sum(through * through, axis=-1) / size - 1.0, 0.0)
    factor = (4.0 / total) * off / size
    H = weight.shape[0]
    left = (factor[..., None] * through * before).reshape(-1, H)
    return Omega(float(np.sum(off * off)) / total, left.T @ after.reshape(-1, H))
