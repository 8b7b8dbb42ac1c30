"""Stand-ins for packages that are not installed or that a backward pass hardly needs: they matter only when used."""

import builtins
import importlib
import importlib.util
import pdb
import sys
from types import ModuleType
from typing import Any

# Slow to import, and seldom needed by a backward pass in NumPy: imported when something of them is used.
_SLOW = frozenset(
    {"matplotlib", "torch", "torchvision", "tensorflow", "keras", "jax", "sklearn", "pandas", "seaborn", "scipy"}
    | {"nltk", "IPython", "ipywidgets", "cv2", "PIL", "imageio", "h5py", "tqdm", "theano", "mxnet", "plotly", "bokeh"}
    | {"requests", "wandb", "tensorboardX", "numba", "cupy", "cython", "bptt_viz"}
)


class _Absent(type):
    """A class for whatever a package that is missing would have had: may be inherited from, not used."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return absent(f"{cls.__dict__['_origin']}.{name}")

    def __call__(cls, *_: Any, **__: Any) -> Any:
        if cls.__bases__ != (object,):  # somebody's own class that inherits
            return super().__call__(*_, **__)
        origin = cls.__dict__["_origin"]
        raise ModuleNotFoundError(f"{origin} is used, but {origin.partition('.')[0]!r} cannot be imported here")


def absent(origin: str) -> Any:
    """Return a stand-in by its dotted name."""
    return _Absent(origin.rpartition(".")[2], (), {"_origin": origin})


def is_absent(value: Any) -> bool:
    """Tell whether a value is a stand-in."""
    return isinstance(value, _Absent) and value.__bases__ == (object,)


class Later(ModuleType):
    """A module that is imported when something of it is used."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        try:
            found = importlib.import_module(self.__name__)
        except ImportError:
            return absent(f"{self.__name__}.{name}")
        return getattr(found, name)


def is_slow(name: str) -> bool:
    """Tell whether a module is better imported later."""
    return name.partition(".")[0] in _SLOW and name.partition(".")[0] not in sys.modules


def defuse() -> None:
    """Take the waiting out of what waits for a person: debuggers and questions."""

    def nothing(*_: Any, **__: Any) -> None:
        return None

    def question(*_: Any) -> str:
        return ""

    pdb.set_trace = nothing
    sys.breakpointhook = nothing
    builtins.input = question
    for name in ("ipdb", "pudb", "IPython.core.debugger"):
        fake = ModuleType(name)
        fake.__dict__.update(set_trace=nothing, Tracer=lambda *_: nothing)
        sys.modules.setdefault(name, fake)
