"""What is valid for each option: told by its type, else by its name in the tables below.

A text option that stands in no table is left out of the valid runs, and gets nonsense in the invalid ones.
"""

from hypothesis import strategies as st

from bptt_viz.analyses.inventory import inventory
from robustness.files import (
    BACKWARD_FILE,
    BASELINE_FILE,
    CELL_FILE,
    CHECKPOINT_FILE,
    DESIGN_FILE,
    IMAGE_FILE,
    STORE_FILE,
    TEXT_FILE,
    WEIGHT_FILES,
)

# Sizes whose defaults cost time: always given, and small.
SIZES = {
    "hidden": (1, 6),
    "steps": (3, 12),
    "updates": (1, 20),
    "seeds": (1, 3),
    "fresh": (1, 50),
    "windows": (1, 6),
    "sample": (0, 20),
    "length": (1, 12),
}


_OFFERED = inventory()
CELLS = [*_OFFERED.cells, f"{CELL_FILE}:MGU"]
_cells = st.sampled_from(CELLS)
_models = st.one_of(_cells, st.sampled_from([*_OFFERED.models]))
_activations = st.sampled_from(["tanh", "sigmoid", "relu", "identity"])
_numbers = st.sampled_from(["0", "0.01", "0.5", "1", "1.3", "2", "1e-6", "7"])
_positive = st.sampled_from(["0.01", "0.3", "1", "2.5", "1e3"])
_lengths = st.integers(1, 12).map(str)
_spans = st.one_of(
    st.integers(1, 3).map(str), st.tuples(st.integers(1, 2), st.integers(2, 3)).map(lambda ends: "{}:{}".format(*ends))
)


def _joined(each, by=","):
    return st.lists(each, min_size=1, max_size=3, unique=True).map(by.join)


def _ordered(low, high, by):
    """Return two numbers in order, written with something between them."""
    number = st.floats(low, high).map(lambda value: round(value, 2))
    return st.lists(number, min_size=2, max_size=2, unique=True).map(lambda ends: by.join(map(str, sorted(ends))))


