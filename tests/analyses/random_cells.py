"""Cells with random equations, for drawings that have to take whatever a user writes."""

from dataclasses import dataclass
from typing import ClassVar

from hypothesis import strategies as st

from bptt_viz import Cell, ops

UNARY = {
    "sigmoid": ops.sigmoid,
    "tanh": ops.tanh,
    "relu": ops.relu,
    "exp": lambda a: ops.exp(-ops.sigmoid(a)),
    "rest": lambda a: 1 - a,
    "half": lambda a: 0.5 * a,
    "flip": lambda a: -a,
}
BINARY = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: ops.tanh(a) * b,
    "subtract": lambda a, b: a - b,
    "divide": lambda a, b: a / (1.5 + ops.tanh(b)),
}
WEIGHED = {
    "matrix": lambda p, a: a @ p.W,
    "affine": lambda p, a: a @ p.U + p.b,
    "diagonal": lambda p, a: a * p.b,
    "gates": lambda p, a: _gated(a @ p.V),
    "pieces": lambda p, a: _pieces(a @ p.V),
}


def _gated(packed):
    i, f = ops.gates(packed, i=ops.sigmoid, f=ops.tanh)
    return i * f


def _pieces(packed):
    one, other = ops.split(packed, ("one", "other"))
    return ops.sigmoid(one) + other


@dataclass(frozen=True)
class Random(Cell):
    """A cell that runs a program."""

    states: ClassVar[tuple[str, ...]] = ("h",)
    program: ClassVar[tuple] = ()
    results: ClassVar[tuple[int, ...]] = (0,)

    def parameters(self):
        D, H = self.input_size, self.hidden_size
        return {"E": (D, H), "W": (H, H), "U": (H, H), "V": (H, 2 * H), "b": (H,)}

    def step(self, p, x, s):
        values = [x @ p.E, *(getattr(s, name) for name in self.states)]
        for name, first, second in self.program:
            a, b = values[first % len(values)], values[second % len(values)]
            if name in UNARY:
                values.append(UNARY[name](a))
            elif name in BINARY:
                values.append(BINARY[name](a, b))
            else:
                values.append(WEIGHED[name](p, a))
        return {name: values[-1 - k % len(values)] for name, k in zip(self.states, self.results, strict=True)}


_INSTRUCTIONS = st.tuples(st.sampled_from([*UNARY, *BINARY, *WEIGHED]), st.integers(0, 20), st.integers(0, 20))


@st.composite
def random_cells(draw):
    """Return classes of cells with one to three states."""
    states = ("h", "c", "m")[: draw(st.integers(1, 3))]
    program = tuple(draw(st.lists(_INSTRUCTIONS, min_size=1, max_size=9)))
    results = tuple(draw(st.integers(0, 4)) for _ in states)
    return dataclass(frozen=True)(type("Random", (Random,), {"states": states, "program": program, "results": results}))
