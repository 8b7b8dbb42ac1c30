"""Reading an array of features from a file, without executing anything."""

import zipfile
from collections.abc import Iterable
from io import BytesIO
from math import prod
from pathlib import Path
from typing import IO

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import MissingError, UsageError

_LARGEST = 2**32
"""Bytes that an array may have."""


def read_features(path: Path) -> Array:
    """Return an array (images, F), (images, L, F) or (images, height, width, F) in float64.

    Args:
        path: a .npy file, or an .npz or .safetensors file with one array, or with one called `features`.

    Raises:
        UsageError: the file cannot be read, holds no such array, or not finite numbers alone.
        MissingError: the safetensors package is not installed.
    """
    try:
        found = _read(path)
    except OSError as error:
        raise UsageError(f"features={path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except (ValueError, EOFError, KeyError, TypeError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UsageError(f"features={path} cannot be read: {' '.join(str(error).split())}") from None
    if found.dtype.kind not in "fiu":
        raise UsageError(f"features={path} must hold real numbers, got {found.dtype}")
    if not 2 <= found.ndim <= 4 or 0 in found.shape:
        raise UsageError(
            f"features={path} must have shape (images, F), (images, L, F) or (images, height, width, F),"
            f" got {found.shape}"
        )
    values = found.astype(np.float64)
    if not np.isfinite(values).all():
        raise UsageError(f"features={path} has entries that are not finite")
    return values


def _read(path: Path) -> Array:
    if path.suffix == ".npy":
        with path.open("rb") as stream:
            return _array(stream, path.stat().st_size)
    if path.suffix == ".npz":
        return _from_npz(path)
    if path.suffix == ".safetensors":
        return _from_safetensors(path)
    raise ValueError("the name must end in .npy, .npz or .safetensors")


def _from_safetensors(path: Path) -> Array:
    try:
        from safetensors import SafetensorError, safe_open
    except ImportError:
        raise MissingError("this format needs safetensors; install it with `pip install safetensors`") from None
    try:
        with safe_open(str(path), framework="numpy") as held:
            return np.asarray(held.get_tensor(_chosen(held.keys())))
    except SafetensorError as error:
        raise ValueError(str(error)) from None


def _chosen(names: Iterable[str]) -> str:
    """Return the name of the array that holds the features.

    Raises:
        ValueError: there are several, and none is called so.
    """
    known = sorted(names)
    if "features" in known or len(known) == 1:
        return "features" if "features" in known else known[0]
    raise ValueError(f"of its arrays none is called features; it has {', '.join(known[:5]) or 'none'}")


def _from_npz(path: Path) -> Array:
    with zipfile.ZipFile(path) as archive:
        members = {item.filename.removesuffix(".npy"): item for item in archive.infolist()}
        chosen = members[_chosen(members)]
        if chosen.file_size > _LARGEST:
            raise ValueError(f"{chosen.filename} would take {chosen.file_size:,} bytes")
        with archive.open(chosen) as stream:
            return _array(BytesIO(stream.read(chosen.file_size)), chosen.file_size)


def _array(stream: IO[bytes], size: int) -> Array:
    """Read one array, once its header is known to claim no more than there is."""
    version = np.lib.format.read_magic(stream)
    reads = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    if version not in reads:
        raise ValueError(f"its format {version} is not known")
    shape, _, dtype = reads[version](stream)
    if dtype.hasobject:
        raise ValueError("it holds objects, which could run code; save plain numbers")
    if prod(shape) * dtype.itemsize > size - stream.tell():
        raise ValueError(f"it is cut off: its header says {shape} of {dtype}")
    stream.seek(0)
    return np.asarray(np.lib.format.read_array(stream, allow_pickle=False))
