"""Ways to turn a state into the loss of one class among many: the exact softmax, a sampled one, one in two levels."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil, isqrt
from typing import Protocol

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.cells import Parameter
from bptt_viz.initialisation import Generator
from bptt_viz.ops import add, concatenate, embedding, expand, multiply, softmax_cross_entropy, subtract, sum, where
from bptt_viz.tape import Node

_NEVER = -1e9
"""A score whose exponential is 0 beside any other."""


class Readout(Protocol):
    """How a state is read out."""

    def parameters(self, hidden: int, outputs: int) -> dict[str, Parameter]:
        """Return what is learned, by name."""

    def scores(self, p: Mapping[str, Node], h: Node, targets: Array, place: int) -> Node:
        """Record the scores that the loss needs, named `y`.

        Args:
            p: the parameters.
            h: the state (…, N, H).
            targets: the true classes (N,).
            place: of the step among those that are read out, from 0.
        """

    def loss(self, y: Node, targets: Array) -> Node:
        """Record −log p(target) of each row, (…, N)."""

    def asked(self, targets: Array) -> Array:
        """Return where in each row of the scores the true class stands, (N,)."""


class Exact:
    """y = h W_hy + b_y; p = softmax(y)."""

    def parameters(self, hidden: int, outputs: int) -> dict[str, Parameter]:
        """Return W_hy (H, V) and b_y (V,)."""
        return {"W_hy": Parameter((hidden, outputs), "input"), "b_y": Parameter((outputs,), "bias")}

    def scores(self, p: Mapping[str, Node], h: Node, targets: Array, place: int) -> Node:  # noqa: ARG002
        """Record the scores of all classes (…, N, V)."""
        return add(h @ p["W_hy"], p["b_y"], "y")

    def loss(self, y: Node, targets: Array) -> Node:
        """Record the cross-entropy of the softmax."""
        return softmax_cross_entropy(y, targets)

    def asked(self, targets: Array) -> Array:
        """Return the classes themselves."""
        return targets


def row_parameters(hidden: int, outputs: int) -> dict[str, Parameter]:
    """Return W_yh (V, H) and b_y (V, 1), of which single rows can be looked up."""
    return {"W_yh": Parameter((outputs, hidden), "input"), "b_y": Parameter((outputs, 1), "bias")}


@dataclass(frozen=True)
class Sampled:
    """Softmax over the true class and K sampled others (Bengio & Senécal 2008; Jean et al. 2015, arXiv:1412.2007).

    A sampled class w gets y_w − log π_w, π_w being its probability to be in the sample: then the sum over the sample
    is right in the mean for the sum over all other classes. A sampled class that is the true one counts once. With all
    classes in the sample π = 1, and this is the exact softmax.

    Attributes:
        classes: the sample of each step (T, K).
        kept: log π of each class (V,).
    """

    classes: Array
    kept: Array

    def parameters(self, hidden: int, outputs: int) -> dict[str, Parameter]:
        """Return W_yh (V, H) and b_y (V, 1)."""
        return row_parameters(hidden, outputs)

    def scores(self, p: Mapping[str, Node], h: Node, targets: Array, place: int) -> Node:
        """Record the scores of the true class and of the sample, corrected, (…, N, 1 + K)."""
        sample = self.classes[place]
        row, bias = embedding(p["W_yh"], targets, "W_w"), embedding(p["b_y"], targets, "b_w")
        own = add(sum(multiply(row, h), axis=-1), sum(bias, axis=-1), "s_w")
        rows, biases = embedding(p["W_yh"], sample, "W_S"), embedding(p["b_y"], sample, "b_S")
        others = sum(expand(rows, -3) @ expand(h, -1), axis=-1) + expand(sum(biases, axis=-1), -2)
        others = subtract(others, h.tape.constant(self.kept[sample], "log π"), "s_S")
        hits = sample[None, :] == targets[:, None]
        return concatenate([expand(own, -1), where(~hits, others, _NEVER)], name="y")

    def loss(self, y: Node, targets: Array) -> Node:
        """Record the cross-entropy; the true class stands first."""
        return softmax_cross_entropy(y, self.asked(targets))

    def asked(self, targets: Array) -> Array:
        """Return zeros."""
        return np.zeros_like(targets)


class TwoLevel:
    """p(w) = softmax(h W_hc + b_c)[c] · softmax of w's own cluster c (Goodman 2001, ICASSP; Mikolov et al. 2011).

    Classes are cut into clusters of about √V neighbours, so a loss costs about 2 √V scores.
    """

    def __init__(self, outputs: int) -> None:
        """Cut the classes.

        Args:
            outputs: V.
        """
        self._width = ceil(outputs**0.5) if isqrt(outputs) ** 2 != outputs else isqrt(outputs)
        self._count = ceil(outputs / self._width)
        self._outputs = outputs

    def parameters(self, hidden: int, outputs: int) -> dict[str, Parameter]:
        """Return W_hc (H, C) and b_c (C,) of the clusters, W_yh (V, H) and b_y (V, 1) of the classes."""
        clusters = {"W_hc": Parameter((hidden, self._count), "input"), "b_c": Parameter((self._count,), "bias")}
        return clusters | row_parameters(hidden, outputs)

    def scores(self, p: Mapping[str, Node], h: Node, targets: Array, place: int) -> Node:  # noqa: ARG002
        """Record the scores of all clusters and of the members of the true class's own, (…, N, C + M)."""
        members = targets[:, None] // self._width * self._width + np.arange(self._width)
        real = members < self._outputs
        members = np.where(real, members, 0)
        clusters = add(h @ p["W_hc"], p["b_c"], "a")
        rows, biases = embedding(p["W_yh"], members, "W_M"), embedding(p["b_y"], members, "b_M")
        inside = add(sum(rows @ expand(h, -1), axis=-1), sum(biases, axis=-1), "s_M")
        return concatenate([clusters, where(real, inside, _NEVER)], name="y")

    def loss(self, y: Node, targets: Array) -> Node:
        """Record −log p(cluster) − log p(class in its cluster)."""
        clusters, inside = y[..., : self._count], y[..., self._count :]
        clusters.name, inside.name = "y_c", "y_w"
        return softmax_cross_entropy(clusters, targets // self._width) + softmax_cross_entropy(
            inside, targets % self._width
        )

    def asked(self, targets: Array) -> Array:
        """Return where the class stands behind the clusters."""
        return self._count + targets % self._width


def inclusion(weights: Array, size: int) -> Array:
    """Return the probabilities π (V,) with which classes are in a sample of a size, in proportion to weights.

    π_w = min(1, c weight_w), with c such that they sum to the size.

    Args:
        weights: positive, (V,).
        size: K, from 1 to V.
    """
    found = np.ones(len(weights))
    certain = np.zeros(len(weights), bool)
    while size > certain.sum():
        free = ~certain
        share = (size - certain.sum()) * weights / weights[free].sum()
        if (share[free] <= 1).all():
            found[free] = share[free]
            break
        certain |= free & (share > 1)
    return found


def sampled(rng: Generator, probabilities: Array) -> Array:
    """Draw different classes, each with its own probability to be in the sample (systematic sampling, Madow 1949).

    Args:
        rng: where it is drawn from.
        probabilities: π (V,), which sum to the size of the sample, K.

    Returns:
        Classes (K,).
    """
    order = rng.permutation(len(probabilities))
    size = round(float(probabilities.sum()))
    ends = np.cumsum(probabilities[order])
    # Rounding must not lose the last one.
    ends[-1] = size
    chosen = np.searchsorted(ends, rng.random() + np.arange(size), side="right")
    return np.asarray(order[chosen])
