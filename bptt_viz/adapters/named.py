"""What `pkg.mod:obj` or `file.py:obj` names, which framework it belongs to, and its check.

Importing this imports no framework.
"""

import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import numpy as np

from bptt_viz.adapters.checking import name_of, place_of
from bptt_viz.adapters.examples import seeded, taken_apart
from bptt_viz.adapters.nesting import leaves
from bptt_viz.cells import Cell
from bptt_viz.checking import run
from bptt_viz.checking.run import CheckRequest
from bptt_viz.errors import MissingError, UsageError
from bptt_viz.models import Architecture, import_file, usable
from bptt_viz.results.check import Check

Checker = Callable[[Any, tuple[Any, ...], CheckRequest], Check]

# The extra of each framework, and where its checker lives.
_CHECKERS = {
    "torch": ("bptt_viz.adapters.pytorch.check", "check_torch"),
    "jax": ("bptt_viz.adapters.jax_function", "check_jax"),
    "autograd": ("bptt_viz.adapters.autograd_function", "check_autograd"),
}
# Options that describe a model of ours, and say nothing about one that stands in a user's code.
OF_OUR_MODELS = ("hidden", "layers", "activation", "settings", "topology", "truncate", "init")


def is_named(target: str) -> bool:
    """Tell whether a target has the form `pkg.mod:obj` or `file.py:obj`."""
    module, colon, member = target.rpartition(":")
    words = module.removesuffix(".py") if module.endswith(".py") else module.replace(".", "")
    return bool(colon) and all(part.isidentifier() for part in member.split(".")) and bool(words)


def check_target(request: CheckRequest) -> Check:
    """Check a request's target: a built-in cell or model, or what `pkg.mod:obj` or `file.py:obj` names.

    Raises:
        UsageError: there is no such thing, or it cannot be checked.
        MissingError: its framework is not installed.
    """
    return check_named(request) if is_named(request.target) else run.check_model(request)


def check_named(request: CheckRequest) -> Check:
    """Check what a request's target names: a cell of ours, or a function of some framework.

    Raises:
        UsageError: there is no such module, file or object, or it cannot be checked.
        MissingError: its framework is not installed.
    """
    target = named(request.target)
    if isinstance(target, type) and issubclass(target, Cell | Architecture):
        module, _, member = request.target.rpartition(":")
        return run.check_model(request, usable(target, module, member))
    _demand_defaults(request)
    file, line = place_of(target)
    try:
        framework = framework_of(target)
    except UsageError as error:
        raise UsageError(f"{request.target}: {error}") from error
    return replace(checker_for(framework)(target, (), request), file=file, line=line)


def checker_for(framework: str) -> Checker:
    """Return the function that checks targets of a framework.

    Raises:
        MissingError: the framework is not installed.
    """
    module, function = _CHECKERS[framework]
    with needed():
        return cast(Checker, getattr(import_module(module), function))


def framework_of(target: Any, inputs: tuple[Any, ...] = ()) -> str:
    """Return `torch`, `jax` or `autograd`: by what the target is, by its example inputs, or by what its module uses.

    Raises:
        UsageError: it is none of theirs.
    """
    if is_of_torch(target):
        return "torch"
    with seeded():
        target, inputs = taken_apart(target, inputs)
    arrays = [leaf for value in inputs for leaf in leaves(value, "").values()]
    homes = {type(leaf).__module__.partition(".")[0] for leaf in arrays}
    if is_of_torch(target) or "torch" in homes:
        return "torch"
    if homes & {"jax", "jaxlib"}:
        return "jax"
    found = [name for name in ("autograd", "jax") if name in _used_by(target)]
    if found and any(isinstance(leaf, np.ndarray) for leaf in arrays):
        return found[0]
    raise UsageError(
        f"{name_of(target)} is no class derived from bptt_viz.Cell, no PyTorch module, and no function of PyTorch,"
        " JAX or autograd with example inputs"
    )


def _used_by(function: Any) -> set[str]:
    """Return the packages that the module of a function uses."""
    values = getattr(function, "__globals__", {}).values()
    names = (getattr(value, "__name__" if inspect.ismodule(value) else "__module__", None) for value in values)
    return {name.partition(".")[0] for name in names if isinstance(name, str)}


def is_of_torch(target: Any) -> bool:
    """Tell whether a target is a module or an autograd function of PyTorch, or a class of either."""
    torch = sys.modules.get("torch")
    if torch is None:
        return False
    made = target if isinstance(target, type) else type(target)
    return issubclass(made, torch.nn.Module | torch.autograd.Function)


def named(target: str) -> Any:
    """Return the object that `pkg.mod:obj` or `file.py:obj` names; importing runs the code.

    Raises:
        UsageError: there is no such module, file or object, or it cannot be imported.
        MissingError: it needs a framework that is not installed.
    """
    module, _, member = target.rpartition(":")
    with needed(), seeded():
        home = import_file(Path(module)) if module.endswith(".py") else _imported(module)
    try:
        return reduce(getattr, member.split("."), home)
    except AttributeError:
        raise UsageError(f"{module} has no {member!r}") from None


def _imported(module: str) -> Any:
    """Import a module by name, looking in the working directory first, as `python -m` does."""
    with _here_first():
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            if error.name is not None and (module == error.name or module.startswith(f"{error.name}.")):
                raise UsageError(f"there is no module {module!r} here or among the installed packages") from error
            raise UsageError(f"{module} cannot be imported: {error}") from error
        except (Exception, SystemExit) as error:
            raise UsageError(f"{module} cannot be imported: {type(error).__name__}: {error}") from error


@contextmanager
def _here_first() -> Iterator[None]:
    sys.path.insert(0, str(Path.cwd()))
    try:
        yield
    finally:
        del sys.path[0]


@contextmanager
def needed() -> Iterator[None]:
    """Say which extra is missing where an import fails for want of a framework.

    Raises:
        MissingError: a framework is not installed.
    """
    try:
        yield
    except (UsageError, ImportError) as error:
        cause = error if isinstance(error, ImportError) else error.__cause__
        missing = cause.name.partition(".")[0] if isinstance(cause, ModuleNotFoundError) and cause.name else ""
        if missing not in _CHECKERS or find_spec(missing) is not None:
            raise
        raise MissingError(f"{missing} is not installed; pip install 'bptt-viz[{missing}]'") from error


def _demand_defaults(request: CheckRequest) -> None:
    plain = CheckRequest(request.target)
    for name in OF_OUR_MODELS:
        if getattr(request, name) != getattr(plain, name):
            option = {"settings": "set"}.get(name, name)
            raise UsageError(f"--{option} is for cells of ours and means nothing for {request.target}")
