"""Letters for sizes that were inferred: what the code or its docstrings call them, else the field's."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bptt_viz.targets.declaration import Size, Spec
from bptt_viz.targets.recognise.inference.dims import Dim
from bptt_viz.targets.recognise.inference.run import Run
from bptt_viz.targets.recognise.inference.values import Arr, Num

_GOOD = re.compile(r"[^\W\d_]\w{0,15}")
_BAD = frozenset(
    [
        "t",
        "i",
        "j",
        "k",
        "n",
        "l",
        "len",
        "shape",
        "size",
        "length",
        "_",
        "idx",
        "index",
        "start",
        "end",
        "total",
        "ndim",
        "dim",
        "x",
        "y",
        "h",
        "c",
        "a",
        "b",
    ]  # no names of sizes
)
_STATE = re.compile(
    r"(h|hs|a|s|c|cell|state|hidden|prev)(0|_?prev|_?t|_?0|_?init|_.*)?|(prev|last|init)_?(h|a|s|c|state|hidden|cell)\w*"
)
_LONG = [
    (re.compile(pattern, re.IGNORECASE), letter)
    for pattern, letter in (
        (
            r"n_?hidden|num_hidden|hid(den)?_?(layer_)?(size|dim|dims|units|num|n|nodes)|state_size|h_(size|dim)|hdim",
            "H",
        ),
        (r"n_?vocab|vocab\w*_?(size|len)?|num_(words|chars)|voc_size", "V"),
        (r"n_?(in|input)|in(put)?_?(size|dim|dims|units|num)|x_(size|dim)|num_(inputs|features)|n_features", "D"),
        (r"n_?batch|batch_?(size)?|bs|num_(samples|examples)", "N"),
        (r"seq\w*_?(len|length|size)?|n_?steps|num_steps|time_?steps|T_x|timesteps?", "T"),
    )
]
_SPARE = "KMPQRSE"


def lettered(run: Run, arrays: Mapping[str, Arr], weights: Iterable[str]) -> tuple[dict[str, Spec], dict[int, str]]:
    """Return the shapes of inputs in letters, and the letter of each unknown.

    Args:
        run: in which the shapes were found.
        arrays: inputs by name.
        weights: those that are parameters.
    """
    shapes = {name: [run.dims.resolve(axis) for axis in array.shape] for name, array in arrays.items()}
    held = {unknown for name in weights for axis in shapes.get(name, ()) for unknown, _ in axis.terms}
    data = {name: axes for name, axes in shapes.items() if name not in set(weights)}
    time = _time(run, data, held)
    batch = _batch(data, held, time)
    letters = _letters(run, shapes, data, time, batch)
    specs = {name: Spec(tuple(_written(axis, letters) for axis in axes)) for name, axes in shapes.items()}
    for name, below in run.integers.items():
        if name in specs:
            specs[name] = Spec(specs[name].axes, "int", _written(run.dims.resolve(below), letters) if below else "V")
    masks = {name: replace(specs[name], kind="bool") for name in run.masks if name in specs}
    return specs | masks, letters


def sized(run: Run, value: Num | Dim, letters: Mapping[int, str]) -> Size | int | None:
    """Return a number in letters; None if it is made of sizes that no input has."""
    dim = value.dim if isinstance(value, Num) else value
    dim = run.dims.resolve(dim) if dim is not None else None
    if dim is None or any(unknown not in letters for unknown, _ in dim.terms):
        return None
    written = _written(dim, letters)
    return Size(written) if isinstance(written, str) else written


def _time(run: Run, data: Mapping[str, Sequence[Dim]], held: set[int]) -> int | None:
    """Return the size that loops run over and that is an axis of what goes in but of no weight."""
    axes = {axis.unknown for shape in data.values() for axis in shape} - held
    turned = [run.dims.resolve(turns) for turns in run.turns]
    found = [unknown for turns in turned for unknown, _ in turns.terms if unknown in axes]
    return max(set(found), key=lambda unknown: (found.count(unknown), -unknown)) if found else None


def _batch(data: Mapping[str, Sequence[Dim]], held: set[int], time: int | None) -> int | None:
    axes = [axis.unknown for shape in data.values() for axis in shape]
    found = [unknown for unknown in axes if unknown is not None and unknown not in held and unknown != time]
    return max(found, key=lambda unknown: (found.count(unknown), -found.index(unknown))) if found else None


def _letters(
    run: Run,
    shapes: Mapping[str, Sequence[Dim]],
    data: Mapping[str, Sequence[Dim]],
    time: int | None,
    batch: int | None,
) -> dict[int, str]:
    asked = dict.fromkeys(unknown for axes in shapes.values() for axis in axes for unknown, _ in axis.terms)
    below = [
        unknown for each in run.integers.values() if each is not None for unknown, _ in run.dims.resolve(each).terms
    ]
    asked |= dict.fromkeys(below)
    letters: dict[int, str] = {}
    for unknown in asked:
        named = [_short(name) for _, name in sorted(run.dims.hints.get(unknown, ()), key=lambda hint: hint[0])]
        fitting = [name for name in named if _GOOD.fullmatch(name) and name not in _BAD and name not in shapes]
        free = [name for name in fitting if name not in letters.values()]
        if free:
            letters[unknown] = free[0]
    indices = [axes for name, axes in shapes.items() if name in run.integers]
    usual = _usual(data, time, batch, set(below), indices)
    for unknown in asked:
        if unknown not in letters:
            wished = [*([usual[unknown]] if unknown in usual else []), *_SPARE, *(f"n{at}" for at in range(99))]
            letters[unknown] = next(name for name in wished if name not in letters.values() and name not in shapes)
    return letters


def _short(name: str) -> str:
    """Return the field's letter for a size that is called by a long name."""
    return next((letter for known, letter in _LONG if known.fullmatch(name)), name)


def _usual(
    data: Mapping[str, Sequence[Dim]],
    time: int | None,
    batch: int | None,
    below: set[int],
    indices: Iterable[Sequence[Dim]],
) -> dict[int, str]:
    """Return the field's letters: T and N, V below which indices stay, H for states, D for what else goes in."""
    found: dict[int, str] = {}
    for letter, unknown in (("T", time), ("N", batch)):
        if unknown is not None:
            found[unknown] = letter
    found |= {unknown: "V" for unknown in below if unknown not in found}
    for axes in indices:
        free = [axis.unknown for axis in axes if axis.unknown is not None and axis.unknown not in found]
        found |= dict(zip(free, "NT" if batch is None else "T", strict=False))
    for letter, states in (("H", True), ("D", False)):
        for name, axes in data.items():
            if (_STATE.fullmatch(name) is not None) is states:
                found |= {unknown: letter for axis in axes for unknown, _ in axis.terms if unknown not in found}
    return found


def _written(axis: Dim, letters: Mapping[int, str]) -> str | int:
    if axis.number is not None:
        return axis.number
    parts = [
        f"{factor if factor != 1 else ''}{'*' if factor != 1 and len(letters[unknown]) > 1 else ''}{letters[unknown]}"
        for unknown, factor in axis.terms
        if factor > 0
    ]
    negative = [f"{'' if factor == -1 else -factor}{letters[unknown]}" for unknown, factor in axis.terms if factor < 0]
    constant = f"{axis.constant:+d}" if axis.constant and parts else str(axis.constant or "")
    return "+".join(parts) + "".join(f"-{part}" for part in negative) + constant
