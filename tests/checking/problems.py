"""Small problems with known gradients, right and wrong, for the checker's own tests."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Inputs, Outputs, Place

Y = Place("y", 1)


@dataclass
class Scalar:
    """y = f(x) entry by entry, with a derivative that may be wrong."""

    f: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    x: Array = field(default_factory=lambda: np.array([0.3, -0.7, 1.1]))
    label: str = "y = f(x)"
    gates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    batched: bool = True

    @property
    def inputs(self) -> Inputs:
        return {"x": self.x}

    def outputs(self, inputs: Inputs) -> Outputs:
        return {Y: self.f(inputs["x"])}

    def pullback(self, cotangents: Outputs) -> Inputs:
        return {"x": cotangents[Y] * self.slope(self.x)}


def right() -> Scalar:
    return Scalar(np.tanh, lambda x: 1 - np.tanh(x) ** 2)
