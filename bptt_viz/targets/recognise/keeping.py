"""Gradients that an object keeps: beside each parameter, in a dict or in a list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import Arr, Instance, Pending, Seq, Table, Value
from bptt_viz.targets.recognise.scene import Scene

_PATTERNS = (
    "d{}", "d_{}", "{}_grad", "grad_{}", "{}_diff", "g{}", "grad{}", "{}_gradient", "gradient_{}", "{}_d", "delta_{}",
    "dL_d{}", "{}_g", "g_{}", "d{}_", "_d{}", "diff_{}", "grad_of_{}", "{}grad",
)  # fmt: skip
_HOLDERS = (
    "grads",
    "gradients",
    "grad",
    "dparams",
    "d_params",
    "grad_params",
    "gradient",
    "g",
    "diffs",
    "_grads",
    "derivatives",
    "cache_grads",
)

_PAIRS = [
    (value, gradient)
    for value in ("value", "val", "data", "v", "w", "theta", "param", "array", "x", "weight")
    for gradient in ("grad", "gradient", "d", "diff", "g", "dvalue", "grads", "delta")
]


@dataclass(frozen=True, slots=True)
class Kept:
    """Gradients that an object keeps.

    Attributes:
        where: the attribute that holds them, or a pattern with `{}` for the parameter's name; empty if there are none.
        holder: the attribute that holds the parameters, if one does.
        kind: whether that is a dict, a list, or each parameter is an attribute of its own.
        parameters: names of the inputs that have a gradient, in order.
        values: what is known of each gradient.
    """

    where: str = ""
    holder: str = ""
    kind: Literal["dict", "list", "name"] = "name"
    parameters: tuple[str, ...] = ()
    values: Mapping[str, Value] = field(default_factory=dict)


def kept(playing: Scene, inputs: Sequence[str]) -> Kept:
    """Return the gradients that the object keeps after a backward pass."""
    if playing.instance is None:
        return Kept()
    instance, run = playing.instance, playing.run
    found = _in_container(run, instance, inputs)
    found = found if found.where else _beside(instance, inputs)
    return found if found.where else _in_objects(instance, inputs)


def _in_container(run: Run, instance: Instance, inputs: Sequence[str]) -> Kept:
    for where in (name for name in _HOLDERS if name in instance.attributes):
        held = run.known(instance.attributes[where])
        for holder, parameters in instance.attributes.items():
            if holder == where:
                continue
            if isinstance(held, Table) and isinstance(parameters, Table):
                names = [str(key) for key in parameters.items if _key(held, str(key)) and str(key) in inputs]
                if names:
                    values = {name: held.items[_key(held, name)] for name in names}
                    return Kept(where, holder, "dict", tuple(names), values)
            if isinstance(held, Seq) and isinstance(parameters, Seq) and len(held.items) == len(parameters.items):
                named = [name_of(run, item) for item in parameters.items]
                if named and all(name in inputs for name in named):
                    return Kept(where, holder, "list", tuple(named), dict(zip(named, held.items, strict=True)))
    return Kept()


def _key(held: Table, name: str) -> str:
    return next((key for key in (name, f"d{name}") if key in held.items), "")


def name_of(run: Run, value: Value) -> str:
    """Return which input something is; empty if it is none."""
    value = value if isinstance(value, Pending) else run.known(value)
    return value.name if isinstance(value, Pending) else value.origin if isinstance(value, Arr) else ""


def _beside(instance: Instance, inputs: Sequence[str]) -> Kept:
    best = Kept()
    for pattern in _PATTERNS:
        names = [name for name in inputs if name in instance.attributes and pattern.format(name) in instance.attributes]
        if len(names) > len(best.parameters):
            values = {name: instance.attributes[pattern.format(name)] for name in names}
            best = Kept(pattern, "", "name", tuple(names), values)
    return best


def _in_objects(instance: Instance, inputs: Sequence[str]) -> Kept:
    """Return gradients where each parameter is an object with its value and its gradient."""
    for value, gradient in _PAIRS:
        holders = {name: each for name, each in instance.attributes.items() if isinstance(each, Instance)}
        names = [name for name in holders if f"{name}.{value}" in inputs and gradient in holders[name].attributes]
        if names:
            values = {f"{name}.{value}": holders[name].attributes[gradient] for name in names}
            return Kept(gradient, "", "name", tuple(values), values)
    return Kept()
