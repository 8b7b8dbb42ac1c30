"""Gradient checks of objects: classes of cells, declared targets, problems, functions of other frameworks."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from bptt_viz.adapters.api import check_foreign
from bptt_viz.cells import Cell
from bptt_viz.checking.options import request_from
from bptt_viz.checking.problem import Problem
from bptt_viz.checking.run import check, check_model
from bptt_viz.checking.shapes import Shape
from bptt_viz.errors import UsageError
from bptt_viz.models import Architecture
from bptt_viz.results.check import Check
from bptt_viz.targets.api import Target, check_target

OF_A_POINT = frozenset({"rtol", "atol", "eps", "full", "method", "seed"})
"""Options that mean something for what is checked at a point of its own."""

_PROBLEM = ("label", "inputs", "gates", "batched", "outputs", "pullback")


def check_object(
    target: Any, inputs: tuple[Any, ...], options: Mapping[str, Any], usual: Mapping[str, Any] | None = None
) -> Check:
    """Check an object.

    Args:
        target: a class derived from `Cell` or `Architecture`, a `Target`, an object with the attributes of `Problem`,
            or a function or module of another framework.
        inputs: example inputs of such a function.
        options: by their names of `bptt-viz check`.
        usual: options that hold where nothing else is asked for, as far as they mean something for the target.

    Raises:
        UsageError: it is none of these, cannot be checked, or an option means nothing for it.
        MissingError: its framework is not installed.
    """
    usual = usual or {}
    fitting = {**{name: value for name, value in usual.items() if name in OF_A_POINT}, **options}
    if isinstance(target, Target):
        return check_target(target, **{**usual, **options})
    if isinstance(target, type) and issubclass(target, Cell | Architecture):
        request = request_from({**usual, **options})
        return check_model(replace(request, target=target.__name__), target)
    if not isinstance(target, type) and all(hasattr(target, name) for name in _PROBLEM):
        return _check_problem(cast(Problem, target), fitting)
    if callable(target) or (isinstance(target, tuple | list) and target and callable(target[0])):
        return check_foreign(target, inputs, fitting)
    raise UsageError(
        f"expected a cell's or model's name, file.py:ClassName, a class of either, a Problem, or a function of another"
        f" framework, got {target!r}"
    )


def _check_problem(problem: Problem, options: Mapping[str, Any]) -> Check:
    """Check a problem at its own point; sizes and shapes mean nothing there."""
    for name in options.keys() - OF_A_POINT:
        raise UsageError(f"a problem has a point of its own, so that {name!r} means nothing for it")
    steps = max((place.t or 1 for place in problem.outputs(problem.inputs)), default=1)
    request = request_from(options, shapes=(Shape(steps, 1, False),))
    return check(type(problem).__name__, lambda *_: problem, request)
