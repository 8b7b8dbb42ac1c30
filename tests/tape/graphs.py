"""Small recorded networks that the tape's tests run on."""

from typing import NamedTuple

import numpy as np

from bptt_viz.ops import alias, at_step, tanh
from bptt_viz.tape import Node, Tape


def decimals(*shape: int, seed: int = 0) -> np.ndarray:
    """Signed decimals of one place, none of them 0."""
    rng = np.random.default_rng((seed, *shape))
    return np.round(rng.uniform(0.1, 1.0, shape) * rng.choice([-1.0, 1.0], shape), 1)


class Unrolled(NamedTuple):
    """A vanilla RNN h_t = tanh(x_t W_xh + h_{t−1} W_hh + b), with one alias a parameter and time step."""

    tape: Tape
    x: Node
    W_xh: Node
    W_hh: Node
    b: Node
    states: list[Node]
    aliases: list[tuple[Node, Node, Node]]

    @property
    def parameters(self) -> tuple[Node, Node, Node]:
        return self.W_xh, self.W_hh, self.b

    @property
    def h(self) -> Node:
        return self.states[-1]


def unrolled(T: int = 4, N: int = 2, D: int = 3, H: int = 5, scale: float = 1.0) -> Unrolled:
    """Record the RNN over T time steps."""
    tape = Tape()
    x = tape.leaf(decimals(T, N, D), "x")
    parameters = (
        tape.leaf(scale * decimals(D, H), "W_xh"),
        tape.leaf(scale * decimals(H, H), "W_hh"),
        tape.leaf(decimals(H), "b"),
    )
    states, aliases = [tape.leaf(decimals(N, H), "h0")], []
    for t in range(T):
        with tape.at(t + 1, role="cell"):
            W_xh, W_hh, b = used = tuple(alias(parameter) for parameter in parameters)
            states.append(tanh(at_step(x, t) @ W_xh + states[-1] @ W_hh + b, "h"))
            aliases.append(used)
    return Unrolled(tape, x, *parameters, states, aliases)


def backward_by_hand(rnn: Unrolled, seeds: list[np.ndarray]) -> dict[str, np.ndarray]:
    """BPTT of the unrolled RNN as a loop over time, from the lecture's equations; `seeds[t]` enters at h_{t+1}."""
    x, h = rnn.x.value, [state.value for state in rnn.states]
    found = {"W_xh": 0.0, "W_hh": 0.0, "b": 0.0, "x": np.zeros_like(x), "each": []}
    carried = np.zeros_like(h[0])
    for t in reversed(range(len(x))):
        raw = (1 - h[t + 1] ** 2) * (seeds[t] + carried)
        shares = x[t].T @ raw, h[t].T @ raw, raw.sum(axis=0)
        for name, share in zip(("W_xh", "W_hh", "b"), shares, strict=True):
            found[name] = found[name] + share
        found["each"].insert(0, shares)
        found["x"][t] = raw @ rnn.W_xh.value.T
        carried = raw @ rnn.W_hh.value.T
    return found | {"h0": carried}
