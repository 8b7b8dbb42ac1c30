"""What a process of its own does with an HDF5 file: hand back its arrays and texts, and nothing else.

The HDF5 library crashes on some damaged files and loops without end on others; here it may. The file comes on standard
input. What is found goes to standard output: a length of eight bytes, a description in JSON of that length, then the
arrays' bytes. This module stands alone: it is run by its path, and imports nothing of the package.
"""

import contextlib
import json
import os
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

SECONDS = 5
# What the library takes for itself; where the system does not tell what is taken already, that is in it too.
SPARE = 16 * 2**20
UNTOLD = 512 * 2**20
# Names under which Keras keeps what a reader must know.
_TEXTS = ("model_config", "keras_version", "layer_names", "weight_names", "name")
_OPTIMISER = "optimizer"
_DEEPEST, _MOST_OBJECTS, _LONGEST_TEXTS = 24, 20_000, 4 * 2**20


class RefusedError(Exception):
    """The file is in order for the library, but not for us; the message says why."""


class _Walk:
    """Goes through all groups, once each."""

    def __init__(self, h5py: Any, size: int) -> None:
        self._h5py, self._left, self._text_left = h5py, _MOST_OBJECTS, _LONGEST_TEXTS
        self._room = size
        self._seen: set[Any] = set()
        self.texts: dict[str, dict[str, Any]] = {}
        self.ignored: dict[str, str] = {}
        self.datasets: list[tuple[str, Any, str]] = []

    def group(self, group: Any, path: str = "", depth: int = 0) -> None:
        """Take in a group and what is below it."""
        place = self._h5py.h5o.get_info(group.id).addr
        if place in self._seen or depth > _DEEPEST:
            raise RefusedError("its groups contain each other")
        self._seen.add(place)
        found = {name: self._text(group.attrs, name) for name in _TEXTS if name in group.attrs}
        if found:
            self.texts[path] = found
        for name in group:
            self._member(group, name, f"{path}/{name}" if path else name, depth)

    def _member(self, group: Any, name: str, path: str, depth: int) -> None:
        self._left -= 1
        self._text_left -= len(path)
        if self._left < 0 or self._text_left < 0:
            raise RefusedError(f"it has more than {_MOST_OBJECTS:,} groups and arrays, or names beyond all measure")
        if name.startswith(_OPTIMISER):
            self.ignored[path] = "of the optimiser"
            return
        if not isinstance(group.get(name, getlink=True), self._h5py.HardLink):
            raise RefusedError(f"links are not followed: {path}")
        member = group[name]
        if isinstance(member, self._h5py.Group):
            self.group(member, path, depth + 1)
        elif isinstance(member, self._h5py.Dataset):
            self._dataset(member, path)
        else:
            self.ignored[path] = "no array"

    def _dataset(self, dataset: Any, path: str) -> None:
        dtype = _element(dataset)
        if not dtype or dataset.shape is None:
            self.ignored[path] = "no real numbers"
            return
        made = dataset.id.get_create_plist()
        if made.get_nfilters():
            raise RefusedError(f"it is compressed; save it again without: {path}")
        if made.get_external_count() or made.get_layout() == self._h5py.h5d.VIRTUAL:
            raise RefusedError(f"its numbers are from another file: {path}")
        self._room -= dataset.size * dataset.dtype.itemsize
        if self._room < 0:
            raise RefusedError("its arrays would need more bytes than it has")
        self.datasets.append((path, dataset, dtype))

    def _text(self, attributes: Any, name: str) -> Any:
        """Return a text or a list of texts."""
        told = attributes.get_id(name)
        count = told.get_space().get_simple_extent_npoints()
        if not count:
            return []
        if count * told.dtype.itemsize > _LONGEST_TEXTS:
            raise RefusedError(f"its attribute {name} is too long")
        value = attributes[name]
        many = getattr(value, "tolist", lambda: value)()
        texts = [_decoded(each) for each in (many if isinstance(many, list) else [many])]
        self._text_left -= sum(map(len, texts))
        if self._text_left < 0:
            raise RefusedError("its texts are too long")
        return texts if isinstance(many, list) else texts[0]


def _decoded(value: Any) -> str:
    if not isinstance(value, str | bytes):
        raise RefusedError("an attribute that should be a text is none")
    return value.decode("utf-8") if isinstance(value, bytes) else value


def _element(dataset: Any) -> str:
    """Return the type of the elements: a NumPy type, `bfloat16`, or empty for what is no real number."""
    dtype = dataset.dtype
    if dtype.kind == "f" and dtype.itemsize in {2, 4, 8}:
        return str(dtype.newbyteorder("<").str)
    if dtype.kind == "V" and dtype.itemsize == 2 and dtype.names is None and dataset.attrs.get("dtype") == "bfloat16":
        return "bfloat16"
    return ""


def walked(file: BinaryIO, size: int) -> tuple[dict[str, Any], Iterator[bytes]]:
    """Return a description of a file, and the bytes of its arrays one after the other."""
    import h5py

    limit(size)
    opened = h5py.File(file, "r")
    walk = _Walk(h5py, size)
    walk.group(opened)
    listed = [{"name": path, "dtype": dtype, "shape": data.shape} for path, data, dtype in walk.datasets]
    return {"texts": walk.texts, "ignored": walk.ignored, "arrays": listed}, _numbers(walk.datasets)


def _numbers(datasets: list[tuple[str, Any, str]]) -> Iterator[bytes]:
    for _, dataset, dtype in datasets:
        if dataset.size:
            value = dataset[()]
            yield (value if dtype == "bfloat16" else value.astype(dtype, copy=False)).tobytes()


def limit(size: int) -> None:
    """Bound this process's memory and time from here on, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        most = _taken() + SPARE + 2 * size
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        used = resource.getrusage(resource.RUSAGE_SELF)
        seconds = int(used.ru_utime + used.ru_stime) + 1 + SECONDS + size // 10**8
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


def _taken() -> int:
    """Return the bytes of address space that this process has."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return UNTOLD


def main() -> None:
    """Read standard input and write what is found; or say in JSON why it is refused."""
    size = os.fstat(0).st_size
    out = sys.stdout.buffer
    try:
        told, numbers = walked(sys.stdin.buffer, size)
        header = json.dumps(told).encode()
        out.write(len(header).to_bytes(8, "little") + header)
        for piece in numbers:
            out.write(piece)
    except Exception as error:
        why = str(error) if isinstance(error, RefusedError) else f"{type(error).__name__}: {error}"
        sys.stderr.write(json.dumps({"refused": why[:2000]}))
        out.flush()
        os._exit(3)
    out.flush()
    os._exit(0)  # what the library does on its way out is of no interest


if __name__ == "__main__":
    main()
