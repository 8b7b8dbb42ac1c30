"""PyTorch's .pt and .pth: a ZIP archive with a pickle of names and shapes, and one entry of bytes for each storage."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.weights.archives import Archive, opened
from bptt_viz.weights.contents import Contents
from bptt_viz.weights.elements import DamagedError, array_at, byte_count, shortened, sizes
from bptt_viz.weights.pickles import ForeignError, Maker, Name, followed
from bptt_viz.weights.vocabulary import vocabulary_of

NAME = "PyTorch"
SUFFIXES = (".pt", ".pth", ".ckpt", ".bin")

_ADVICE = "in Python, torch.save(model.state_dict(), 'weights.pt') writes a file that can be read"
_BEFORE_1_6 = b"\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19"
_LARGEST_PICKLE = 32 * 2**20

_STORAGES = {
    "Double": "<f8", "Float": "<f4", "Half": "<f2", "BFloat16": "bfloat16", "Long": "<i8", "Int": "<i4",
    "Short": "<i2", "Char": "i1", "Byte": "u1", "Bool": "?", "ComplexDouble": "<c16", "ComplexFloat": "<c8",
}  # fmt: skip
# What a state is called within a checkpoint, most usual first.
_STATES = ("state_dict", "model_state_dict", "model", "net", "network", "params", "weights")
_VOCABULARIES = ("vocabulary", "vocab", "chars", "tokens", "itos", "idx2char", "int2char", "ix_to_char", "stoi",
                 "char2int", "char_to_ix", "char2idx")  # fmt: skip
_OPTIMISER = "optim"


@dataclass(frozen=True, slots=True)
class _Storage:
    """A run of elements; `dtype` is how the file has them."""

    elements: Array
    dtype: str


@dataclass(frozen=True, slots=True)
class _Tensor:
    """An array and how its elements are stored."""

    array: Array
    dtype: str


def recognises(start: bytes, entries: Sequence[str]) -> bool:
    """Tell the archive by its pickle, and older files by their first bytes, to refuse them well."""
    return start.startswith(_BEFORE_1_6) or any(_is_pickle(name) for name in entries)


def _is_pickle(name: str) -> bool:
    return name == "data.pkl" or (name.endswith("/data.pkl") and name.count("/") == 1)


def read(path: Path) -> Contents:
    """Read a file of `torch.save` with a state, or with a dictionary that holds one; PyTorch is not needed.

    Raises:
        DamagedError: it does not keep to the format.
        UsageError: it is of before PyTorch 1.6 (2020), a script, or a whole pickled module.
    """
    with path.open("rb") as file:
        if not file.read(4).startswith(b"PK"):
            raise UsageError(f"{path}: no file of PyTorch 1.6 or newer; load it where it was written, and {_ADVICE}")
    with opened(path) as archive:
        names = [name for name in archive.sizes if _is_pickle(name)]
        if len(names) != 1:
            raise DamagedError("it has no data.pkl; this is no file of torch.save")
        root = names[0].removesuffix("data.pkl")
        if f"{root}constants.pkl" in archive.sizes:
            raise UsageError(f"{path}: a TorchScript program, which holds code; {_ADVICE}")
        try:
            held = _Reader(archive, root).value()
        except ForeignError as error:
            raise UsageError(
                f"{path}: holds a whole Python object, {shortened(error.name)}, not arrays alone; {_ADVICE}"
            ) from None
    return _contents(path, held)


class _Reader:
    """Reads the pickle, and each storage once."""

    def __init__(self, archive: Archive, root: str) -> None:
        self._archive, self._root = archive, root
        self._storages: dict[str, _Storage] = {}

    def value(self) -> Any:
        """Return what the pickle describes."""
        order = f"{self._root}byteorder"
        if order in self._archive.sizes and self._archive.read(order).strip() != b"little":
            raise DamagedError("its numbers are not little-endian")
        pickle = f"{self._root}data.pkl"
        if self._archive.sizes[pickle] > _LARGEST_PICKLE:
            raise DamagedError(f"its pickle has {self._archive.sizes[pickle]:,} bytes")
        names: dict[str, Maker | None] = {
            "collections.OrderedDict": lambda pairs=(): dict(pairs),
            "torch._utils._rebuild_tensor_v2": self._tensor,
            "torch._utils._rebuild_parameter": lambda tensor, *_: tensor,
            "torch.Size": tuple,
            "torch.device": lambda *words: ":".join(map(str, words)),
            **{f"torch.{kind}Storage": None for kind in _STORAGES},
        }
        return followed(self._archive.read(pickle), self._archive.size, names, self._storage)

    def _storage(self, told: Any) -> _Storage:
        word, kind, key, _, count = told
        if word != "storage" or not isinstance(kind, Name) or not isinstance(key, str) or type(count) is not int:
            raise DamagedError("its pickle refers to something else than a storage")
        name, dtype = f"{self._root}data/{key}", _STORAGES[kind.text.removeprefix("torch.").removesuffix("Storage")]
        if key not in self._storages:
            held = self._archive.sizes.get(name, -1)
            if count < 0 or held != byte_count((count,), dtype):
                raise DamagedError(f"the storage {shortened(key)} has {held} bytes, not {count} elements")
            data = memoryview(self._archive.read(name))
            self._storages[key] = _Storage(array_at(data, 0, dtype, (count,), name), dtype)
        if self._storages[key].dtype != dtype:
            raise DamagedError(f"the storage {shortened(key)} has two types")
        return self._storages[key]

    def _tensor(self, storage: Any, first: Any, shape: Any, strides: Any, *_: Any) -> _Tensor:
        """Return a tensor as a view of its storage, so that many tensors of one storage take its memory once."""
        shape, strides = sizes(shape, "a tensor"), sizes(strides, "a tensor's strides")
        if not isinstance(storage, _Storage) or type(first) is not int or len(shape) != len(strides):
            raise DamagedError("its pickle has a tensor without a storage")
        count = byte_count(shape, "u1")
        last = first + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True)) if count else first
        if first < 0 or count > len(storage.elements) or (count and last >= len(storage.elements)):
            raise DamagedError(f"a tensor of shape {shortened(shape)} reaches beyond its storage")
        width = storage.elements.itemsize
        view = np.lib.stride_tricks.as_strided(
            storage.elements[first:], shape, [stride * width for stride in strides], writeable=False
        )
        return _Tensor(view, storage.dtype)


def _contents(path: Path, held: Any) -> Contents:
    """Tell the state from what stands beside it in a checkpoint."""
    if isinstance(held, _Tensor) or not isinstance(held, dict):
        raise UsageError(f"{path}: holds no state with named arrays; {_ADVICE}")
    state = next((held[name] for name in _STATES if isinstance(held.get(name), dict)), held)
    tensors = dict(_tensors(state, "", set()))
    if not tensors:
        raise UsageError(f"{path}: no arrays were found in it; {_ADVICE}")
    beside = {} if state is held else {str(k): v for k, v in held.items() if v is not state}
    ignored = {name: _why(name) for name, value in beside.items() if _holds(value)}
    texts = {name: shortened(value) for name, value in beside.items() if isinstance(value, str | int | float)}
    return Contents(
        path.name,
        NAME,
        path.stat().st_size,
        {name: tensor.array for name, tensor in tensors.items()},
        {name: tensor.dtype for name, tensor in tensors.items() if tensor.dtype == "bfloat16"},
        ignored=ignored,
        texts=texts,
        vocabulary=next((found for name in _VOCABULARIES if (found := vocabulary_of(held.get(name)))), None),
    )


def _why(name: str) -> str:
    if _OPTIMISER in name.lower():
        return "of the optimiser"
    return "the vocabulary" if name in _VOCABULARIES else "beside the state"


def _holds(value: Any) -> bool:
    return isinstance(value, _Tensor | dict | list) and bool(value)


def _tensors(held: Mapping[Any, Any], prefix: str, seen: set[int]) -> Iterator[tuple[str, _Tensor]]:
    """Return all tensors of nested dictionaries by names joined by dots; each dictionary once."""
    seen.add(id(held))
    for key, value in held.items():
        name = f"{prefix}{key}"
        if isinstance(value, _Tensor):
            yield name, value
        elif isinstance(value, dict) and id(value) not in seen and _OPTIMISER not in name.lower():
            yield from _tensors(value, f"{name}.", seen)
