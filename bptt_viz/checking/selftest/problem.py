"""A hand-written family, with or without a planted bug, posed as a problem."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.checking.dual import Dual
from bptt_viz.checking.problem import Inputs, Misbehaviour, Outputs, Place
from bptt_viz.checking.shapes import Shape

Family = dict[str, Any]


@lru_cache(maxsize=256)
def source(family: str) -> str:
    """Return a family's text."""
    return files(f"{__package__}.families").joinpath(f"{family}.py").read_text(encoding="utf-8")


def load(family: str, old: str = "", new: str = "") -> Family:
    """Run a family's text, with one piece of it replaced, and return what it defines."""
    text = source(family)
    if old:
        if text.count(old) != 1:
            raise ValueError(f"{family}: {old!r} stands {text.count(old)} times in the text, not once")
        text = text.replace(old, new)
    defined: Family = {"__name__": f"{__package__}.families.{family}"}
    exec(compile(text, f"<{family}>", "exec"), defined)
    return defined


class HandProblem:
    """One family at one point; its backward pass is in doubt."""

    batched = True

    def __init__(self, family: Family, inputs: Mapping[str, Array], label: str, steps: int) -> None:
        self.family = family
        self.inputs = dict(inputs)
        self.label = label
        self.steps = steps
        self.gates: Mapping[str, tuple[str, ...]] = family["GATES"]
        self._held: list[Array] | None = None

    def outputs(self, inputs: Inputs) -> Outputs:
        """Run the forward pass at other inputs."""
        found, _ = self.run(inputs)
        return {Place(*key): value if isinstance(value, Dual) else np.asarray(value) for key, value in found.items()}

    def run(self, inputs: Inputs) -> tuple[dict[tuple[str, int], Array], Any]:
        """Run the forward pass and return what it returns; across truncation's cuts the state of the point is held."""
        lifted = {
            name: value[:, None, :] if value.ndim == 2 and self.inputs[name].ndim == 1 else value
            for name, value in inputs.items()
        }
        return self._forward()({**lifted, "_steps": self.steps}, **self._holding())

    def pullback(self, cotangents: Outputs) -> Inputs:
        """Run a fresh forward pass and the hand-written backward pass, on copies that they may spoil."""
        given: dict[str, Any] = {name: value.copy() for name, value in self.inputs.items()}
        given["_steps"] = self.steps
        _, cache = self._forward()(given)
        upstream = {(place.path, place.t): np.array(value) for place, value in cotangents.items()}
        gradients: Inputs = self.family["backward"](upstream, given, cache)
        _demand_unchanged("input", self.inputs, given)
        _demand_unchanged("upstream gradient", {(p.path, p.t): value for p, value in cotangents.items()}, upstream)
        return {name: np.array(gradient) for name, gradient in gradients.items() if name in self.inputs}

    def at(self, inputs: Inputs, steps: int, label: str) -> "HandProblem":
        """Return the same function at another point."""
        return HandProblem(self.family, inputs, label, steps)

    def _forward(self) -> Callable[..., tuple[dict[tuple[str, int], Array], Any]]:
        forward: Callable[..., tuple[dict[tuple[str, int], Array], Any]] = self.family["forward"]
        return forward

    def _holding(self) -> dict[str, Any]:
        if "CHUNK" not in self.family:
            return {}
        if self._held is None:
            found, _ = self._forward()(self.inputs)
            self._held = [self.inputs["h_0"], *(found["h", t] for t in range(1, self.steps + 1))]
        return {"held": self._held}


def _demand_unchanged(what: str, before: Mapping[Any, Array], after: Mapping[Any, Array]) -> None:
    for name, value in before.items():
        if not np.array_equal(value, after[name]):
            shown = name if isinstance(name, str) else f"{name[0]} at t={name[1]}"
            raise Misbehaviour(f"backward changes its {what} {shown} in place")


def posed(family: Family, shape: Shape, rng: np.random.Generator) -> HandProblem:
    """Return a family at a random point of a shape."""
    inputs = family["draw"](shape.steps, shape.size, rng)
    if shape.zero_state:
        inputs = {name: 0 * value if name.startswith(("h_0", "c_0")) else value for name, value in inputs.items()}
    label = f"T={shape.steps} N={shape.size} {'zero' if shape.zero_state else 'random'} state"
    return HandProblem(family, inputs, label, shape.steps)