_BY_NAME = {
    "model": _models,
    "models": _models,
    "targets": st.one_of(_models, st.just(BACKWARD_FILE)),
    "cell": _cells,
    "text": st.sampled_from(["hello", "sonnets", "azalea", TEXT_FILE]),
    "dtype": st.sampled_from(["float64", "float32"]),
    "activation": _activations,
    "init": st.sampled_from(
        ["normal", "normal=0.3", "xavier", "orthogonal=1.2", "identity", "radius=1.5", "singular=0.5", "sparse=2"]
    ),
    "topology": st.sampled_from(["one-to-one", "one-to-many", "many-to-one", "many-to-many", "delayed"]),
    "method": st.sampled_from(["complex", "central", "central6", "ridders"]),
    "shapes": _joined(st.sampled_from(["1x1", "5x3", "2x1", "3x2"])),
    "state": st.sampled_from(["h", "joint", "c"]),
    "scale": _ordered(0.01, 9, ":"),
    "at": _spans,
    "focus": _spans,
    "loss": _spans,
    "hide": st.sampled_from(["input", "output", "loss", "weights"]),
    "span": _joined(_lengths),
    "lengths": _joined(_lengths),
    "seed": st.integers(0, 9).map(str),
    "matrix": st.sampled_from(["normal", "orthogonal", "identity"]),
    "radius": _joined(_positive),
    "gains": _ordered(0.1, 3, ","),
    "grid": st.sampled_from(["2,2", "5,3", "3,4"]),
    "biases": _ordered(0, 3, ","),
    "kind": st.sampled_from(["cells", "models", "topologies", "initialisations", "primitives", "texts"]),
    "checkpoint": st.sampled_from(["hello", CHECKPOINT_FILE]),
    "vocabulary": st.sampled_from(["sorted", "first-seen"]),
    "prompt": st.sampled_from(["", "h", "hel", "loh"]),
    "temperature": _positive,
    "top": st.integers(1, 4).map(str),
    "w": _ordered(3, 7, ","),
    "b": _ordered(-4, -1, ","),
    "point": _ordered(-2, 5, ","),
    "optimiser": st.sampled_from(["adagrad", "sgd", "rmsprop", "adam"]),
    "number": st.sampled_from(
        [
            ("decay=0.9", "--optimiser", "rmsprop"),
            ("beta1=0.8", "--optimiser", "adam"),
            ("momentum=0.9", "--optimiser", "sgd"),
        ]
    ),
    "other": st.sampled_from(["normal", "normal=0.1", "xavier"]),
    "mask": st.sampled_from(["steps", "tied"]),
    "dropout": st.sampled_from(["0", "0.3", "0.9"]),
    "jobs": st.just("1"),
    "shard": st.sampled_from(["1/1", "2/2"]),
    "time_limit": st.just("30"),
    "memory_limit": st.just("2048"),
    "threads": st.just("1"),
    "layers": st.integers(1, 3).map(str),
    "batch": st.integers(1, 3).map(str),
    "save": st.sampled_from(["saved.npz", "saved ∂.safetensors"]),
}
_BY_COMMAND = {
    ("attend", "model"): st.just("attention-captioner"),
    ("attend", "image"): st.just(IMAGE_FILE),
    ("attend", "samples"): st.integers(2, 100).map(str),
    ("bias", "tested"): st.integers(10, 100).map(str),
    **{("bias", name): st.sampled_from(["0", "0.3", "0.9", "1"]) for name in ("bias", "women", "evident", "neutral")},
    ("task", "name"): st.sampled_from(["order", "order3", "adding", "copy", "brackets", "hello"]),
    ("reproduce", "name"): st.just("lecture-response"),
    ("reproduce", "preset"): st.just("quick"),
    ("clipping", "model"): st.one_of(_cells, _cells, _models),
    ("clipping", "updates"): st.one_of(st.just("0"), st.integers(0, 20).map(str)),
    ("spectrum", "model"): st.one_of(_cells, _cells, _models),
    ("truncation", "model"): st.one_of(_cells, _cells, _cells, _models),
    ("train", "preset"): st.sampled_from(["plain", "min-char-rnn"]),
    ("task", "length"): st.integers(10, 14).map(str),
    ("curves", "cell"): _joined(_cells),
    ("curves", "activation"): _joined(_activations),
    ("response", "activation"): _joined(_activations),
    ("response", "weight"): _joined(_numbers),
    ("response", "bias"): _joined(_numbers),
    ("response", "matrix"): _joined(st.sampled_from(["random", "symmetric", "orthogonal"])),
    ("surface", "grid"): st.integers(2, 30).map(str),
    ("phase", "steps"): st.integers(4, 30).map(str),
    ("graph", "truncate"): st.sampled_from(["1", "2", "5", "2+1", "7+6+6"]),
    ("credit", "saliency"): st.integers(1, 3).map(str),
    ("check", "fail_on"): _joined(st.sampled_from(["wrong", "crashed", "scaled", "none"])),
    ("norms", "fail_on"): _joined(st.sampled_from(["vanishing", "exploding", "nonfinite"])),
    ("learn", "save"): st.just("saved ∂.npz"),
    ("weights", "file"): st.sampled_from(["hello", CHECKPOINT_FILE, *WEIGHT_FILES]),
}

# What an option wants beside it.
WITH = {
    **{
        ("attend", name): ["--estimator", "--set", "attention=hard"]
        for name in ("estimator", "places", "words", "samples")
    },
    **{("graph", name): ["--level", "op"] for name in ("at", "values", "norms")},
    **{("graph", name): ["--gradients"] for name in ("scale", "clip_norm", "clip_value")},
    ("credit", "layer"): ["--layers", "6"],
}

_loaded = st.one_of(
    st.sampled_from(WEIGHT_FILES).flatmap(
        lambda file: st.sampled_from([[name, "--weights", file] for name in ("lstm", "char-lm")])
    ),
    st.just(["rnn", "--weights", CHECKPOINT_FILE, "--text", TEXT_FILE]),
    st.just(["rnn", "--weights", "hello", "--text", "hello", "--steps", "4"]),
)
_pair = st.tuples(_models, _models).map(lambda two: [two[0], f"{two[1]} --seed 3"])
_plot = ["plot", STORE_FILE, "--x", "seed", "--value", "losses.0"]
_pictures = [f"out ñ{ending}" for ending in (".svg", ".png", ".pdf", ".csv", ".json", ".txt")]

