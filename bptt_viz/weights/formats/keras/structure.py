"""What layers a Keras model has: by its configuration, or by the names in a file of weights alone."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bptt_viz.weights.elements import DamagedError, shortened
from bptt_viz.weights.formats.keras.hdf5 import Hdf5

# Where the arrays of a `.keras` file are; Keras 2.12 called it otherwise.
_ROOTS = ("layers", "_layer_checkpoint_dependencies")
_CLASSES = {
    "lstm": "LSTM", "gru": "GRU", "simple_rnn": "SimpleRNN", "rnn": "RNN", "bidirectional": "Bidirectional",
    "embedding": "Embedding", "dense": "Dense", "time_distributed": "TimeDistributed",
}  # fmt: skip
_CELLS = {"lstm_cell": "LSTM", "gru_cell": "GRU", "simple_rnn_cell": "SimpleRNN"}
_MOST_LAYERS = 10_000


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer of a model.

    Attributes:
        kind: its class in Keras.
        name: its own.
        config: its arguments; None if the file holds weights alone.
        arrays: paths of its arrays in the order in which Keras makes them.
        sources: names of the layers that it reads; None if it is the one before.
    """

    kind: str
    name: str
    config: Mapping[str, Any] | None
    arrays: tuple[str, ...]
    sources: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Structure:
    """All layers in their order.

    Attributes:
        layers: of the model.
        obstacle: why they are no stack that can be mapped; empty if they may be one.
        texts: what has to be said about how they were found, by a name.
    """

    layers: tuple[Layer, ...]
    obstacle: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)


def of_archive(config: Any, held: Hdf5) -> Structure:
    """Return the layers of a `.keras` file, whose arrays are named after the classes of their layers.

    Raises:
        DamagedError: the configuration is none.
    """
    counts: dict[str, int] = {}
    found = []
    for told in _listed(config):
        short = _snake(told["class_name"])
        count = counts[short] = counts.get(short, -1) + 1
        found.append(_layer(told, _below_class(held, f"{short}_{count}" if count else short)))
    return _of_model(config, found, held)


def of_file(config: Any, held: Hdf5) -> Structure:
    """Return the layers of a whole model in an `.h5` file, whose arrays are named after their layers.

    Raises:
        DamagedError: the configuration is none.
    """
    found = [_layer(told, _below_name(held, "model_weights/", _name(told))) for told in _listed(config)]
    return _of_model(config, found, held)


def of_weights(held: Hdf5) -> Structure:
    """Return the layers of a file with weights alone, by the names of its groups.

    Raises:
        DamagedError: there are no weights of Keras in it.
    """
    told = {"note": "the file holds weights alone: activations are taken to be Keras's usual ones"}
    names = held.texts.get("", {}).get("layer_names")
    if isinstance(names, list):
        found = [(name, _below_name(held, "", name)) for name in names[:_MOST_LAYERS]]
        return Structure(tuple(_guessed(name, "", arrays) for name, arrays in found if arrays), texts=told)
    groups = list(
        dict.fromkeys(path.split("/")[1] for path in held.arrays if path.split("/")[0] in _ROOTS and "/" in path)
    )
    if not groups:
        raise DamagedError("no weights of Keras are in it")
    layers = tuple(
        _guessed(group, _CLASSES.get(_uncounted(group), ""), _below_class(held, group)) for group in _sorted(groups)
    )
    recurrent = {layer.kind for layer in layers if layer.kind in {"LSTM", "GRU", "SimpleRNN", "RNN", "Bidirectional"}}
    why = "it holds weights alone, and those of several kinds of layers: their order is not known; save the whole model"
    return Structure(layers, why if len(recurrent) > 1 else "", told)


def _of_model(config: Any, found: Sequence[Layer], held: Hdf5) -> Structure:
    kind = config.get("class_name")
    if kind not in {"Sequential", "Functional", "Model"}:
        why = f"the model is of a class of its own, {shortened(kind)}, which is not run; save a Sequential model"
        return Structure(tuple(found), why)
    nested = [layer for layer in found if layer.config is not None and "layers" in layer.config]
    if nested:
        return Structure(
            tuple(found), f"the model {shortened(nested[0].name)} within it is not looked into; save it alone"
        )
    return Structure(tuple(found))


