"""Which gate a block of a packed weight, or a weight of its own, belongs to."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

from bptt_viz.targets.recognise.inference.dims import Dim
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import Arr

_LONG = {
    "input": "i",
    "in": "i",
    "forget": "f",
    "output": "o",
    "out": "o",
    "cell": "c",
    "candidate": "g",
    "cand": "g",
    "gate": "g",
    "update": "z",
    "reset": "r",
    "new": "n",
    "modulation": "g",
    "hidden": "h",
}
_FAMILIES = (frozenset("ifo"), frozenset("zr"), frozenset("ur"))
_AXES: tuple[tuple[int, Literal["first", "last"]], ...] = ((-1, "last"), (0, "first"))
_MEMBERS = frozenset("ifogczrnuh")
_WEIGHT = re.compile(r"[WUVbB]_?[xhcas]?_?\w")
_RAW = re.compile(r"(?:^|_)(?:raw|pre|act|lin|net|gate|hat|tilde|bar|t|z|a|in|s|sig|in_?put)(?:$|(?=_))")


def gate_of(name: str) -> str:
    """Return the gate's short name that a variable's name stands for, or the name itself."""
    if _WEIGHT.match(name) and _suffix(name):
        return _suffix(name)
    bare = name.strip("_")
    for word in re.split(r"_|(?<=[a-z])(?=[A-Z])", bare):
        if word.lower() in _LONG and len(word) > 2:
            return _LONG[word.lower()]
    parts = [part for part in bare.split("_") if part]
    letters = [part for part in parts if part.lower() in _MEMBERS]
    if len(parts) > 1 and letters:
        return letters[0].lower()
    short = re.fullmatch(r"(?:a|z|d|s)?([ifogczrnuhIFOGCZRN])(?:_?t|_?s|_?g|gate|hat|tilde|raw|\d)?", bare)
    return short[1].lower() if short else bare


def packed(run: Run, arrays: Mapping[str, Arr]) -> tuple[dict[str, tuple[str, ...]], Literal["first", "last"]]:
    """Return the gates of packed inputs in the order of their blocks, and the axis that they lie along.

    A pre-activation that is cut into equal parts has the gates' names; the inputs with an axis of its size are packed.
    All lie along the axis along which the first of them does.
    """
    found: dict[Literal["first", "last"], dict[str, tuple[str, ...]]] = {}
    for total in dict.fromkeys(run.dims.resolve(each.block.total) for each in run.blocks):
        named = _named(run, total)
        called = [named[start] for start in sorted(named, key=_least)]
        gates = [gate_of(name) for name in called]
        gates = _apart(called, gates)
        order = tuple(gates if len({*gates}) == len(gates) else called)
        if len(order) < 2 or total != _part(total, len(order)) * len(order):
            continue
        for axis, place in _AXES:
            holding = [
                key for key, each in arrays.items() if each.shape and run.dims.resolve(each.shape[axis]) == total
            ]
            if holding:
                known = found.setdefault(place, {})
                known |= {key: order for key in holding if key not in known}
                break
    return next(((gates, place) for place, gates in found.items()), ({}, "last"))


def _apart(called: Sequence[str], gates: Sequence[str]) -> list[str]:
    """Return gates with the candidate apart from the gate that is called alike: `input` beside `input_gate`."""
    twice = {gate for gate in gates if gates.count(gate) > 1}
    rest = [name for name, gate in zip(called, gates, strict=True) if gate in twice and "gate" not in name.lower()]
    return ["g" if rest == [name] else gate for name, gate in zip(called, gates, strict=True)]


def _part(total: Dim, count: int) -> Dim:
    return Dim(tuple((unknown, factor // count) for unknown, factor in total.terms), total.constant // count)


def _least(start: Dim) -> int:
    return sum(factor for _, factor in start.terms) * 1000 + start.constant


def _named(run: Run, total: Dim) -> dict[Dim, str]:
    """Return the last name that each block of a packed array is given: its pre-activation's comes before its own."""
    return {
        run.dims.resolve(each.block.start): each.name
        for each in run.blocks
        if run.dims.resolve(each.block.total) == total
    }


def own_weights(names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the gate of each parameter that is named after one, such as `Wf` or `W_xi`, if they make up a cell."""
    found: dict[str, str] = {}
    for name in names:
        gate = _suffix(name)
        if gate:
            found[name] = gate
    present = set(found.values())
    if not any(family <= present for family in _FAMILIES):
        return {}
    return {name: (gate,) for name, gate in found.items()}


def _suffix(name: str) -> str:
    short = re.fullmatch(
        r"(?:[WUVRPwuvbB]|bias|weight)_?(?:[xhcyasXHAC](?=_?[a-zA-Z]))?_?([ifogczrnuh]|(?<=_)[IFOGCZRN])(?:_?[xhcas])?",
        name,
    )
    if short:
        return short[1].lower()
    for word in name.lower().split("_"):
        if word in _LONG and len(word) > 2 and word != "hidden":
            return _LONG[word]
    return ""
