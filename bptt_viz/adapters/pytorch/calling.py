"""Calls of a PyTorch module, autograd function or callable with other values of everything that is floating."""

import re
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode

from bptt_viz.adapters.function import Named
from bptt_viz.adapters.nesting import Leaf, leaves, mapped, noting
from bptt_viz.adapters.outcomes import CRASH
from bptt_viz.arrays import Array
from bptt_viz.checking.problem import Misbehaviour
from bptt_viz.errors import UsageError

Tensors = Mapping[str, torch.Tensor]

_LIBRARIES = (Path(torch.__file__).parent, Path(__file__).parents[2])


class Call:
    """A function of named tensors: a target with an example of its arguments.

    Attributes:
        target: the module, a copy of the user's in double precision on the CPU; the autograd function or the callable.
        arguments: the example, nested as the target takes it, with floating tensors in double precision.
        names: the arguments' names.
        titles: other names for some of their leaves.
        named: takes what the target returns, and returns its leaves by name.
        promoted: whether every single precision that the target asks for is made double.
    """

    def __init__(
        self,
        target: Any,
        arguments: tuple[Any, ...],
        names: tuple[str, ...],
        titles: Mapping[str, str] | None = None,
        named: Callable[[Any], dict[str, Any]] = lambda made: leaves(made, "output"),
    ) -> None:
        self.target = deepcopy(target).double().cpu() if isinstance(target, torch.nn.Module) else target
        self.names = names
        self.titles = titles or {}
        self.named = named
        self.promoted = False
        self.arguments = self._mapped(_doubled, arguments)

    @property
    def parameters(self) -> dict[str, torch.Tensor]:
        """The target's own parameters; one that is tied has one name."""
        module = self.target
        return dict(module.named_parameters()) if isinstance(module, torch.nn.Module) else {}

    @property
    def given(self) -> dict[str, torch.Tensor]:
        """The tensors among the arguments, by name."""
        found: dict[str, Any] = {}
        self._mapped(noting(found), self.arguments)
        return {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}

    def __call__(self, values: Tensors) -> dict[str, torch.Tensor]:
        """Return the floating outputs by name."""
        made = self.everything(values)
        return {name: leaf for name, leaf in made.items() if leaf.is_floating_point() or leaf.is_complex()}

    def everything(self, values: Tensors) -> dict[str, torch.Tensor]:
        """Return all tensors that the target returns, by name."""
        made = self.named(self.returned(values))
        return {name: leaf for name, leaf in made.items() if isinstance(leaf, torch.Tensor)}

    def returned(self, values: Tensors) -> Any:
        """Return what the target returns.

        Tensors that the target makes without a type of their own are double; what it keeps on itself from call to call
        is put back, so that every call starts alike.
        """
        arguments = self._mapped(values.get, self.arguments)
        complex_ = any(value.is_complex() for value in values.values())
        by_default = _ComplexByDefault() if complex_ else nullcontext()
        with _double_by_default(), _put_back(self.target), by_default, Promoted() if self.promoted else nullcontext():
            return self._made(values, arguments)

    def _mapped(self, function: Leaf, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        def titled(name: str, leaf: Any) -> Any:
            return function(self.titles.get(name, name), leaf)

        return tuple(mapped(titled, value, name) for name, value in zip(self.names, arguments, strict=True))

    def _made(self, values: Tensors, arguments: tuple[Any, ...]) -> Any:
        if isinstance(self.target, torch.nn.Module):
            own = {name: values[name] for name in self.parameters if name in values}
            kept = {name: buffer.clone() for name, buffer in self.target.named_buffers()}
            return torch.func.functional_call(self.target, {**kept, **own}, arguments)
        return getattr(self.target, "apply", self.target)(*arguments)  # an autograd function, or a callable


def _doubled(_: str, leaf: Any) -> Any:
    if not isinstance(leaf, torch.Tensor):
        return leaf
    detached = leaf.detach().cpu().clone()
    return detached.double() if detached.is_floating_point() else detached


@contextmanager
def _double_by_default() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


class _ComplexByDefault(TorchFunctionMode):
    """Makes tensors of zeros and the like complex where no type is asked for: a first state must take what is added."""

    _MAKERS = frozenset({torch.zeros, torch.ones, torch.empty, torch.full, torch.eye})

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        wanted = {} if func not in self._MAKERS else {"dtype": torch.complex128}
        return func(*args, **{**wanted, **(kwargs or {})})


class Promoted(TorchFunctionMode):
    """Makes double of every single precision that code asks for by name: `.float()`, `dtype=torch.float32`."""

    _LOWER = frozenset({torch.Tensor.float, torch.Tensor.half, torch.Tensor.bfloat16})

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        if func in self._LOWER:
            return args[0] if args[0].is_complex() else args[0].double()
        raised = {name: _raised(value) for name, value in (kwargs or {}).items()}
        return func(*map(_raised, args), **raised)


def _raised(value: Any) -> Any:
    low = isinstance(value, torch.dtype) and value in {torch.float32, torch.float16, torch.bfloat16}
    return torch.float64 if low else value


@contextmanager
def _put_back(target: Any) -> Iterator[None]:
    """Undo what a call sets on a module and its parts, such as a hidden state that is kept for the next call."""
    parts = list(target.modules()) if isinstance(target, torch.nn.Module) else []
    before = [dict(vars(part)) for part in parts]
    try:
        yield
    finally:
        for part, kept in zip(parts, before, strict=True):
            vars(part).clear()
            vars(part).update(kept)


def array(tensor: torch.Tensor) -> Array:
    """Return a tensor's numbers, as a copy."""
    found: Array = tensor.detach().numpy().copy()
    return found


class TorchFunction:
    """A call as the checker wants it: arrays in, arrays out, and the gradient that autograd claims."""

    def __init__(self, call: Call) -> None:
        self.call = call

    def evaluate(self, values: Named) -> dict[str, Array]:
        """Return the outputs of real or complex inputs."""
        with torch.no_grad(), _complex_refused(values):
            return {name: made.numpy() for name, made in self.call(_tensors(values)).items()}

    def together(self, values: Named, moved: frozenset[str]) -> dict[str, Array]:
        """Return the outputs of many copies along a leading axis; fused layers do not allow that."""
        axes = {name: 0 if name in moved else None for name in values}
        with torch.no_grad(), _complex_refused(values):
            made = torch.func.vmap(self.call, in_dims=(axes,))(_tensors(values))
            return {name: each.numpy() for name, each in made.items()}

    def pull(self, values: Named, cotangents: Named) -> dict[str, Array]:
        """Run the target afresh and autograd's backward pass once.

        Raises:
            Misbehaviour: backward fails, or changes its upstream gradient in place.
        """
        given = {name: torch.tensor(value, requires_grad=value.dtype.kind == "f") for name, value in values.items()}
        # Targets may change what they are given in place, which PyTorch allows for anything but a leaf.
        made = self.call({name: leaf.clone() for name, leaf in given.items()})
        reached = [name for name in cotangents if made[name].requires_grad]
        upstream = {name: torch.tensor(cotangents[name]) for name in reached}
        wanted = {name: leaf for name, leaf in given.items() if leaf.requires_grad}
        found = _backward([made[name] for name in reached], list(wanted.values()), list(upstream.values()))
        for name in reached:
            if not np.array_equal(upstream[name].numpy(), cotangents[name]):
                raise Misbehaviour(f"backward changes its upstream gradient of {name} in place")
        pairs = zip(wanted.items(), found, strict=True)
        return {name: np.zeros(leaf.shape) if g is None else g.numpy() for (name, leaf), g in pairs}


def _backward(
    outputs: list[torch.Tensor], inputs: list[torch.Tensor], upstream: list[torch.Tensor]
) -> tuple[torch.Tensor | None, ...]:
    if not outputs:
        return (None,) * len(inputs)
    try:
        return torch.autograd.grad(outputs, inputs, upstream, allow_unused=True)
    except Exception as error:
        raise Misbehaviour(f"{CRASH} {in_one_line(error)}") from error


def _tensors(values: Named) -> dict[str, torch.Tensor]:
    return {name: torch.tensor(value) for name, value in values.items()}


@contextmanager
def _complex_refused(values: Named) -> Iterator[None]:
    """Turn whatever PyTorch says about complex numbers into one kind of error; many of its functions take none.

    Raises:
        TypeError: the values are complex, and refused.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*performance drop.*batching rule.*")
        if not any(map(np.iscomplexobj, values.values())):
            yield
            return
        warnings.filterwarnings("error", message=".*[Cc]omplex values.*")
        try:
            yield
        except Exception as error:
            raise TypeError(f"no complex numbers: {error}") from error


@contextmanager
def single_thread() -> Iterator[None]:
    """Use one thread: the many small products of a check wait for each other longer than they compute."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


_FOLLOW = "let what it makes inside follow its input: torch.zeros(…, dtype=x.dtype), register_buffer(…), x.type_as(y)"


def is_about_precision(error: Exception) -> bool:
    """Tell whether an error complains that numbers of two precisions meet."""
    return re.search(r"dtype|Double|Float|scalar type", str(error)) is not None


def no_double(name: str, why: Exception | str) -> UsageError:
    """Return the error that says why a target cannot be checked in double precision, and what to do."""
    said = why if isinstance(why, str) else in_one_line(why)
    return UsageError(f"{name} cannot run in double precision: {said}; {_FOLLOW}")


def in_one_line(error: BaseException) -> str:
    """Return an error's type, the first line of what it says, and the line of the user's own code that it came from."""
    said = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {said}{users_line(traceback.extract_tb(error.__traceback__))}"


def users_line(frames: traceback.StackSummary) -> str:
    """Return ` (file.py, line N)` for the innermost frame that is neither PyTorch's nor ours; empty without one."""
    for frame in reversed(frames):
        path = Path(frame.filename)
        if path.is_file() and not any(library in path.parents for library in _LIBRARIES):
            return f" ({path.name}, line {frame.lineno})"
    return ""
