"""The gradient checkers of other projects, each given the same hand-written forward and backward pass.

Every function returns whether the checker accepts the gradient, with the checker's own default tolerances.
"""

from typing import Any

import jax
import numpy as np
import torch
from jax.test_util import check_grads

from benchmarks.checker_points import Operation
from bptt_viz.checking.gate import gate
from bptt_viz.results.check import Judgement, Verdict

jax.config.update("jax_enable_x64", True)

# The notebooks of CS231n call errors below about 1e-7 right.
CS231N_THRESHOLD = 1e-7


def of_ours(operation: Operation) -> bool:
    """This package's gate tier; whatever is no pass counts as not accepted."""
    return gate(operation.problem, np.random.default_rng(0), Judgement())[0].verdict is Verdict.PASS


class _Wrapped(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, operation: Operation, *tensors: torch.Tensor) -> tuple[torch.Tensor, ...]:
        ctx.operation, ctx.arrays = operation, [tensor.detach().numpy() for tensor in tensors]
        outputs, ctx.cache = operation.value(ctx.arrays)
        return tuple(map(torch.from_numpy, outputs))

    @staticmethod
    def backward(ctx: Any, *cotangents: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        found = ctx.operation.gradient(ctx.arrays, ctx.cache, [cotangent.numpy() for cotangent in cotangents])
        return (None, *map(torch.from_numpy, found))


def _of_torch(operation: Operation, fast: bool) -> bool:
    tensors = [torch.from_numpy(array.copy()).requires_grad_() for array in operation.point]
    torch.manual_seed(0)
    return torch.autograd.gradcheck(
        lambda *inputs: _Wrapped.apply(operation, *inputs), tensors, fast_mode=fast, raise_exception=False
    )


def of_torch_slow(operation: Operation) -> bool:
    """Run `torch.autograd.gradcheck`: every entry by central differences, every output's gradient."""
    return _of_torch(operation, fast=False)


def of_torch_fast(operation: Operation) -> bool:
    """The same with `fast_mode=True`: one random projection."""
    return _of_torch(operation, fast=True)


def of_jax(operation: Operation) -> bool:
    """`jax.test_util.check_grads` of a `custom_vjp` that calls back to NumPy: one random direction."""
    floats = [jax.ShapeDtypeStruct(shape, np.float64) for shape in operation.shapes]
    point = [jax.ShapeDtypeStruct(array.shape, np.float64) for array in operation.point]

    def forward_on_the_host(*given: Any) -> list[np.ndarray]:
        return operation.value(list(map(np.array, given)))[0]

    def backward_on_the_host(given: Any, upstream: Any) -> list[np.ndarray]:
        arrays = list(map(np.array, given))
        _, cache = operation.value(arrays)
        return operation.gradient(arrays, cache, list(map(np.array, upstream)))

    @jax.custom_vjp
    def function(*arrays: Any) -> Any:
        return jax.pure_callback(forward_on_the_host, floats, *arrays)

    def backward(arrays: Any, cotangents: Any) -> Any:
        return tuple(jax.pure_callback(backward_on_the_host, point, arrays, cotangents))

    function.defvjp(lambda *arrays: (function(*arrays), arrays), backward)
    try:
        check_grads(function, [array.copy() for array in operation.point], order=1, modes=["rev"])
    except AssertionError:
        return False
    return True


def of_cs231n(operation: Operation) -> bool:
    """As the course's notebooks do: central differences of every entry, and the largest elementwise relative error."""
    rng = np.random.default_rng(0)
    arrays = [array.copy() for array in operation.point]
    cotangents = [rng.standard_normal(shape) for shape in operation.shapes]
    analytic = operation.gradient(arrays, operation.value(arrays)[1], cotangents)
    errors = [
        _relative_error(_central_differences(operation, arrays, place, cotangents), gradient)
        for place, gradient in enumerate(analytic)
    ]
    return max(errors) < CS231N_THRESHOLD


def _central_differences(
    operation: Operation, arrays: list[np.ndarray], place: int, cotangents: list[np.ndarray], h: float = 1e-5
) -> np.ndarray:
    moved, found = arrays[place], np.zeros_like(arrays[place])
    for index in np.ndindex(moved.shape):
        here = moved[index]
        sides = []
        for step in (h, -h):
            moved[index] = here + step
            sides.append(operation.value(arrays)[0])
        moved[index] = here
        terms = zip(*sides, cotangents, strict=True)
        found[index] = sum(np.sum((ahead - behind) * upstream) for ahead, behind, upstream in terms) / (2 * h)
    return found


def _relative_error(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.max(np.abs(x - y) / np.maximum(1e-8, np.abs(x) + np.abs(y))))


CHECKERS = {
    "ours, gate tier": of_ours,
    "torch gradcheck, slow": of_torch_slow,
    "torch gradcheck, fast": of_torch_fast,
    "jax check_grads, rev": of_jax,
    "CS231n, all entries": of_cs231n,
}


def accepts(name: str, operation: Operation) -> bool:
    """Ask a checker by name; one that stops with an error has not accepted."""
    try:
        return bool(CHECKERS[name](operation))
    except Exception:
        return False
