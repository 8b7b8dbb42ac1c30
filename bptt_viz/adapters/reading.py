"""What the names and attributes of a target say: which inputs are first states, which pack gates."""

import re
from collections.abc import Mapping
from typing import Any

_STATE = re.compile(r"(prev_?)?(h|c|hx|cx|hc|state|states|hidden|cell|carry|memory)(_?(0|prev|t|state|in|init))?", re.I)


def is_state(name: str) -> bool:
    """Tell whether an argument is called like a first state."""
    return _STATE.fullmatch(name) is not None


def state_of(name: str) -> str:
    """Return the state that an input is the first value of, by its name; empty if it is none."""
    root = re.split(r"[\[.]", name)[0]
    return (re.sub(r"(_?0|_prev)$|^prev_?", "", name) or name) if is_state(root) else ""


def declared_gates(target: Any) -> dict[str, tuple[str, ...]]:
    """Return what a target says itself, `gates = {"weight": "i f g o"}`; the blocks lie along its `gate_axis`."""
    told = getattr(target, "gates", None)
    if not isinstance(told, Mapping):
        return {}
    return {name: tuple(gates.split() if isinstance(gates, str) else gates) for name, gates in told.items()}


def gate_axis(target: Any) -> int:
    """Return the axis along which a target's declared gates lie; the first if it does not say."""
    axis = getattr(target, "gate_axis", 0)
    return axis if isinstance(axis, int) else 0
