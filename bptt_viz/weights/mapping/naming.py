"""Which array of a file is what, told by names and shapes: PyTorch's, min-char-rnn's and the CS231n assignment's."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.weights.contents import Dense, Part, Recurrent

_TORCH = re.compile(
    r"(?P<prefix>.*?)(?P<what>weight_ih|weight_hh|weight_hr|bias_ih|bias_hh)(?:_l(?P<depth>\d{1,3}))?(?P<back>_reverse)?"
)
_SHOWN = 4
_PLACES = {"weight_ih": "W_x", "weight_hh": "W_h", "bias_ih": "b_x", "bias_hh": "b_h"}
# PyTorch's documentation of nn.RNN, nn.LSTM, nn.GRU: the order of blocks in weight_hh (kH, H).
_KINDS: Mapping[int, tuple[Literal["rnn", "lstm", "gru"], tuple[str, ...]]] = {
    1: ("rnn", ()),
    4: ("lstm", ("i", "f", "g", "o")),
    3: ("gru", ("r", "z", "n")),
}


@dataclass(frozen=True, slots=True)
class _Group:
    """The arrays of one direction of one layer."""

    prefix: str
    depth: int
    backward: bool
    names: dict[str, str] = field(default_factory=dict)


def pytorch_layers(arrays: Mapping[str, Array]) -> list[Recurrent]:
    """Return the recurrent layers among arrays with PyTorch's names, from bottom to top; none if there are none.

    Layers of several modules are a stack if their prefixes differ by a number alone, such as `lstm1.` and `lstm2.`.

    Raises:
        UsageError: they are projected, belong to several networks, or an array is missing.
    """
    groups: dict[tuple[str, int, bool], _Group] = {}
    for name in arrays:
        found = _TORCH.fullmatch(name)
        if found is None:
            continue
        if found["what"] == "weight_hr":
            raise UsageError(f"{name}: an LSTM with projections (proj_size) is none of our cells; train one without")
        key = (found["prefix"], int(found["depth"] or 0), bool(found["back"]))
        groups.setdefault(key, _Group(*key)).names[_PLACES[found["what"]]] = name
    prefixes = _in_order({prefix for prefix, _, _ in groups})
    stacked = sorted(groups.values(), key=lambda group: (prefixes.index(group.prefix), group.depth, group.backward))
    rows = list(dict.fromkeys((group.prefix, group.depth) for group in stacked))
    for prefix in prefixes:
        depths = [depth for of, depth in rows if of == prefix]
        if depths != list(range(len(depths))):
            raise UsageError(f"{prefix}*: layers {', '.join(map(str, depths))} are there, others are missing")
    return [_layer(group, rows.index((group.prefix, group.depth)), arrays) for group in stacked]


def _in_order(prefixes: set[str]) -> list[str]:
    """Return the prefixes of the modules by their numbers."""
    if len({re.sub(r"\d+", "#", prefix) for prefix in prefixes}) > 1:
        names = sorted(prefix.rstrip(".") or "(no prefix)" for prefix in prefixes)
        shown = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
        raise UsageError(f"the file has several recurrent networks: {shown}; save the state of one alone")
    return sorted(prefixes, key=lambda prefix: [int(number) for number in re.findall(r"\d+", prefix)])


def _layer(group: _Group, depth: int, arrays: Mapping[str, Array]) -> Recurrent:
    name = f"{group.prefix}layer {group.depth}" + (" reversed" if group.backward else "")
    for place in ("W_x", "W_h"):
        if place not in group.names:
            raise UsageError(f"{name}: its {'weight_ih' if place == 'W_x' else 'weight_hh'} is missing")
    W_h = arrays[group.names["W_h"]]
    blocks = W_h.shape[0] // W_h.shape[1] if W_h.ndim == 2 and W_h.shape[1] else 0
    if blocks not in _KINDS or W_h.shape[0] != blocks * W_h.shape[1]:
        raise UsageError(f"{name}: a weight_hh of shape {W_h.shape} is that of no RNN, LSTM or GRU")
    kind, gates = _KINDS[blocks]
    held = {place: arrays[of] for place, of in group.names.items()}
    return Recurrent(
        name, kind, gates, "rows", held["W_x"], W_h, held.get("b_x"), held.get("b_h"),
        depth=depth, backward=group.backward, names=group.names,
    )  # fmt: skip


def min_char_rnn_parts(arrays: Mapping[str, Array]) -> list[Part]:
    """Return the parts of Karpathy's min-char-rnn (2015): Wxh (H, D), Whh (H, H), Why (V, H), bh (H, 1), by (V, 1)."""
    if not {"Wxh", "Whh"} <= arrays.keys():
        return []
    names = {"W_x": "Wxh", "W_h": "Whh"} | ({"b_x": "bh"} if "bh" in arrays else {})
    flat = {name: arrays[name].reshape(-1) for name in ("bh", "by") if name in arrays}
    parts: list[Part] = [
        Recurrent(
            "min-char-rnn", "rnn", (), "rows", arrays["Wxh"], arrays["Whh"], flat.get("bh"),
            activation="tanh", names=names,
        )
    ]  # fmt: skip
    if "Why" in arrays:
        names = {"W": "Why"} | ({"b": "by"} if "by" in arrays else {})
        parts.append(Dense("Why", "rows", arrays["Why"], flat.get("by"), names))
    return parts


def cs231n_parts(arrays: Mapping[str, Array]) -> list[Part]:
    """Return the cell of CS231n's assignment 3: Wx (D, kH), Wh (H, kH), b (kH,); W_vocab (H, V), b_vocab (V,)."""
    if not {"Wx", "Wh", "b"} <= arrays.keys() or arrays["Wh"].ndim != 2 or not arrays["Wh"].shape[0]:
        return []
    blocks = arrays["Wh"].shape[1] // arrays["Wh"].shape[0]
    kind: Literal["rnn", "lstm"] = "lstm" if blocks == 4 else "rnn"
    parts: list[Part] = [
        Recurrent(
            "Wx, Wh, b", kind, ("i", "f", "o", "g") if kind == "lstm" else (), "columns",
            arrays["Wx"], arrays["Wh"], arrays["b"],
            activation="tanh" if kind == "rnn" else None, names={"W_x": "Wx", "W_h": "Wh", "b_x": "b"},
        )
    ]  # fmt: skip
    if {"W_vocab", "b_vocab"} <= arrays.keys():
        names = {"W": "W_vocab", "b": "b_vocab"}
        parts.append(Dense("W_vocab", "columns", arrays["W_vocab"], arrays["b_vocab"], names))
    return parts
