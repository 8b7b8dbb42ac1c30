"""The two losses of Hendricks et al. 2018 (arXiv:1803.09797, section 3), of one step."""

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.models.people import MEN, WOMEN
from bptt_viz.ops import absolute, mean, sum
from bptt_viz.tape import Node

GROUPS = (range(len(WOMEN)), range(len(WOMEN), len(WOMEN) + len(MEN)))
"""The numbers of the words in G_w and in G_m; they stand at the head of the vocabulary."""
EPSILON = 1e-5


def shares(p: Node) -> tuple[Node, Node]:
    """Record Σ_(g ∈ G_w) p(g) and Σ_(g ∈ G_m) p(g), each (…, N), from probabilities p (…, N, V)."""
    women, men = (sum(p[..., group.start : group.stop], axis=-1) for group in GROUPS)
    women.name, men.name = "p_w", "p_m"
    return women, men


def named(targets: Array) -> tuple[Array, Array]:
    """Tell for true words (N,) which are in G_w and which are in G_m."""
    women, men = (np.isin(targets, group) for group in GROUPS)
    return women, men


def appearance_confusion(p: Node, targets: Array) -> Node:
    """Record the mean of 1(w_t ∈ G_w ∪ G_m) |Σ_(g ∈ G_w) p(g) − Σ_(g ∈ G_m) p(g)|.

    Args:
        p: probabilities of the words given the image without the person, (…, N, V).
        targets: the true words (N,).

    Returns:
        A number for each leading entry of p, (…).
    """
    women, men = shares(p)
    said = p.tape.constant(np.logical_or(*named(targets)).astype(p.value.real.dtype), "1_G")
    return mean(said * absolute(women - men), axis=-1, name="AC")


def confident(p: Node, targets: Array) -> Node:
    """Record the mean of Σ_(other group) p / (Σ_(own group) p + ε) where the true word names a group, else of 0.

    Args:
        p: probabilities of the words given the image, (…, N, V).
        targets: the true words (N,).

    Returns:
        A number for each leading entry of p, (…).
    """
    women, men = shares(p)
    dtype, tape = p.value.real.dtype, p.tape
    of_women, of_men = (
        tape.constant(each.astype(dtype), name) for each, name in zip(named(targets), ("1_w", "1_m"), strict=True)
    )
    return mean(of_women * (men / (women + EPSILON)) + of_men * (women / (men + EPSILON)), axis=-1, name="Conf")
