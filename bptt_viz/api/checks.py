"""Numeric gradient checks of anything: by name, or of an object."""

from collections.abc import Mapping, Sequence
from inspect import signature
from os import PathLike, fspath
from typing import Any

from bptt_viz.answers import check as of_names
from bptt_viz.answers.objects import check_object
from bptt_viz.api.reading import read
from bptt_viz.commands.check import check as check_command
from bptt_viz.commands.check_options import of_code
from bptt_viz.console.options import parse_settings
from bptt_viz.console.output import provenance
from bptt_viz.console.shown import Shown
from bptt_viz.errors import UsageError
from bptt_viz.results.check import Checks


def check(
    target: Any = None,
    *inputs: Any,
    full: bool = False,
    method: str | None = None,
    rtol: float | None = None,
    atol: float = 1e-3,
    eps: float | None = None,
    shapes: str | None = None,
    hidden: int | None = None,
    layers: int | None = None,
    activation: str | None = None,
    topology: str | None = None,
    truncate: int | None = None,
    init: str = "xavier",
    weights: str | PathLike[str] | None = None,
    settings: Mapping[str, Any] | None = None,
    seed: int = 0,
    verbose: bool = False,
    fail_on: str | Sequence[str] | None = None,
    time_limit: float = 20.0,
    memory_limit: int = 4096,
) -> Shown[Checks]:
    """Check gradients numerically: of models, of files of code, and of objects. It raises nothing if one is wrong.

    Args:
        target: a name or a list of names as on the command line: built-in cells or models, `file.py:name`,
            `pkg.mod:name`, or code of your own, `file.py`, `file.ipynb`, `file.py::name`, which is run in a process of
            its own; all that is built in if left out. Or an object: a class derived from `Cell`, a `Target`, a PyTorch
            module or `autograd.Function`, a callable of tensors or of arrays of JAX or HIPS autograd, or what has the
            attributes of `bptt_viz.checking.problem.Problem`.
        inputs: example inputs of an object of another framework, nested as it takes them. Without them its
            `example_inputs` are taken, and those of recurrent layers and of modules with common signatures made up.
        full: compare every entry, not only random projections.
        method: `complex`, `central`, `central6` or `ridders`; chosen by itself if left out.
        rtol: the largest norm-relative error that passes, above 0.
        atol: the noise floor, as a share of the largest gradient, above 0.
        eps: the step of a real difference, above 0.
        shapes: T×N pairs such as `"1x1,5x3"`.
        hidden: H of models, from 1 on; 5 if left out.
        layers: cells stacked in depth, from 1 on.
        activation: of a cell that has one.
        topology: a cell's input-output pattern.
        truncate: check truncated backpropagation that stops every so many steps.
        init: how recurrent weights are drawn.
        weights: a file of trained weights.
        settings: options of the cell or model, by name.
        seed: of every random draw, from 0 on.
        verbose: show every case, also of passes.
        fail_on: outcomes of code that count as mismatches, one or several.
        time_limit: seconds for each pair of code, from 0.1 on.
        memory_limit: megabytes for the process that runs code, from 512 on.

    Returns:
        `verdict`, the worst of all (`pass`, `mismatch` or `inconclusive`); `targets`, a check of each with its
        `verdict`, `diagnosis` and `cases`, of code and of functions with its `outcome` too.

    Raises:
        UsageError: there is no such target, it cannot be checked, or an option does not fit.
        MissingError: the target's framework is not installed.
    """
    given = {name: value for name, value in locals().items() if name not in {"target", "inputs"}}
    names = _names(target)
    asked = read(check_command, {"every_entry" if name == "full" else name: value for name, value in given.items()})
    if names is None:
        return _check_object(target, inputs, given, verbose)
    if inputs:
        raise UsageError("example inputs are for an object of another framework, not for a name")
    return of_names.check(_order(names, asked), verbose=verbose)


def _names(target: Any) -> list[str] | None:
    """Return what a target names, nothing for all that is built in; None if it is an object."""
    listed = [] if target is None else list(target) if isinstance(target, list | tuple) else [target]
    if (listed or target is None) and all(isinstance(each, str | PathLike) for each in listed):
        return [fspath(each) for each in listed]
    return None


def _order(names: Sequence[str], asked: dict[str, Any]) -> of_names.Order:
    for name in ("form", "json", "self_test", "explain", "output", "verbose"):
        del asked[name]
    code = of_code(*(asked.pop(name) for name in ("fail_on", "time_limit", "memory_limit")))
    settings = parse_settings(asked.pop("settings"))
    return of_names.order(names, **asked, settings=settings, limits=code.limits, fail_on=code.fail_on)


def _check_object(target: Any, inputs: tuple[Any, ...], given: Mapping[str, Any], verbose: bool) -> Shown[Checks]:
    """Check an object by the options that were given to say something else than usual."""
    usual = {each.name: each.default for each in signature(check).parameters.values()}
    chosen = {name: value for name, value in given.items() if value != usual[name] and name != "verbose"}
    found = check_object(target, inputs, chosen)
    return of_names.shown((found,), provenance("check", {"target": found.target, **chosen}), verbose)
