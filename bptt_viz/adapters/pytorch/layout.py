"""What the axes and the names of a PyTorch target's arguments and outputs mean."""

from dataclasses import replace

import torch

from bptt_viz.adapters.axes import layout_by_dependence
from bptt_viz.adapters.function import Layout
from bptt_viz.adapters.pytorch import layers
from bptt_viz.adapters.pytorch.calling import Call, TorchFunction, array, in_one_line, is_about_precision
from bptt_viz.adapters.pytorch.watch import watched
from bptt_viz.adapters.reading import declared_gates, gate_axis, state_of

Gates = dict[str, tuple[str, ...]]

# Fields of a packed sequence, which are no numbers to be moved.
_PACKING = (".batch_sizes", ".sorted_indices", ".unsorted_indices")


def layout_of(call: Call) -> Layout:
    """Find out which axes are time and batch, and which inputs are first states or pack gates."""
    found, (_, *rest) = _dependence(call), call.given
    named = {name: state_of(name) for name in rest if name not in found.time}
    known, told = _known_gates(call), declared_gates(call.target)
    return replace(
        found,
        states={name: state for name, state in named.items() if state},
        gates={**known, **told},
        gate_axis=dict.fromkeys(known, 0) | dict.fromkeys(told, gate_axis(call.target)),
        runs=_runs(call),
    )


def promoted_where_needed(call: Call) -> str:
    """Make double of single precision that a target asks for inside; return where it does, empty if nowhere."""
    values = {**call.parameters, **call.given}
    try:
        with torch.no_grad():
            single = watched(call, values).low
    except Exception as error:
        if not is_about_precision(error):
            return ""
        single = in_one_line(error)
    call.promoted = bool(single)
    return single


def is_recurrent(call: Call) -> bool:
    """Tell whether a call has an axis of time; raises whatever the target raises."""
    promoted_where_needed(call)
    return bool(_dependence(call).time)


def _dependence(call: Call) -> Layout:
    function = TorchFunction(call)
    fixed = {name: array(value) for name, value in {**call.parameters, **call.given}.items()}
    movable = {
        name: fixed[name] for name in call.given if fixed[name].dtype.kind in "fiu" and not name.endswith(_PACKING)
    }
    states = [name for name in list(movable)[1:] if state_of(name)]
    return layout_by_dependence(lambda values: function.evaluate({**fixed, **values}), movable, states)


def _known_gates(call: Call) -> Gates:
    return layers.gates_of(call.target) if isinstance(call.target, torch.nn.Module) else {}


def _runs(call: Call) -> dict[str, tuple[int, ...]]:
    """Return the rows at each time step of packed outputs, by output."""
    with torch.no_grad():
        made = call.everything({**call.parameters, **call.given})
    sizes = {name.removesuffix(".batch_sizes"): value for name, value in made.items() if name.endswith(".batch_sizes")}
    return {f"{name}.data" if f"{name}.data" in made else name: tuple(size.tolist()) for name, size in sizes.items()}
