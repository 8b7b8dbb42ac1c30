"""The sufficient condition for vanishing gradients (Pascanu, Mikolov & Bengio 2013, section 2.1)."""

STEEPEST = {"tanh": 1.0, "sigmoid": 0.25, "relu": 1.0, "identity": 1.0}
"""γ, the largest slope of each activation."""


def bound_rate(activation: str, singular: float) -> float:
    """Return γ λ1: no gradient of a vanilla RNN can grow by more than this factor a step back.

    ∂h_t/∂h_{t−1} = diag(φ') W_hhᵀ has no singular value above γ λ1, hence
    ‖∂L_T/∂h_{T−k}‖ ≤ (γ λ1)^k ‖∂L_T/∂h_T‖.

    Args:
        activation: φ, a key of `STEEPEST`.
        singular: λ1, the largest singular value of W_hh.

    Returns:
        The factor. Below 1 it guarantees vanishing; above it nothing is guaranteed, exploding only needs λ1 > 1/γ.
    """
    return STEEPEST[activation] * singular
