"""What is known of PyTorch's recurrent layers: their gates, the names of what goes in and out, arguments that fit."""

from collections.abc import Iterator, Mapping
from typing import Any

import torch
from torch.nn.utils.rnn import PackedSequence

from bptt_viz.adapters.nesting import leaves

# The order in which PyTorch stacks the gates along rows.
_GATES: Mapping[str, tuple[str, ...]] = {"LSTM": ("i", "f", "g", "o"), "GRU": ("r", "z", "n")}

LAYERS = (torch.nn.RNN, torch.nn.LSTM, torch.nn.GRU)
CELLS = (torch.nn.RNNCell, torch.nn.LSTMCell, torch.nn.GRUCell)


def kind(module: Any) -> str:
    """Return `RNN`, `LSTM` or `GRU` for PyTorch's layers and cells and for classes derived from them; else empty."""
    for each in (*LAYERS, *CELLS):
        if isinstance(module, each):
            return each.__name__.removesuffix("Cell")
    return ""


def plain(module: Any) -> bool:
    """Tell whether a module computes what PyTorch's own layer or cell does: it is one, and not derived from one."""
    return type(module) in {*LAYERS, *CELLS}


def gates_of(module: torch.nn.Module) -> dict[str, tuple[str, ...]]:
    """Return the gates of every parameter of the recurrent layers and cells within a module, by parameter."""
    found: dict[str, tuple[str, ...]] = {}
    for prefix, part in module.named_modules():
        gates = _GATES.get(kind(part), ())
        for name, _ in part.named_parameters(recurse=False):
            if gates and name.startswith(("weight_ih", "weight_hh", "bias_ih", "bias_hh")):
                found[f"{prefix}.{name}" if prefix else name] = gates
    return found


def states(module: Any) -> tuple[str, ...]:
    """Return the names of the states of a layer or cell."""
    return ("h", "c") if kind(module) == "LSTM" else ("h",)


def titles(module: Any) -> dict[str, str]:
    """Return what the documentation calls the first states that a layer or cell takes as `hx`."""
    if not plain(module):
        return {}
    return {"hx[0]": "h_0", "hx[1]": "c_0"} if kind(module) == "LSTM" else {"hx": "h_0"}


def named_outputs(module: Any, made: Any) -> dict[str, Any]:
    """Return the leaves of what a target returns, those of PyTorch's layers by the documentation's names."""
    names = list(_names(module))
    if not names:
        return leaves(made, "output")
    found = [made] if len(names) == 1 else [leaf for part in made for leaf in _parts(part)]
    return dict(pair for name, leaf in zip(names, found, strict=True) for pair in _unpacked(name, leaf))


def _unpacked(name: str, leaf: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(leaf, PackedSequence):
        yield f"{name}.batch_sizes", leaf.batch_sizes
        leaf = leaf.data
    yield name, leaf


def _names(module: Any) -> Iterator[str]:
    if plain(module):
        if isinstance(module, LAYERS):
            yield "output"
        yield from (f"{state}_n" if isinstance(module, LAYERS) else state for state in states(module))


def _parts(part: Any) -> tuple[Any, ...]:
    return tuple(part) if type(part) is tuple else (part,)


def arguments(module: Any, steps: int, rows: int) -> tuple[Any, ...]:
    """Return arguments that fit a layer or cell: x drawn, first states zero."""
    if isinstance(module, CELLS):
        return torch.randn(rows, module.input_size), _first(module, (rows,))
    layers = module.num_layers * (2 if module.bidirectional else 1)
    order = (rows, steps) if module.batch_first else (steps, rows)
    return torch.randn(*order, module.input_size), _first(module, (layers, rows))


def _first(module: Any, lead: tuple[int, ...]) -> Any:
    sizes = {"h": getattr(module, "proj_size", 0) or module.hidden_size, "c": module.hidden_size}
    made = tuple(torch.zeros(*lead, sizes[state]) for state in states(module))
    return made if len(made) > 1 else made[0]