# How else a line of a command may begin: with files that other commands have made, or with another thing to do.
STARTS = {
    **dict.fromkeys(("clipping", "credit", "graph", "learn", "spectrum", "trace", "truncation"), _loaded),
    "check": st.sampled_from([[BACKWARD_FILE, "--explain"], ["lstm", "--weights", WEIGHT_FILES[0]]]),
    "norms": st.one_of(_loaded, st.just(["rnn", "--hidden", "3", "--steps", "5", "--baseline", BASELINE_FILE])),
    "report": st.one_of(_loaded, _pair, _pair),
    "sample": st.sampled_from(WEIGHT_FILES).map(lambda file: [file, "--text", "sonnets"]),
    "sweep": st.one_of(
        st.sampled_from([["run", DESIGN_FILE], ["run", DESIGN_FILE, "--store", "neu ∂.sqlite"]]),
        st.sampled_from([[action, STORE_FILE] for action in ("resume", "status", "export")]),
        st.sampled_from([".csv", ".json"]).map(lambda ending: ["export", STORE_FILE, "-o", f"out ñ{ending}"]),
        st.just(_plot),
        st.sampled_from(_pictures).map(lambda name: [*_plot, "-o", name]),
    ),
    "train": st.just([TEXT_FILE, "--resume", CHECKPOINT_FILE]),
}

# What stands in STARTS alone, and a quarter of an hour of planted bugs.
LEFT_OUT = {
    ("check", "self_test"),
    *((name, "output") for name in ("sweep",)),
    *(("sweep", name) for name in ("scheduler", "store", "x", "y", "value")),
}


def settings(model):
    """Return what can be set of a model or cell, as --set takes it; nothing of one from a file."""
    entry = _OFFERED.models.get(model)
    cell = _OFFERED.cells.get(entry.cell if entry else model)
    offered = {**(cell.options if cell else {}), **(entry.options if entry else {})}
    own = [f"{name}={value}" for name, option in offered.items() for value in _tried(option)]
    return own + [f"cell={name}" for name in _OFFERED.cells] * bool(entry)


def _tried(option):
    if option.choices or not option.default:
        return option.choices
    return ["0.3", "0", option.default] if "." in option.default else ["2", option.default]


def suits(option, model):
    """Tell whether a model takes an option, as far as it depends on the model."""
    entry = _OFFERED.models.get(model)
    if option.name == "topology":
        return entry is None
    if option.name == "text":
        return entry is None or entry.data == "text"
    if option.name == "settings":
        return bool(settings(model))
    cell = _OFFERED.cells.get(entry.cell if entry else model)
    return option.name != "activation" or bool(cell and "activation" in cell.options)


def small(command, parameter):
    """Return a strategy for a size that is always given, or None."""
    if parameter.name not in SIZES or parameter.kind is not int:
        return None
    if (command, parameter.name) in _BY_COMMAND:
        return _BY_COMMAND[command, parameter.name]
    low, high = SIZES[parameter.name]
    return st.integers(max(low, int(parameter.low or 0)), high).map(str)


def valid(command, parameter):
    """Return a strategy for one valid value of an argument or option, or None if nothing is known of it."""
    if (command, parameter.name) in LEFT_OUT:
        return None
    if (command, parameter.name) in _BY_COMMAND:
        return _BY_COMMAND[command, parameter.name]
    if parameter.is_choice:
        return st.sampled_from([choice.value for choice in parameter.kind])
    if parameter.name in _BY_NAME:
        return _BY_NAME[parameter.name]
    if parameter.kind is int:
        low = int(parameter.low or 0)
        return st.integers(low, low + 5).map(str)
    if parameter.kind is float:
        return _positive
    return None


def outputs(parameter):
    """Return the file names that the help of -o promises, one an ending."""
    return [f"out ñ{ending}" for ending in parameter.endings]
