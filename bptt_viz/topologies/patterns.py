"""At which time steps a network reads an input and gives an output: the patterns of the lecture."""

from dataclasses import dataclass

from bptt_viz.errors import UsageError


@dataclass(frozen=True, slots=True)
class Pattern:
    """The steps, counted from 1, at which x_t goes in and y_t comes out.

    Attributes:
        name: one of `NAMES`.
        steps: T, the number of time steps.
        inputs: the steps with an input.
        outputs: the steps with an output and a loss.
    """

    name: str
    steps: int
    inputs: tuple[int, ...]
    outputs: tuple[int, ...]

    @property
    def delay(self) -> int:
        """How many steps lie between the first input and the first output."""
        return self.outputs[0] - self.inputs[0]


NAMES = ("one-to-one", "one-to-many", "many-to-one", "many-to-many", "delayed")


def pattern(name: str, steps: int) -> Pattern:
    """Return the named pattern over `steps` time steps.

    `one-to-one` has a single step whatever `steps` says; `delayed` starts its outputs after half of the steps, when
    the inputs have ended.

    Raises:
        UsageError: the name is unknown, `steps` is not positive, or `delayed` has fewer than 2.
    """
    if steps < 1:
        raise UsageError(f"--steps must be at least 1, got {steps}")
    every = tuple(range(1, steps + 1))
    half = (steps + 1) // 2
    match name:
        case "one-to-one":
            return Pattern(name, 1, (1,), (1,))
        case "one-to-many":
            return Pattern(name, steps, (1,), every)
        case "many-to-one":
            return Pattern(name, steps, every, (steps,))
        case "many-to-many":
            return Pattern(name, steps, every, every)
        case "delayed" if steps >= 2:
            return Pattern(name, steps, every[:half], every[half:])
        case "delayed":
            raise UsageError("topology 'delayed' needs --steps 2 or more")
    raise UsageError(f"unknown topology {name!r}; choose from {', '.join(NAMES)}")
