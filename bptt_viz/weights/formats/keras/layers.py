"""Keras's layers as parts: their arrays, their gates' order, and what of their arguments our cells can do.

Source: keras/src/layers/rnn/{lstm,gru,simple_rnn,bidirectional}.py of Keras 3, and the same files of Keras 2.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Literal

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.weights.contents import Dense, Part, Recurrent, Table
from bptt_viz.weights.elements import DamagedError, shortened
from bptt_viz.weights.formats.keras.structure import Layer, Structure

Kind = Literal["rnn", "lstm", "gru"]
Activation = Literal["tanh", "sigmoid", "relu", "identity"]

_KINDS: dict[str, Kind] = {"SimpleRNN": "rnn", "LSTM": "lstm", "GRU": "gru"}
_GATES = {"rnn": (), "lstm": ("i", "f", "g", "o"), "gru": ("z", "r", "n")}
_BLOCKS: dict[int, Kind] = {1: "rnn", 4: "lstm", 3: "gru"}
_RNN: dict[str, Activation] = {"tanh": "tanh", "sigmoid": "sigmoid", "relu": "relu", "linear": "identity"}
_RECURRENT = {*_KINDS, "RNN", "Bidirectional"}
# They leave numbers as they are where nothing is trained.
_ON_THE_WAY = {
    "Dropout", "SpatialDropout1D", "GaussianNoise", "GaussianDropout", "ActivityRegularization", "Masking", "Identity",
}  # fmt: skip
_Config = Mapping[str, Any]


class Layers:
    """What a model holds for us.

    Attributes:
        parts: the layers in the order in which data pass them.
        ignored: layers that are not mapped, by name: why.
        obstacle: why the parts are no model of ours, as a sentence; empty if they are.
    """

    def __init__(self, structure: Structure, arrays: Mapping[str, Array]) -> None:
        """Look at all layers.

        Raises:
            DamagedError: a layer has not the arrays that its class has.
        """
        self._arrays = arrays
        self.ignored: dict[str, str] = {}
        self.obstacle = structure.obstacle
        layers = structure.layers
        places = [place for place, layer in enumerate(layers) if layer.kind in _RECURRENT]
        if not places:
            self._hinder("it has no SimpleRNN, LSTM or GRU; only these layers are read")
            places = [len(layers)]
        first, last = places[0], places[-1]
        self._demand_chain(layers)
        before = [part for layer in layers[:first] for part in self._before(layer)]
        stack = [part for layer in layers[first : last + 1] for part in self._within(layer, places, layers)]
        self.parts: tuple[Part, ...] = (*before, *stack, *self._behind(layers[last + 1 :]))

    def _hinder(self, why: str) -> None:
        self.obstacle = self.obstacle or why

    def _ignore(self, layer: Layer, why: str) -> None:
        self.ignored[shortened(layer.name)] = f"{shortened(layer.kind)}: {why}"

    def _demand_chain(self, layers: Sequence[Layer]) -> None:
        """Each layer reads the one before alone."""
        for below, layer in pairwise(layers):
            if layer.sources is not None and layer.sources != (below.name,):
                self._hinder(
                    f"{_called(layer)} does not read {_called(below)} alone; only layers in one line are mapped"
                )

    def _before(self, layer: Layer) -> list[Part]:
        if layer.kind == "Embedding" and len(layer.arrays) == 1 and self._arrays[layer.arrays[0]].ndim == 2:
            return [Table(shortened(layer.name), self._arrays[layer.arrays[0]], {"E": layer.arrays[0]})]
        self._ignore(layer, "stands before the recurrent layers")
        return []

    def _within(self, layer: Layer, places: Sequence[int], layers: Sequence[Layer]) -> list[Part]:
        if layer.kind in _RECURRENT:
            depth = [layers[place] for place in places].index(layer)
            if depth < len(places) - 1 and layer.config is not None and not _sequences(layer):
                self._hinder(f"{_called(layer)} hands on its last output alone; only stacks are mapped")
            return list(self._recurrent(layer, depth))
        self._ignore(layer, "stands between the recurrent layers")
        if layer.kind not in _ON_THE_WAY:
            self._hinder(f"{_called(layer)} stands between recurrent layers; only stacks are mapped")
        return []

    def _behind(self, layers: Sequence[Layer]) -> list[Part]:
        """Return the readout, if one linear layer is all that comes behind."""
        linear = [layer for layer in layers if layer.arrays]
        found = [part for layer in linear if (part := self._dense(layer)) is not None]
        if len(linear) == len(found) == 1:
            return list(found)
        for layer in linear:
            self._ignore(layer, "no readout that is one linear layer")
        return []

    def _dense(self, layer: Layer) -> Dense | None:
        config = layer.config or {}
        inner = config.get("layer") if layer.kind == "TimeDistributed" else None
        kind, config = _inner(inner) if inner is not None else (layer.kind, config)
        arrays = [self._arrays[path] for path in layer.arrays]
        if layer.config is None and layer.kind == "TimeDistributed":
            kind = "Dense"
        if kind != "Dense" or [array.ndim for array in arrays] not in ([2, 1], [2]):
            return None
        if _plain(config.get("activation", "linear")) not in {"linear", "softmax"}:
            return None
        names = dict(zip(("W", "b"), layer.arrays, strict=False))
        return Dense(shortened(layer.name), "columns", arrays[0], arrays[1] if len(arrays) == 2 else None, names)

    def _recurrent(self, layer: Layer, depth: int) -> list[Recurrent]:
        foreign = _foreign(layer)
        if foreign:
            self._hinder(f"{_called(layer)} is made of {foreign}, which no cell here is")
            return []
        if layer.kind != "Bidirectional":
            return [self._direction(layer, layer.kind, layer.config, layer.arrays, depth, False)]
        config = layer.config or {}
        if config.get("merge_mode", "concat") != "concat":
            self._hinder(
                f"{_called(layer)} merges its directions by {shortened(config['merge_mode'])}, here they are joined"
            )
        if len(layer.arrays) % 2 or not layer.arrays:
            raise DamagedError(f"{_called(layer)} has {len(layer.arrays)} arrays for two directions")
        half = len(layer.arrays) // 2
        made = []
        for place, key in enumerate(("layer", "backward_layer")):
            told = config.get(key) or config.get("layer")
            kind, own = _inner(told) if told is not None else ("", None)
            paths = layer.arrays[half * place : half * (place + 1)]
            if place == 0 and own is not None and own.get("go_backwards"):
                self._hinder(f"{_called(layer)} has a forward direction that runs backward")
            made.append(self._direction(layer, kind, own, paths, depth, place == 1))
        return made

    def _direction(
        self, layer: Layer, kind: str, config: _Config | None, paths: Sequence[str], depth: int, backward: bool
    ) -> Recurrent:
        """Return one direction of a recurrent layer; without a configuration its kind is told by the shapes."""
        arrays = [self._arrays[path] for path in paths]
        own = config or {}
        if kind == "RNN" and config is not None:
            kind, cell = _inner(own.get("cell"))
            kind, own = kind.removesuffix("Cell"), {**own, **cell}
        _demand_shapes(layer, arrays)
        H, columns = arrays[1].shape
        found = _BLOCKS.get(columns // H)
        if found is None or _KINDS.get(kind, found if config is None else None) != found:
            raise DamagedError(f"{_called(layer)} has a {shortened(kind)} whose weights are not those of one")
        self._hinder(_unlike(layer, found, own))
        b_x, b_h = _biases(layer, found, arrays)
        return Recurrent(
            name=shortened(layer.name), kind=found, gates=_GATES[found], along="columns", W_x=arrays[0], W_h=arrays[1],
            b_x=b_x, b_h=b_h, depth=depth, backward=backward or bool(own.get("go_backwards", False)),
            activation=_RNN.get(_plain(own.get("activation", "tanh"))) if found == "rnn" else None,
            reset="before" if found == "gru" and not _resets_after(own, arrays) else "after",
            names=_names(paths, b_h is not None),
        )  # fmt: skip


def _called(layer: Layer) -> str:
    return f"the layer {shortened(layer.name)} ({shortened(layer.kind)})"


def _inner(told: Any) -> tuple[str, _Config]:
    """Return class and arguments of a layer or cell within a layer."""
    if (
        not isinstance(told, dict)
        or not isinstance(told.get("config"), dict)
        or not isinstance(told.get("class_name"), str)
    ):
        raise DamagedError("its configuration says nothing of the layer within a layer")
    return told["class_name"], told["config"]


def _foreign(layer: Layer) -> str:
    """Return the class of a layer's cells if it is none that is read: several at once, or one of the user's own."""
    if layer.config is None:
        return ""
    kind, config = layer.kind, layer.config
    if kind == "Bidirectional":
        kind, config = _inner(config.get("layer"))
    if kind == "RNN":
        kind = _inner(config.get("cell"))[0].removesuffix("Cell")
    return "" if kind in _KINDS else shortened(kind)


def _sequences(layer: Layer) -> bool:
    config = layer.config or {}
    inner = config.get("layer") if layer.kind == "Bidirectional" else None
    return bool((_inner(inner)[1] if inner is not None else config).get("return_sequences", False))


def _plain(activation: Any) -> str:
    """Return an activation's name; one that is no name is of the user's own making."""
    if isinstance(activation, dict):
        activation = (
            activation.get("config") if activation.get("class_name") == "function" else activation.get("class_name")
        )
    return activation if isinstance(activation, str) else shortened(activation)


def _unlike(layer: Layer, kind: Kind, config: _Config) -> str:
    """Return why our cell does not compute what the layer does; empty if it does."""
    activation, gate = _plain(config.get("activation", "tanh")), _plain(config.get("recurrent_activation", "sigmoid"))
    if kind == "rnn":
        return (
            ""
            if activation in _RNN
            else f"{_called(layer)} has the activation {activation}; here a cell has {_listed()}"
        )
    if activation != "tanh":
        return f"{_called(layer)} has the activation {activation}; here it is tanh"
    return "" if gate == "sigmoid" else f"{_called(layer)} has the recurrent activation {gate}; here it is sigmoid"


def _listed() -> str:
    return ", ".join(_RNN)


def _demand_shapes(layer: Layer, arrays: Sequence[Array]) -> None:
    shapes = [array.shape for array in arrays]
    fits = len(shapes) in {2, 3} and len(shapes[0]) == len(shapes[1]) == 2 and min(*shapes[0], *shapes[1]) > 0
    if not fits or shapes[0][1] != shapes[1][1] or shapes[1][1] % shapes[1][0]:
        raise DamagedError(f"{_called(layer)} has arrays of the shapes {shortened(shapes)}, not those of its class")


def _resets_after(config: _Config, arrays: Sequence[Array]) -> bool:
    """Tell where a GRU's reset gate acts: two biases are there for that alone."""
    return arrays[2].ndim == 2 if len(arrays) == 3 else bool(config.get("reset_after", True))


def _biases(layer: Layer, kind: Kind, arrays: Sequence[Array]) -> tuple[Array | None, Array | None]:
    """Return one or two biases: a GRU that resets after the product has (2, 3H)."""
    if len(arrays) == 2:
        return None, None
    columns, bias = arrays[1].shape[1], arrays[2]
    if bias.shape == (columns,):
        return bias, None
    if kind == "gru" and bias.shape == (2, columns):
        first, second = np.asarray(bias)
        return first, second
    raise DamagedError(f"{_called(layer)} has a bias of shape {bias.shape}")


def _names(paths: Sequence[str], twice: bool) -> dict[str, str]:
    names = dict(zip(("W_x", "W_h", "b_x"), paths, strict=False))
    return names | {"b_h": paths[2]} if twice else names
