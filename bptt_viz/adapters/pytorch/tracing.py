"""The forward pass of any PyTorch module on a tape of ours, step by step of its sequence, to be drawn.

What PyTorch is asked for is recorded as it is asked: known functions as operations of ours, whose results are compared
with PyTorch's; all others, such as autograd functions, as operations of which autograd knows the gradient. A value gets
the name of the variable that the module keeps it in.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from string import ascii_lowercase
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from bptt_viz.adapters.pytorch.calling import Call, array
from bptt_viz.adapters.pytorch.operations import OPERATIONS, Given, tensors_in
from bptt_viz.arrays import Array
from bptt_viz.ops import transpose
from bptt_viz.tape import LEAF, Node, Primitive, Tape

_OURS = (Path(torch.__file__).parent, Path(__file__).parents[2])


class Tracer(TorchFunctionMode):
    """Records what PyTorch is asked for.

    Attributes:
        tape: where.
    """

    def __init__(self, sequences: dict[int, int]) -> None:
        """Begin.

        Args:
            sequences: by identity, the tensors that hold all time steps, with their axis of time.
        """
        super().__init__()
        self.tape = Tape()
        self._sequences = sequences
        self._known: dict[int, tuple[Any, Node]] = {}
        self._turned: dict[int, Node] = {}
        self._now: int | None = None

    def know(self, tensor: torch.Tensor, node: Node) -> None:
        """Note which node a tensor is."""
        self._known[id(tensor)] = tensor, node

    def knows(self, tensor: torch.Tensor) -> bool:
        """Tell whether a tensor is on the tape."""
        return id(tensor) in self._known

    def leaf(self, tensor: torch.Tensor, name: str, role: str, t: int | None = None) -> None:
        """Record a tensor that is given."""
        with self.tape.at(t, 0, role):
            self.know(tensor, self.tape.leaf(array(tensor), name))

    def node(self, tensor: torch.Tensor) -> Node:
        """Return a tensor's node; of one that nobody knows, a constant."""
        if id(tensor) not in self._known:
            with self.tape.at(self._now or 0, 0, "state"):
                self.know(tensor, self.tape.constant(array(tensor.detach().double())))
        return self._known[id(tensor)][1]

    def turned(self, tensor: torch.Tensor) -> Node:
        """Return a matrix turned; a parameter is drawn as it is used, once, and under its name."""
        node = self.node(tensor)
        if node.primitive is not LEAF or node.scope.role != "parameter":
            return transpose(node)
        if node.index not in self._turned:
            with self.tape.at(role="parameter"):
                self._turned[node.index] = self.tape.leaf(node.value.T, node.name)
        return self._turned[node.index]

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        self._name_variables()
        name, given = func.__name__.strip("_"), Given(self, args, dict(kwargs or {}))
        plain = (
            name in OPERATIONS
            or name == "setitem"
            or (func.__name__.endswith("_") and not func.__name__.startswith("_"))
        )
        made = func(*args, **given.kwargs) if plain else func(*given.apart().args, **given.apart().kwargs)
        made = list(made) if name == "iter" else made
        if isinstance(args[0] if args else None, torch.Tensor) and id(args[0]) in self._sequences:
            self._cut(args[0], made)
        if name == "setitem" and torch.is_grad_enabled():
            self._set(*args)
        self._note(name, given, made, lambda: func(*given.apart().args, **given.apart().kwargs))
        return iter(made) if name == "iter" else made

    @contextmanager
    def functions(self) -> Iterator[None]:
        """Record autograd functions too, which PyTorch hands to nobody."""
        plain = vars(torch.autograd.Function)["apply"]

        def apply(made_of: Any, *args: Any, **kwargs: Any) -> Any:
            self._name_variables()
            given = Given(self, args, kwargs)
            made = plain.__get__(None, made_of)(*given.apart().args, **given.apart().kwargs)
            self._note(made_of.__name__, given, made, None)
            return made

        torch.autograd.Function.apply = classmethod(apply)
        try:
            yield
        finally:
            torch.autograd.Function.apply = plain

    def _cut(self, whole: torch.Tensor, made: Any) -> None:
        """Record the time steps that a sequence is cut into."""
        axis = self._sequences[id(whole)]
        steps = whole.unbind(axis)
        for piece in made if isinstance(made, tuple | list) else [made]:
            if isinstance(piece, torch.Tensor) and piece.numel() == steps[0].numel():
                t = next(
                    (t for t, step in enumerate(steps, 1) if torch.equal(step.reshape(-1), piece.reshape(-1))), None
                )
                if t is not None:
                    self.leaf(piece, "x", "input", t)

    def _note(self, name: str, given: Given, made: Any, again: Callable[[], Any] | None) -> None:
        """Record a call: by an operation of ours, else by what autograd knows of the arguments that it was given apart.

        Args:
            name: of the function.
            given: its arguments.
            made: what it returned.
            again: calls it once more with its arguments apart, where it may have been called with them as they are.
        """
        if not torch.is_grad_enabled():  # inside an autograd function, whose gradient is its own
            return
        tensors, results = given.tensors(), tensors_in(made)
        fresh = any(each.is_floating_point() and id(each) not in self._known for each in results)
        if not fresh or not any(id(tensor) in self._known for tensor in tensors):
            return
        times = [node.scope.t for node in map(self.node, tensors) if node.scope.role == "input" and node.scope.t]
        self._now = max(times, default=self._now)
        with self.tape.at(self._time(tensors), 0, "cell"):
            nodes = self._by_operation(name, given, made)
            if nodes is None:
                local = results if name not in OPERATIONS or again is None else tensors_in(again())
                nodes = [self._opaque(name, given, each) for each in local]
        for tensor, node in zip(results, nodes, strict=True):
            self.know(tensor, node)

    def _set(self, whole: torch.Tensor, key: Any, value: Any) -> None:
        """Record that a part of a tensor was set to a value."""
        if not isinstance(value, torch.Tensor) or id(value) not in self._known:
            return
        before, part = self.node(whole), self.node(value)

        def vjp(g: Array, _: Node) -> list[Array | None]:
            rest = g.copy()
            rest[key] = 0
            return [rest, np.asarray(g[key]).reshape(part.shape)]

        primitive = Primitive("set", "set", _not_again, vjp, _not_again, ("{g} elsewhere", "its part of {g}"))
        with self.tape.at(self._time([value]), 0, "cell"):
            self.know(whole, self.tape.record(primitive, (before, part), array(whole)))

    def _time(self, tensors: Sequence[torch.Tensor]) -> int | None:
        """Return the step of an operation: that of the input read last; none behind what puts several together."""
        scopes = [node.scope for node in map(self.node, tensors) if node.parents]
        beyond = any(scope.t is None for scope in scopes) or len({scope.t for scope in scopes}) > 2
        return None if beyond else self._now

    def _by_operation(self, name: str, given: Given, made: Any) -> list[Node] | None:
        """Record an operation of ours if there is one and it gives what PyTorch gave."""
        operation, results = OPERATIONS.get(name), tensors_in(made)
        if operation is None:
            return None
        try:
            nodes = operation(given, made)
        except Exception:
            return None
        same = len(nodes) == len(results) and all(_same(node, each) for node, each in zip(nodes, results, strict=True))
        return nodes if same else None

    def _opaque(self, name: str, given: Given, result: torch.Tensor) -> Node:
        """Record an operation of which only PyTorch knows the rule."""
        tensors, apart = given.tensors(), given.apart().tensors()

        def vjp(g: Array, _: Node) -> list[Array | None]:
            wanted = [tensor for tensor in apart if tensor.requires_grad]
            upstream = torch.from_numpy(np.ascontiguousarray(g)).reshape(result.shape)
            found = torch.autograd.grad(result, wanted, upstream, retain_graph=True, allow_unused=True)
            by_id = {id(tensor): gradient for tensor, gradient in zip(wanted, found, strict=True)}
            return [None if by_id.get(id(t)) is None else array(by_id[id(t)]) for t in apart]

        rules = tuple(f"∂{name}/∂{{{letter}}} · {{g}}" for letter in ascii_lowercase[: len(tensors)])
        primitive = Primitive(name, name, _not_again, vjp, _not_again, rules)
        parents = tuple(self.node(tensor) for tensor in tensors)
        return self.tape.record(primitive, parents, array(result), active=result.requires_grad)

    def _name_variables(self) -> None:
        """Give values without a name that of the variable that holds them."""
        frame = _users_frame()
        for name, value in (frame.f_locals if frame else {}).items():
            if isinstance(value, torch.Tensor) and id(value) in self._known:
                node = self._known[id(value)][1]
                if not node.name and name != "self":
                    node.name = name


