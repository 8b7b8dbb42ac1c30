"""Complex steps through code that fills buffers: while one is taken, NumPy makes complex arrays in place of real ones.

`h = np.zeros((N, T, H))` and then `h[:, t] = …` would drop the imaginary part. A real difference of the untouched code
confirms every complex step, so that nothing is believed for having been let through.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import numpy as np

_MAKERS = ("zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like", "array", "asarray")
_REAL = {name: getattr(np, name) for name in _MAKERS}


def _complex(made: Any) -> Any:
    return made.astype(complex) if isinstance(made, np.ndarray) and made.dtype.kind == "f" else made


def _widened(maker: Callable[..., Any]) -> Callable[..., Any]:
    def widened(*arguments: Any, **options: Any) -> Any:
        # `dtype=float` for what holds complex numbers already would drop their imaginary parts.
        kept = {name: value for name, value in options.items() if name != "dtype" or not _is_real(value)}
        return _complex(maker(*(complex if k and _is_real(each) else each for k, each in enumerate(arguments)), **kept))

    return widened


def _is_real(value: Any) -> bool:
    if isinstance(value, str):
        return value in {"float", "float64", "float32", "f", "d", "f4", "f8"}
    return value is float or (isinstance(value, type) and issubclass(value, np.floating))


_WIDE = {name: _widened(maker) for name, maker in _REAL.items()}


@contextmanager
def complex_buffers(module: ModuleType) -> Iterator[None]:
    """Make NumPy's makers of arrays return complex ones inside the block, also those that a module imported by name."""
    names = vars(module)
    by_name = {key: value for key, value in names.items() if any(value is real for real in _REAL.values())}
    try:
        for name, wide in _WIDE.items():
            setattr(np, name, wide)
        names.update({key: _WIDE[value.__name__] for key, value in by_name.items()})
        yield
    finally:
        for name, real in _REAL.items():
            setattr(np, name, real)
        names.update(by_name)
