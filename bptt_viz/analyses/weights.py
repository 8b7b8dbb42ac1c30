"""Looks into a weight file: what it holds, what becomes of each array, and which models take it."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from bptt_viz.cells import discover_cells
from bptt_viz.errors import UsageError
from bptt_viz.models import Request, Sizes, discover_models, planned, target_class
from bptt_viz.results.weights import FoundNetwork, StoredArray, WeightFile
from bptt_viz.weights import Contents, Network, mapped, read_weights, settled
from bptt_viz.weights.mapping import Use

_UNTOLD = Use("", "")


def inspect(path: Path) -> WeightFile:
    """Read a file and tell what it holds; that it maps onto no model is part of the answer.

    Raises:
        UsageError: it cannot be read.
        MissingError: its format needs an extra.
    """
    contents = read_weights(path)
    try:
        network, obstacle = mapped(contents), ""
    except UsageError as error:
        network, obstacle = None, str(error).removeprefix(f"{contents.file}: ")
    uses = {} if network is None else network.uses
    return WeightFile(
        contents.file,
        contents.form,
        contents.size,
        tuple(_arrays(contents, uses)),
        {name: why for name, why in contents.ignored.items() if name not in contents.arrays},
        None if network is None else _found(contents, network),
        obstacle,
        contents.vocabulary if network is None else network.vocabulary,
        contents.texts,
    )


def _arrays(contents: Contents, uses: Mapping[str, Use]) -> Iterator[StoredArray]:
    for name, array in contents.arrays.items():
        use = uses.get(name, _UNTOLD)
        yield StoredArray(name, array.shape, contents.stored.get(name, array.dtype.name), use.becomes, use.how)


def _found(contents: Contents, network: Network) -> FoundNetwork:
    return FoundNetwork(
        network.cell,
        network.settings,
        network.layers,
        network.directions,
        network.inputs,
        network.width,
        network.hidden,
        network.classes,
        tuple(name for name in (*discover_cells(), *discover_models()) if _takes(name, contents, network)),
        network.assumed,
    )


def _takes(name: str, contents: Contents, network: Network) -> bool:
    """Tell whether a cell or model takes the file, by trying."""
    try:
        found = settled(Request(cell=name), contents, network)
        sizes = Sizes(network.inputs, network.hidden, found.classes, network.layers, 2)
        model = planned(found.request, target_class(name)).model(sizes)
        empty = {each: np.zeros(parameter.shape) for each, parameter in model.parameters().items()}
        found.onto(model, empty)
    except UsageError:
        return False
    return True
