"""Parameters under the names of our own models, and the checkpoints of `bptt-viz train`."""

import json
import re
from collections.abc import Mapping
from typing import Any

from bptt_viz.arrays import Array
from bptt_viz.cells import Values
from bptt_viz.weights.contents import Contents
from bptt_viz.weights.mapping.network import Network, Use
from bptt_viz.weights.vocabulary import vocabulary_of

_STATE = re.compile(r"W_hh(_l(?P<depth>\d{1,3}))?(_(?P<tag>[a-z]+))?")
_FOLDER = "parameters/"
# What is saved beside the parameters, by the first word of its name.
_BESIDE = {
    "optimiser": "of the optimiser",
    "states": "the states where training stopped",
    "reach": "how far gradients reached while it trained",
}


def own_network(contents: Contents) -> Network | None:
    """Return the network of a file with our names; None if it has none.

    A file of `train` says its cell and its vocabulary; of any other the cell is told by the names and shapes, or left
    open if they are those of a cell of the user's own.
    """
    within = [name for name in contents.arrays if name.startswith(_FOLDER)]
    names = {name: name.removeprefix(_FOLDER) for name in within or contents.arrays}
    whole: Values = {own: contents.arrays[name] for name, own in names.items()}
    states = {name: found for name in whole if (found := _STATE.fullmatch(name)) and whole[name].ndim == 2}
    if not states:
        return None
    told = _about(contents)
    recipe = told.get("recipe", {})
    first = min(states)
    hidden, suffix = whole[first].shape[0], first.removeprefix("W_hh")
    cell = _cell(whole, suffix, hidden)
    settings = _settings(whole, suffix, cell, recipe)
    inputs = whole["E"].shape[0] if "E" in whole and whole["E"].ndim == 2 else _rows(whole.get(f"W_xh{suffix}"))
    biases = whole.get("b_y")
    return Network(
        str(recipe.get("cell", cell)),
        settings,
        hidden,
        1 + max(int(found["depth"] or 0) for found in states.values()),
        inputs,
        None if biases is None or not biases.ndim else biases.shape[0],
        whole={name: value.astype(float) for name, value in whole.items() if value.dtype.kind == "f"},
        uses={name: Use(own, "") for name, own in names.items()} | _left_out(contents, names),
        assumed=("φ of the RNN: tanh, which the file does not tell",) if cell == "rnn" and not settings else (),
        vocabulary=vocabulary_of(told.get("vocabulary")) or contents.vocabulary,
    )


def _about(contents: Contents) -> dict[str, Any]:
    """Return what a checkpoint says of itself."""
    try:
        found = json.loads(contents.texts.get("about", "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) and isinstance(found.get("recipe", {}), dict) else {}


def _cell(whole: Mapping[str, Array], suffix: str, hidden: int) -> str:
    """Return the built-in cell whose parameters these are; empty if it is none."""
    blocks = whole[f"W_hh{suffix}"].shape[1] // max(hidden, 1)
    if f"W_ci{suffix}" in whole:
        return "peephole"
    if f"W_hn{suffix}" in whole or f"b_hn{suffix}" in whole:
        return "gru"
    known = f"W_xh{suffix}" in whole and f"b_h{suffix}" in whole
    return {1: "rnn", 4: "lstm"}.get(blocks, "") if known else ""


def _settings(whole: Mapping[str, Array], suffix: str, cell: str, recipe: Mapping[str, Any]) -> dict[str, str]:
    """Return the options of the cell that its equations depend on, as far as they are known."""
    given = recipe.get("settings", {})
    found = {str(name): str(value) for name, value in given.items()} if isinstance(given, dict) else {}
    if recipe.get("activation") is not None:
        found["activation"] = str(recipe["activation"])
    elif cell == "rnn" and recipe:
        found["activation"] = "tanh"
    if cell == "gru":
        found["reset"] = "before" if f"W_hn{suffix}" in whole else "after"
    if cell == "peephole":
        found["peephole"] = "full" if whole[f"W_ci{suffix}"].ndim == 2 else "diagonal"
    return found


def _rows(W: Array | None) -> int:
    return 0 if W is None or not W.ndim else W.shape[0]


def _left_out(contents: Contents, names: Mapping[str, str]) -> dict[str, Use]:
    rest = [name for name in contents.arrays if name not in names]
    return {name: Use("", _BESIDE.get(name.partition("/")[0], "how the training stood"), True) for name in rest}
