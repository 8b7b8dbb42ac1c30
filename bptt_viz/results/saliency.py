"""Which earlier characters one output depends on."""

from dataclasses import dataclass
from typing import Literal

from bptt_viz.arrays import Array
from bptt_viz.results.norms import Run

Of = Literal["score", "loss"]


@dataclass(frozen=True, slots=True)
class Saliency:
    """The gradient of one output with respect to every input of the first text window.

    Attributes:
        run: what was run.
        step: K, where the output is.
        of: `score` for y_K[target], `loss` for L_K.
        inputs: the characters read, by step; None where nothing is read.
        target: the character that is to be predicted at K.
        probability: what the model gives it, between 0 and 1.
        values: ‖∂y_K[target]/∂x_t‖ or ‖∂L_K/∂x_t‖ by step (T,), x_t a one-hot row; exactly 0 where t > K.
        normalised: whether the values are divided by the largest of them.
        finding: what it comes to, in one sentence.
    """

    run: Run
    step: int
    of: Of
    inputs: tuple[str | None, ...]
    target: str
    probability: float
    values: Array
    normalised: bool
    finding: str

    @property
    def symbol(self) -> str:
        """Return what a value is, such as ‖∂L_9/∂x_t‖."""
        output = f"L_{self.step}" if self.of == "loss" else f"y_{self.step}[target]"
        return f"‖∂{output}/∂x_t‖" + (" / its maximum" if self.normalised else "")
