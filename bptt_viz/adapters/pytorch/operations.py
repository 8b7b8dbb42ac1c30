"""PyTorch's functions as operations of ours, by name."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import torch

from bptt_viz import ops
from bptt_viz.adapters.nesting import mapped
from bptt_viz.tape import Node

if TYPE_CHECKING:
    from bptt_viz.adapters.pytorch.tracing import Tracer


def tensors_in(made: Any) -> list[torch.Tensor]:
    """Return the tensors of what a function returned, one alone or several."""
    return [each for each in (made if isinstance(made, tuple | list) else (made,)) if isinstance(each, torch.Tensor)]


class Given:
    """The arguments of a call of a function of PyTorch's.

    Attributes:
        tracer: who knows the tensors.
        args: its arguments.
        kwargs: those that were named.
    """

    def __init__(self, tracer: "Tracer", args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        self.tracer = tracer
        self.args = args
        self.kwargs = kwargs
        self._apart: Given | None = None

    def tensors(self) -> list[torch.Tensor]:
        """Return the floating tensors among the arguments, each once."""
        found: list[torch.Tensor] = []
        for each in (*self.args, *self.kwargs.values()):
            for part in each if isinstance(each, tuple | list) else (each,):
                if isinstance(part, torch.Tensor) and part.is_floating_point() and not any(part is f for f in found):
                    found.append(part)
        return found

    def apart(self) -> "Given":
        """Return the same arguments in copies of their own, at which the gradient of this call alone arrives."""
        if self._apart is None:
            copies = {id(tensor): tensor.view_as(tensor) for tensor in self.tensors() if self.tracer.knows(tensor)}

            def copied(_: str, leaf: Any) -> Any:
                return copies.get(id(leaf), leaf)

            args = tuple(mapped(copied, each, "") for each in self.args)
            self._apart = Given(
                self.tracer, args, {name: mapped(copied, each, "") for name, each in self.kwargs.items()}
            )
        return self._apart

    def operand(self, value: Any) -> Any:
        """Return a tensor's node, and a number as it is."""
        return self.tracer.node(value) if isinstance(value, torch.Tensor) else value


Operation = Callable[[Given, Any], list[Node]]
"""Records a call: takes its arguments and what it returned."""


def _two(operation: Callable[[Any, Any], Node], swapped: bool = False) -> Operation:
    def recorded(given: Given, _: Any) -> list[Node]:
        a, b = (given.operand(each) for each in given.args[:2])
        return [operation(b, a) if swapped else operation(a, b)]

    return recorded


def _one(operation: Callable[[Any], Node]) -> Operation:
    return lambda given, _: [operation(given.operand(given.args[0]))]


def _linear(given: Given, _: Any) -> list[Node]:
    x, weight, *rest = given.args
    bias = [given.operand(each) for each in (*rest, given.kwargs.get("bias")) if each is not None]
    product = ops.matmul(given.operand(x), given.tracer.turned(weight))
    return [ops.add(product, bias[0]) if bias else product]


def _turned(given: Given, _: Any) -> list[Node]:
    """Record a view with two axes swapped; what is not is refused when it is compared."""
    whole = given.args[0]
    order = list(range(whole.ndim))
    if whole.ndim == 2:
        return [given.tracer.turned(whole)]
    if len(given.args) > 2:
        first, second = given.args[1] % whole.ndim, given.args[2] % whole.ndim
        order[first], order[second] = order[second], order[first]
    return [ops.transpose(given.operand(whole), order)]


def _pieces(given: Given, made: Any) -> list[Node]:
    """Record parts along one axis, as `chunk` and `split` give them."""
    axis = given.kwargs.get("dim", given.args[2] if len(given.args) > 2 else 0) % given.args[0].ndim
    whole, begin, found = given.operand(given.args[0]), 0, []
    for piece in tensors_in(made):
        end = begin + piece.shape[axis]
        found.append(whole[(slice(None),) * axis + (slice(begin, end),)])
        begin = end
    return found


def _item(given: Given, _: Any) -> list[Node]:
    return [given.operand(given.args[0])[given.args[1]]]


def _shaped(given: Given, made: Any) -> list[Node]:
    node = given.operand(given.args[0])
    return [node if node.shape == tuple(made.shape) else ops.reshape(node, tuple(made.shape))]


def _put_together(operation: Callable[[Sequence[Any], int], Node]) -> Operation:
    def recorded(given: Given, _: Any) -> list[Node]:
        axis = given.kwargs.get("dim", given.args[1] if len(given.args) > 1 else 0)
        return [operation([given.operand(each) for each in given.args[0]], axis)]

    return recorded


def _reduced(operation: Callable[..., Node]) -> Operation:
    def recorded(given: Given, _: Any) -> list[Node]:
        axis = given.kwargs.get("dim", given.args[1] if len(given.args) > 1 else None)
        return [operation(given.operand(given.args[0]), axis=tuple(axis) if isinstance(axis, list) else axis)]

    return recorded


def _squared(given: Given, _: Any) -> list[Node]:
    return [ops.power(given.operand(given.args[0]), 2.0)]


OPERATIONS: Mapping[str, Operation] = {
    **dict.fromkeys(("add", "radd", "iadd"), _two(ops.add)),
    **dict.fromkeys(("sub", "subtract", "isub"), _two(ops.subtract)),
    **dict.fromkeys(("rsub",), _two(ops.subtract, swapped=True)),
    **dict.fromkeys(("mul", "multiply", "rmul", "imul"), _two(ops.multiply)),
    **dict.fromkeys(("div", "divide", "truediv", "true_divide"), _two(ops.divide)),
    **dict.fromkeys(("matmul", "mm", "bmm"), _two(ops.matmul)),
    **dict.fromkeys(("rmatmul",), _two(ops.matmul, swapped=True)),
    **dict.fromkeys(("neg", "negative"), _one(ops.negate)),
    **dict.fromkeys(("tanh",), _one(ops.tanh)),
    **dict.fromkeys(("sigmoid",), _one(ops.sigmoid)),
    **dict.fromkeys(("relu",), _one(ops.relu)),
    **dict.fromkeys(("exp",), _one(ops.exp)),
    **dict.fromkeys(("log",), _one(ops.log)),
    **dict.fromkeys(("sqrt",), _one(ops.sqrt)),
    **dict.fromkeys(("detach",), _one(ops.stop_gradient)),
    **dict.fromkeys(("square",), _squared),
    **dict.fromkeys(("pow",), _two(ops.power)),
    **dict.fromkeys(("linear",), _linear),
    **dict.fromkeys(("t", "get", "transpose", "swapaxes"), _turned),
    **dict.fromkeys(("chunk", "split"), _pieces),
    **dict.fromkeys(("getitem",), _item),
    **dict.fromkeys(("view", "reshape", "unsqueeze", "squeeze", "flatten", "contiguous", "clone", "view_as"), _shaped),
    **dict.fromkeys(("cat", "concat", "concatenate"), _put_together(ops.concatenate)),
    **dict.fromkeys(("stack",), _put_together(ops.stack)),
    **dict.fromkeys(("sum",), _reduced(ops.sum)),
    **dict.fromkeys(("mean",), _reduced(ops.mean)),
}
