"""Keras: `.keras` archives, whole models in `.h5`, and `.weights.h5`; no layer of them is ever made or run."""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bptt_viz.errors import UsageError
from bptt_viz.weights.archives import Archive, opened
from bptt_viz.weights.contents import Contents
from bptt_viz.weights.elements import DamagedError, shortened
from bptt_viz.weights.formats.keras.hdf5 import Hdf5, read_hdf5
from bptt_viz.weights.formats.keras.layers import Layers
from bptt_viz.weights.formats.keras.structure import Structure, of_archive, of_file, of_weights

NAME = "Keras"
SUFFIXES = (".keras", ".h5", ".hdf5")

_HDF5 = b"\x89HDF\r\n\x1a\n"
_CONFIG, _WEIGHTS = "config.json", "model.weights.h5"
# A few hundred kilobytes for hundreds of layers; lists in JSON take far more memory than bytes.
_LONGEST_CONFIG = 2 * 2**20


def recognises(start: bytes, entries: Sequence[str]) -> bool:
    """Tell an archive by the files in it, an HDF5 file by its first bytes."""
    return start.startswith(_HDF5) or _CONFIG in entries


def read(path: Path) -> Contents:
    """Read a file.

    Raises:
        DamagedError: it does not keep to the format.
        UsageError: its weights are not in one file.
        MissingError: h5py is not installed.
    """
    with path.open("rb") as file:
        if file.read(len(_HDF5)) == _HDF5:
            held = read_hdf5(file)
            return _contents(path, held, _structure(held))
    with opened(path) as archive:
        if _WEIGHTS not in archive.sizes:
            raise UsageError(f"{path}: has no {_WEIGHTS}; save the model with its weights in one file")
        config = _json(archive.read(_CONFIG)) if archive.sizes.get(_CONFIG, 0) <= _LONGEST_CONFIG else None
        held = _extracted(archive)
    return _contents(path, held, of_archive(config, held))


def _extracted(archive: Archive) -> Hdf5:
    """Read the arrays out of a file that nobody else sees."""
    with tempfile.TemporaryFile() as file:
        file.write(archive.read(_WEIGHTS))
        file.flush()
        return read_hdf5(file)


def _structure(held: Hdf5) -> Structure:
    config = held.texts.get("", {}).get("model_config")
    if config is None:
        return of_weights(held)
    if not isinstance(config, str) or len(config) > _LONGEST_CONFIG:
        raise DamagedError("its configuration is no text, or too long")
    return of_file(_json(config), held)


def _json(text: str | bytes) -> Any:
    return json.loads(text)


def _contents(path: Path, held: Hdf5, structure: Structure) -> Contents:
    layers = Layers(structure, held.arrays)
    version = held.texts.get("", {}).get("keras_version") or held.texts.get("model_weights", {}).get("keras_version")
    texts = dict(structure.texts) | ({"keras_version": shortened(version)} if version else {})
    ignored = {shortened(name): why for name, why in (dict(held.ignored) | layers.ignored).items()}
    return Contents(
        path.name, NAME, path.stat().st_size, held.arrays, held.stored, layers.parts, ignored, texts,
        obstacle=layers.obstacle,
    )  # fmt: skip
