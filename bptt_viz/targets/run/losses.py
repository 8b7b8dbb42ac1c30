"""Losses of what code puts out, where it computes none itself: of arrays, or lists and dicts of them by time step."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from bptt_viz.targets.declaration import Call, Shapes
from bptt_viz.targets.run.binding import Unfit, described


def computed(loss: Call, values: Mapping[str, Any], shapes: Shapes) -> Any:
    """Return a loss, summed over all steps and rows.

    Args:
        loss: which, of which output and which target.
        values: outputs and targets by name, real, complex or dual.
        shapes: of the targets among them.

    Raises:
        Unfit: an output is not as large as its target.
    """
    output, target = (values[each.name] for each in loss.arguments)
    total: Any = 0.0
    axes = shapes[loss.arguments[1].name].axes if loss.arguments[1].name in shapes else ()
    for part, wanted in _pairs(output, target, axes):
        if np.asarray(wanted).dtype.kind in "iu":
            total = total + _OF_CLASSES[loss.name](part, np.asarray(wanted))
        else:
            total = total + _OF_NUMBERS[loss.name](part, _fitted(wanted, part))
    return total


def _pairs(output: Any, target: Any, axes: Sequence[str | int]) -> Iterator[tuple[Any, Any]]:
    """Yield each step's output with its target."""
    if isinstance(output, dict):
        output = [output[key] for key in sorted(key for key in output if isinstance(key, int) and key >= 0)]
    if not isinstance(output, list | tuple):
        yield output, target
        return
    target = np.asarray(target)
    fitting = [at for at, size in enumerate(target.shape) if size == len(output)]
    if not fitting:
        raise Unfit(f"the output has {len(output)} steps, its target shape {target.shape}")
    time = next((at for at in fitting if axes and axes[at] == "T"), fitting[0])
    yield from zip(output, np.moveaxis(target, time, 0), strict=True)


def _fitted(target: Any, output: Any) -> Any:
    wanted = np.shape(output)
    if np.size(target) != int(np.prod(wanted)):
        raise Unfit(f"the output is {described(output)}, its target has shape {np.shape(target)}")
    return np.reshape(target, wanted)


def _squares(output: Any, target: Any) -> Any:
    return 0.5 * np.sum((output - target) ** 2)


def _cross_entropy(output: Any, target: Any) -> Any:
    return -np.sum(target * np.log(output))


def _softmax_cross_entropy(output: Any, target: Any) -> Any:
    return -np.sum(target * np.log(_softmax(output, _along(output, target))))


def _along(output: Any, target: Any) -> int:
    """Return the axis whose entries compete: of rows with a single 1 that along which those add up to 1."""
    rows = np.ndim(output) > 1 and not np.allclose(np.sum(target, axis=-1), 1)
    return 0 if rows or (np.ndim(output) > 1 and np.shape(output)[-1] == 1) else -1


def _softmax(output: Any, axis: int) -> Any:
    made = np.exp(output)
    return made / np.sum(made, axis=axis, keepdims=True)


def _softmax_of_classes(output: Any, classes: Any) -> Any:
    column = classes.size == 1 or np.shape(output)[:-1] != classes.shape
    return _of_classes(_softmax(output.reshape(-1) if classes.size == 1 else output, 0 if column else -1), classes)


def _binary(output: Any, target: Any) -> Any:
    return -np.sum(target * np.log(output) + (1 - target) * np.log(1 - output))


def _of_classes(output: Any, classes: Any) -> Any:
    """Return −log of the output at each class; the classes lie along the axis that their array lacks."""
    shape = np.shape(output)
    if classes.size == 1:
        return -np.sum(np.log(output.reshape(-1)[int(classes.reshape(-1)[0])]))
    if shape[:-1] == classes.shape:
        rows = output.reshape(-1, shape[-1])
        return -np.sum(np.log(rows[np.arange(classes.size), classes.reshape(-1)]))
    if shape[1:] == classes.shape:
        columns = output.reshape(shape[0], -1)
        return -np.sum(np.log(columns[classes.reshape(-1), np.arange(classes.size)]))
    raise Unfit(f"the output is {described(output)}, its classes have shape {classes.shape}")


def _not_of_classes(output: Any, classes: Any) -> Any:
    raise Unfit("classes have a cross-entropy, no other loss")


_OF_NUMBERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "squares": _squares,
    "cross_entropy": _cross_entropy,
    "softmax_cross_entropy": _softmax_cross_entropy,
    "binary_cross_entropy": _binary,
}
_OF_CLASSES: Mapping[str, Callable[[Any, Any], Any]] = {
    "squares": _not_of_classes,
    "cross_entropy": _of_classes,
    "softmax_cross_entropy": _softmax_of_classes,
    "binary_cross_entropy": _not_of_classes,
}