def _listed(config: Any) -> Iterator[Mapping[str, Any]]:
    """Yield what a configuration says of each layer that is no input."""
    try:
        layers = config["config"]["layers"]
    except (KeyError, TypeError):
        layers = None
    if not isinstance(config, dict) or not isinstance(layers, list) or len(layers) > _MOST_LAYERS:
        raise DamagedError("its configuration describes no model")
    for told in layers:
        if not isinstance(told, dict) or not isinstance(told.get("class_name"), str):
            raise DamagedError("its configuration has a layer without a class")
        if not isinstance(told.get("config"), dict):
            raise DamagedError(f"its configuration says nothing of a {shortened(told['class_name'])}")
        if told["class_name"] != "InputLayer":
            yield told


def _name(told: Mapping[str, Any]) -> str:
    return str(told["config"].get("name", told.get("name", told["class_name"])))


def _layer(told: Mapping[str, Any], arrays: tuple[str, ...]) -> Layer:
    nodes = told.get("inbound_nodes")
    sources = tuple(dict.fromkeys(_histories(nodes, 0))) if isinstance(nodes, list) and nodes else None
    return Layer(told["class_name"], _name(told), told["config"], arrays, sources)


def _histories(nodes: Any, depth: int) -> Iterator[str]:
    """Yield what a layer reads: ["name", 0, 0, {}] in Keras 2, {"keras_history": ["name", 0, 0]} in Keras 3."""
    if depth > 12:
        return
    if isinstance(nodes, list) and len(nodes) >= 3 and isinstance(nodes[0], str) and type(nodes[1]) is int:
        yield nodes[0]
    elif isinstance(nodes, list | dict):
        for each in nodes.values() if isinstance(nodes, dict) else nodes:
            yield from _histories(each, depth + 1)


def _below_class(held: Hdf5, group: str) -> tuple[str, ...]:
    """Return the arrays below a group: a forward direction before a backward one, then by their numbers."""
    starts = tuple(f"{root}/{group}/" for root in _ROOTS)
    return tuple(sorted((path for path in held.arrays if path.startswith(starts)), key=_place))


def _place(path: str) -> tuple[bool, str, int]:
    before, _, last = path.rpartition("/")
    return "/backward_layer/" in path, before, int(last) if last.isdigit() else 0


def _below_name(held: Hdf5, root: str, name: str) -> tuple[str, ...]:
    """Return the arrays of a layer in the order that its group states."""
    names = held.texts.get(f"{root}{name}", {}).get("weight_names", [])
    return tuple(path for each in names if (path := f"{root}{name}/{each}") in held.arrays)


def _guessed(name: str, kind: str, arrays: tuple[str, ...]) -> Layer:
    """Return a layer of which only names are known."""
    cells = [_CELLS[part] for path in arrays for part in map(_uncounted, path.split("/")) if part in _CELLS]
    if not kind and cells:
        kind = "Bidirectional" if len(arrays) in {4, 6} else cells[0]
    if not kind:
        ends = [path.rpartition("/")[2].partition(":")[0] for path in arrays]
        kind = {("kernel", "bias"): "Dense", ("kernel",): "Dense", ("embeddings",): "Embedding"}.get(
            tuple(ends), "unknown"
        )
    return Layer(kind, name, None, arrays)


def _uncounted(name: str) -> str:
    before, _, last = name.rpartition("_")
    return before if before and last.isdigit() else name


def _sorted(groups: Sequence[str]) -> list[str]:
    """Return groups with embeddings first and readouts last, and those of one class by their numbers."""
    order = {"embedding": 0, "dense": 2, "time_distributed": 2}

    def key(name: str) -> tuple[int, str, int]:
        last = name.rpartition("_")[2]
        return order.get(_uncounted(name), 1), _uncounted(name), int(last) if last.isdigit() else 0

    return sorted(groups, key=key)


def _snake(name: str) -> str:
    """Return a class's name as Keras writes it in paths: SimpleRNN as simple_rnn."""
    return re.sub(r"(?<!^)(?=[A-Z][a-z])|(?<=[a-z])(?=[A-Z])", "_", name).lower()
