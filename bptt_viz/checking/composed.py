"""NumPy functions that are made of others, for arrays that know only the others."""

from typing import Any

import numpy as np


def _dot(a: Any, b: Any) -> Any:
    return a * b if np.ndim(a) == 0 or np.ndim(b) == 0 else np.matmul(a, b)


def _clip(x: Any, low: Any, high: Any) -> Any:
    return np.minimum(np.maximum(x, low), high)


def _reduction(ufunc: Any) -> Any:
    return lambda x, axis=None, **options: ufunc.reduce(x, axis=axis, **options)


def _mean(x: Any, axis: Any = None, **options: Any) -> Any:
    total: Any = np.add.reduce(x, axis=axis, **options)
    return total * (total.size / x.size)


def _like(function: Any) -> Any:
    return lambda x: type(x)(function(x.shape))


COMPOSED: dict[Any, Any] = {
    np.dot: _dot,
    np.clip: _clip,
    np.sum: _reduction(np.add),
    np.max: _reduction(np.maximum),
    np.min: _reduction(np.minimum),
    np.mean: _mean,
    np.zeros_like: _like(np.zeros),
    np.ones_like: _like(np.ones),
    np.empty_like: _like(np.empty),
    np.shape: lambda x: x.shape,
    np.ndim: lambda x: x.ndim,
    np.size: lambda x: x.size,
}