def _users_frame() -> FrameType | None:
    """Return the innermost frame that is neither PyTorch's nor ours."""
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and any(library in Path(frame.f_code.co_filename).parents for library in _OURS):
        frame = frame.f_back
    return frame


def _same(node: Node, tensor: torch.Tensor) -> bool:
    return node.shape == tuple(tensor.shape) and np.allclose(node.value, array(tensor), rtol=1e-9, atol=1e-12)


def _not_again(*_: Any, **__: Any) -> Array:
    raise TypeError("a module's own code is not run again")


def _short(name: str) -> str:
    """Return a parameter's name with that of its part as a subscript: `weight_gate` for `gate.weight`."""
    *parts, own = name.split(".")
    return f"{own}_{parts[-1]}" if parts else own


def traced(call: Call, time: dict[str, int], loss: Any) -> tuple[Tracer, list[Node]]:
    """Run a call, and its loss, and return the tape with the nodes of what came out.

    Args:
        call: the module with its example.
        time: the axis of time of each sequence among its arguments, by name.
        loss: takes what the module returns; None for none.
    """
    given = call.given
    tracer = Tracer({id(given[name]): axis for name, axis in time.items() if name in given})
    for name, tensor in call.parameters.items():
        tracer.leaf(tensor, _short(name), "parameter")
    for name, tensor in given.items():
        if tensor.is_floating_point():
            tensor.requires_grad_(True)
            known = name in time
            tracer.leaf(tensor, name, "input" if known else "state", None if known else 0)
    call.target.requires_grad_(True)
    with torch.enable_grad(), tracer.functions(), tracer:
        made = call.returned({**call.parameters, **given})
        made = made if loss is None else loss(made)
    leaves = call.named(made) if loss is None else {"L": made}
    results = [
        tracer.node(each) for each in leaves.values() if isinstance(each, torch.Tensor) and each.is_floating_point()
    ]
    if loss is not None:
        results[0].name = results[0].name or "L"
    return tracer, [node for node in results if node.parents]
