"""What is to be said of a target besides its outcome."""

from bptt_viz.targets.run.own_numpy import asked_for
from bptt_viz.targets.run.point import Posing


def of_old_numpy() -> list[str]:
    """Return notes about functions that NumPy no longer has."""
    return [f"uses np.{name}, which NumPy no longer has" for name in asked_for]


def not_compared(posing: Posing) -> list[str]:
    """Return a note about inputs that have a derivative of which backward says nothing."""
    left = without_gradient(posing)
    return [f"not compared, since no gradient of it comes back: {', '.join(left)}"] if left else []


def without_gradient(posing: Posing) -> list[str]:
    """Return the inputs that have a derivative of which backward says nothing."""
    wanted = {*posing.wanted(), *posing.without, *(loss.arguments[1].name for loss in posing.target.losses)}
    return [name for name, spec in posing.shapes.items() if spec.kind == "float" and name not in wanted]


def untried(posing: Posing, longest: int | None) -> list[str]:
    """Return what an OK does not speak for: parameters without a gradient, and recurrence that never came about.

    Args:
        posing: of the target.
        longest: the number of time steps of the longest sequence.
    """
    left = [name for name in without_gradient(posing) if name in posing.features()]
    said = [f"but for {', '.join(left)}, not compared"] if left else []
    if posing.time and longest == 1:
        said.append("no sequence longer than one step, so recurrence was never exercised")
    return said


def behaviour_in_words(reason: str) -> str:
    """Return why a backward pass misbehaves, as a note."""
    if "does not grow" in reason:
        return "backward is not linear in its upstream gradient: is a function of values applied to a gradient?"
    return reason
