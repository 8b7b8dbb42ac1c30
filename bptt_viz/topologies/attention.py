"""Attention: what a step reads of a memory, weighted by how well each place of it fits a query."""

from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Literal, get_args

from bptt_viz.cells import Parameter
from bptt_viz.ops import expand, softmax, sum, tanh
from bptt_viz.tape import Node, Tape
from bptt_viz.topologies.borders import alias_all
from bptt_viz.topologies.module import Module

Score = Literal["dot", "general", "additive"]
SCORES: tuple[str, ...] = get_args(Score)

_ABOUT = {
    "dot": "e_i = m_i · q",
    "general": "e_i = m_i · (q W_a)",
    "additive": "e_i = v_a · tanh(q W_q + m_i W_m)",
}


def attention_parameters(score: str, query: int, memory: int, width: int) -> dict[str, Parameter]:
    """Return what attention learns, by name.

    Args:
        score: how a place of the memory is compared with the query (Luong et al. 2015, arXiv:1508.04025, eq. 8;
            `additive` as in Bahdanau et al. 2015, arXiv:1409.0473, A.1.2).
        query: length of the query.
        memory: length of each place of the memory.
        width: length of the hidden layer of `additive`.
    """
    if score == "general":
        return {"W_a": Parameter((query, memory), "input")}
    if score == "additive":
        return {
            "W_q": Parameter((query, width), "input"),
            "W_m": Parameter((memory, width), "input"),
            "v_a": Parameter((width, 1), "input"),
        }
    return {}


class Attention:
    """α = softmax(e), z = Σ_i α_i m_i.

    Attributes:
        module: what was recorded: z by step, and the weights α as its maps.
    """

    def __init__(self, tape: Tape, score: str, parameters: Mapping[str, Node], row: int) -> None:
        """Set it up.

        Args:
            tape: where it records.
            score: `dot`, `general` or `additive`.
            parameters: the weights that `attention_parameters` names.
            row: the layer of its nodes' scopes.
        """
        self._tape, self._score = tape, _SCORES[score]
        self.module = Module("attention", "a", row, parameters, about=f"{_ABOUT[score]}; α = softmax(e); z = Σ α_i m_i")

    def look(self, t: int, query: Node, memory: Node) -> Node:
        """Record what step `t` reads.

        Args:
            t: the step.
            query: q (…, N, Q).
            memory: m (…, N, L, M), L places.

        Returns:
            z (…, N, M).
        """
        return self.read(t, self.weigh(t, query, memory), memory)

    def weigh(self, t: int, query: Node, memory: Node) -> Node:
        """Record the weights α (…, N, L) of step `t`; the arguments are as in `look`."""
        with self._tape.at(t, self.module.depth, "parameter"):
            used = self.module.aliases[t] = alias_all(self._tape, self.module.parameters)
        with self._tape.at(t, self.module.depth, self.module.name):
            scores = self._score(SimpleNamespace(**used), query, memory)
            self.module.maps[t] = softmax(scores, "α")
        return self.module.maps[t]

    def read(self, t: int, weights: Node, memory: Node) -> Node:
        """Record z = Σ_i w_i m_i (…, N, M), for weights w (…, N, L)."""
        with self._tape.at(t, self.module.depth, self.module.name):
            self.module.outcomes[t] = sum(expand(weights, -2) @ memory, axis=-2, name="z")
        return self.module.outcomes[t]


def _dot(p: SimpleNamespace, q: Node, m: Node) -> Node:
    return sum(m @ expand(q, -1), axis=-1, name="e")


def _general(p: SimpleNamespace, q: Node, m: Node) -> Node:
    return sum(m @ expand(q @ p.W_a, -1), axis=-1, name="e")


def _additive(p: SimpleNamespace, q: Node, m: Node) -> Node:
    # A weight gets an axis for the batch, so that perturbed copies of it may lead.
    hidden = tanh(expand(q @ p.W_q, -2) + m @ expand(p.W_m, -3))
    return sum(hidden @ expand(p.v_a, -3), axis=-1, name="e")


_SCORES: dict[str, Callable[[SimpleNamespace, Node, Node], Node]] = {
    "dot": _dot,
    "general": _general,
    "additive": _additive,
}
