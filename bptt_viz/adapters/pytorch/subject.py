"""A PyTorch target as a subject to check, or what stands in the way."""

import torch

from bptt_viz.adapters.function import Subject
from bptt_viz.adapters.pytorch.calling import Call, TorchFunction, array, in_one_line, is_about_precision, no_double
from bptt_viz.adapters.pytorch.layout import layout_of, promoted_where_needed
from bptt_viz.adapters.pytorch.watch import watched, why_not_deterministic
from bptt_viz.checking.problem import Inconclusive, Misbehaviour
from bptt_viz.errors import UsageError


def subject(call: Call, name: str) -> Subject:
    """Return a call as a subject.

    Raises:
        UsageError: forward fails, or cannot be run in double precision.
        Inconclusive: forward is not deterministic.
        Misbehaviour: no output depends on anything that has a gradient.
    """
    values = {**call.parameters, **call.given}
    single = promoted_where_needed(call)
    made = _demand_runs(call, values, name)
    _demand_deterministic(call, values)
    if low := watched(call, values).low:
        raise no_double(name, low)
    floating = {key: array(value) for key, value in values.items() if value.is_floating_point()}
    parameters = {key: value for key, value in floating.items() if key in call.parameters}
    arguments = {key: value for key, value in floating.items() if key in call.given}
    constants = {key: array(value) for key, value in call.given.items() if not value.is_floating_point()}
    return Subject(
        name,
        TorchFunction(call),
        parameters,
        arguments,
        constants,
        layout_of(call),
        _differentiable(made),
        single,
    )


def _demand_runs(call: Call, values: dict[str, torch.Tensor], name: str) -> dict[str, torch.Tensor]:
    leaves = {k: v.detach().clone().requires_grad_() if v.is_floating_point() else v for k, v in values.items()}
    try:
        made = call({key: leaf.clone() for key, leaf in leaves.items()})
    except Exception as error:
        if is_about_precision(error):
            raise no_double(name, error) from error
        raise UsageError(f"forward of {name} raises {in_one_line(error)}") from error
    if not made:
        raise UsageError(f"{name} returns no tensor of floating numbers")
    return made


def _demand_deterministic(call: Call, values: dict[str, torch.Tensor]) -> None:
    with torch.no_grad():
        first, second = call(values), call(values)
    if any(not torch.equal(each, second[key]) for key, each in first.items()):
        raise Inconclusive(why_not_deterministic(call, values))


def _differentiable(made: dict[str, torch.Tensor]) -> tuple[str, ...]:
    found = tuple(name for name, value in made.items() if value.requires_grad)
    if not found:
        raise Misbehaviour("autograd sees no way from the outputs back: is it cut by no_grad, detach or numpy?")
    return found
