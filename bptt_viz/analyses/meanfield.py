"""What mean-field theory foretells of a wide random vanilla network (Poole et al. 2016; Schoenholz et al. 2017).

Pre-activations are normal with variance q = g² ⟨φ(√q z)²⟩ + σ², z standard normal, where σ² is the variance of what is
not recurrent: biases and inputs. A step back multiplies the root mean square gradient by √χ, χ = g² ⟨φ′(√q z)²⟩.
"""

from collections.abc import Callable, Mapping

import numpy as np

from bptt_viz.arrays import Array

# The integrands are smooth or even, and e^{−z²/2} is negligible beyond: equal steps are exact to rounding.
_Z = np.linspace(-9, 9, 3601)
_WEIGHTS = np.exp(-_Z * _Z / 2) / np.exp(-_Z * _Z / 2).sum()

_MOST_ROUNDS = 10_000
_CLOSE = 1e-14
_LARGEST_GAIN = 1e3


def _sigmoid(x: Array) -> Array:
    return 0.5 * (1 + np.tanh(x / 2))


_VALUES: Mapping[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "sigmoid": _sigmoid,
    "relu": lambda x: np.maximum(x, 0),
    "identity": lambda x: x,
}
_SLOPES: Mapping[str, Callable[[Array], Array]] = {
    "tanh": lambda x: 1 - np.tanh(x) ** 2,
    "sigmoid": lambda x: _sigmoid(x) * (1 - _sigmoid(x)),
    "relu": lambda x: np.heaviside(x, 0.5),  # at q = 0 half of the units are on, as for any other q
    "identity": np.ones_like,
}


def variance(activation: str, gain: float, other: float, start: float = 0.0) -> float:
    """Return q, where it settles; infinite where it grows without bound.

    Args:
        activation: φ: tanh, sigmoid, relu or identity.
        gain: g, √H times the deviation of W_hh's entries.
        other: σ², the variance of biases and inputs.
        start: every entry of h_0.
    """
    phi = _VALUES[activation]
    q = gain**2 * start**2 + other
    for _ in range(_MOST_ROUNDS):
        after = gain**2 * float(_WEIGHTS @ phi(np.sqrt(q) * _Z) ** 2) + other
        if not after < 1e300:
            return np.inf
        if abs(after - q) <= _CLOSE * after:
            return after
        q = after
    # Near criticality it creeps; a network that is still growing after so many steps is taken where it is.
    return q


def foretold_rate(activation: str, gain: float, other: float, start: float = 0.0) -> float:
    """Return √χ, by which a step back multiplies the root mean square gradient; see `variance` for the arguments."""
    if activation in {"relu", "identity"}:  # whatever q is
        return gain * (np.sqrt(0.5) if activation == "relu" else 1.0)
    q = variance(activation, gain, other, start)
    return gain * float(np.sqrt(_WEIGHTS @ _SLOPES[activation](np.sqrt(q) * _Z) ** 2))


def critical_gain(activation: str, other: float) -> float | None:
    """Return the gain at which √χ = 1, by bisection; None if there is none up to 1,000.

    Args:
        activation: φ.
        other: σ², the variance of biases and inputs.
    """
    low, high = 0.0, 1.0
    while foretold_rate(activation, high, other) < 1:
        low, high = high, 2 * high
        if high > _LARGEST_GAIN:
            return None
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if foretold_rate(activation, middle, other) < 1 else (low, middle)
    return high
