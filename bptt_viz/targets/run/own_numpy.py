"""NumPy as users' code sees it: the same functions, but what makes arrays can be told to make complex ones.

`h = np.zeros((N, T, H))` and then `h[:, t] = …` would drop the imaginary part of a complex step. A real difference of
the code as it stands confirms every complex step, so that nothing is believed for having been let through. NumPy itself
stays as it is, for its own random numbers fill arrays that it makes by the same names.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from types import ModuleType
from typing import Any

import numpy as np

from bptt_viz.checking.dual import Dual

_MAKERS = ("zeros", "ones", "empty", "full", "zeros_like", "ones_like", "empty_like", "full_like", "array", "asarray")
# Names that NumPy had until 1.24, and what they were.
_GONE: dict[str, Any] = {"float": float, "int": int, "bool": bool, "object": object, "str": str, "complex": complex}
_GONE |= {"product": np.prod, "float_": np.float64, "row_stack": np.vstack, "Inf": np.inf, "NaN": np.nan}
_GONE |= {"asscalar": lambda array: array.item()}

_SEED = 0
_held = ["real"]
asked_for: dict[str, None] = {}
"""Which of the names that NumPy no longer has were asked for."""


@contextmanager
def buffers_for(held: str) -> Iterator[None]:
    """Make users' code fill arrays that hold `complex`, `dual` or `real` numbers inside the block."""
    _held[0] = held
    try:
        yield
    finally:
        _held[0] = "real"


def holds(kind: str) -> bool:
    """Tell whether arrays hold numbers of a kind for now."""
    return _held[0] == kind


def _switched(maker: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(maker)
    def made(*arguments: Any, **options: Any) -> Any:
        if _held[0] == "real":
            return maker(*arguments, **options)
        if _held[0] == "dual":
            return _dual(maker, arguments, options)
        # `dtype=float` for what holds complex numbers already would drop their imaginary parts.
        given = [complex if k and is_real(each) else each for k, each in enumerate(arguments)]
        found = maker(*given, **{name: complex if is_real(value) else value for name, value in options.items()})
        return found.astype(complex) if isinstance(found, np.ndarray) and found.dtype.kind == "f" else found

    return made


def _dual(maker: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
    first = arguments[0] if arguments else None
    if isinstance(first, Dual):
        return np.copy(first) if maker in {np.array, np.asarray} else maker(first)
    if isinstance(first, list | tuple) and any(isinstance(each, Dual) for each in first):
        return np.stack(first)
    found = maker(*arguments, **options)
    return Dual(found) if isinstance(found, np.ndarray) and found.dtype.kind == "f" else found


def is_real(value: Any) -> bool:
    """Tell whether a value names a type of real numbers."""
    if isinstance(value, str):
        return value in {"float", "float64", "float32", "f", "d", "f4", "f8"}
    if isinstance(value, np.dtype):
        return value.kind == "f"
    return value is float or (isinstance(value, type) and issubclass(value, np.floating))


_OURS = {name: _switched(getattr(np, name)) for name in _MAKERS}
_BY_REAL = {id(getattr(np, name)): ours for name, ours in _OURS.items()}


class _NumPy(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name in _GONE and not hasattr(np, name):
            asked_for.setdefault(name)
            return _GONE[name]
        return getattr(np, name)


def _seeded(maker: Callable[..., Any]) -> Callable[..., Any]:
    """Return a maker of random generators that starts from one and the same seed where it is given none."""

    @wraps(maker)
    def made(seed: Any = None) -> Any:
        return maker(_SEED if seed is None else seed)

    return made


def _copy_of(module: ModuleType, kind: type[ModuleType], **own: Any) -> Any:
    made = kind(module.__name__)
    made.__dict__.update({name: value for name, value in vars(module).items() if name != "__getattr__"}, **own)
    return made


_RANDOM = _copy_of(
    np.random,
    ModuleType,
    default_rng=_seeded(np.random.default_rng),
    RandomState=_seeded(np.random.RandomState),
)
own_numpy = _copy_of(np, _NumPy, random=_RANDOM, **_OURS)


def handed_out(names: dict[str, Any]) -> None:
    """Put this NumPy, and its makers of arrays, where a namespace has the real ones."""
    for name, value in names.items():
        if value is np or value is np.random:
            names[name] = own_numpy if value is np else _RANDOM
        elif id(value) in _BY_REAL:
            names[name] = _BY_REAL[id(value)]
