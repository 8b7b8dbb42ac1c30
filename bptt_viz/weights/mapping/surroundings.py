"""The table below and the readout above PyTorch's recurrent layers, told by shapes."""

from collections.abc import Iterator, Mapping

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.weights.contents import Dense, Part, Table

_OF_TABLES = ("emb", "wte", "lookup", "encoder")


def surroundings(arrays: Mapping[str, Array], taken: set[str], read: int, handed_up: int) -> list[Part]:
    """Return the table and the readout among the arrays that are in no layer.

    A readout is a weight (V, H) over all states handed up, mostly with a bias (V,); a table is a weight (V, D) without
    one. Where a weight could be both, its name decides.

    Args:
        arrays: all arrays.
        taken: names of the layers' own.
        read: D of the lowest layer.
        handed_up: H of the topmost layer, 2 H if it reads in both directions.

    Raises:
        UsageError: several weights could be the readout or the table, or another one stands behind the readout.
    """
    left = dict(_matrices(arrays, taken))
    tables = {n: W for n, (W, b) in left.items() if b is None and W.shape[1] == read and _may_be_table(n, W, handed_up)}
    readouts = {n: both for n, both in left.items() if both[0].shape[1] == handed_up and n not in tables}
    for what, found in (("table of embeddings", tables), ("readout", readouts)):
        if len(found) > 1:
            raise UsageError(f"{', '.join(found)}: each could be the {what}; save the state of a model with one")
    parts: list[Part] = [Table(name, W, {"E": name}) for name, W in tables.items()]
    for name, (W, b) in readouts.items():
        behind = [other for other, (V, _) in left.items() if other != name and V.shape[1] == W.shape[0] != handed_up]
        if [other for other in behind if other not in tables]:
            raise UsageError(f"{name}, {behind[0]}: a readout of several layers is none of our models'")
        bias = {} if b is None else {"b": _bias_of(name)}
        parts.append(Dense(name, "rows", W, b, {"W": name} | bias))
    return parts


def _matrices(arrays: Mapping[str, Array], taken: set[str]) -> Iterator[tuple[str, tuple[Array, Array | None]]]:
    """Return every other weight matrix with its bias, if it has one."""
    for name, W in arrays.items():
        if name in taken or W.ndim != 2 or W.dtype.kind != "f" or not (name == "weight" or name.endswith(".weight")):
            continue
        b = arrays.get(_bias_of(name))
        yield name, (W, b if b is not None and b.shape == W.shape[:1] else None)


def _bias_of(name: str) -> str:
    return f"{name.removesuffix('weight')}bias"


def _may_be_table(name: str, W: Array, handed_up: int) -> bool:
    return W.shape[1] != handed_up or any(word in name.lower() for word in _OF_TABLES)
