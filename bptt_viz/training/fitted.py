"""A fitted model as bytes: its parameters, and what its command was told."""

import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, replace
from importlib.resources import files
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models import Prepared, Request, prepare

SHIPPED = {"scenes": "scenes.npz", "scenes-hard": "scenes_hard.npz"}
"""Attention captioners that have learned the drawn scenes, soft and hard, by name."""
_NONE = "{name} is no model saved by `fit`: {error}"
_ABOUT, _START, _VERSION = "about", "parameters/", 1
_KEPT = ("cell", "hidden", "layers", "steps", "activation", "settings", "dtype")


def packed(prepared: Prepared, values: Mapping[str, Array], updates: int) -> bytes:
    """Return a file's contents: the same bytes for the same model.

    Args:
        prepared: the model.
        values: its parameters.
        updates: how many it has learned by.

    Raises:
        UsageError: the model's code is a file of the user's, which whoever reads this one would have to run.
    """
    request = asdict(prepared.request)
    if ".py:" in request["cell"] or ".py:" in request["settings"].get("cell", ""):
        raise UsageError("--save is for built-in models and cells: a file that names code to run is not read again")
    told = {name: request[name] for name in _KEPT} | {"steps": prepared.batch.length}
    about = json.dumps({"version": _VERSION, "request": told, "updates": updates}, sort_keys=True, ensure_ascii=False)
    held = io.BytesIO()
    arrays = {f"{_START}{name}": value for name, value in sorted(values.items())}
    everything: dict[str, Any] = {_ABOUT: np.array(about), **arrays}
    np.savez_compressed(held, **everything)
    return held.getvalue()


def shipped(name: str) -> bytes:
    """Return one of the models that come along."""
    return files(__package__).joinpath(SHIPPED[name]).read_bytes()


def unpacked(data: bytes, name: str, batch: int, seed: int) -> Prepared:
    """Return the model that a file holds, with data. Nothing in it can run code.

    Args:
        data: the file's contents.
        name: of the file, for messages.
        batch: N of the data.
        seed: of the data.

    Raises:
        UsageError: it is no such file, or its parameters do not fit the model that it names.
    """
    arrays, told = _read(data, name)
    try:
        own = {key: told["request"][key] for key in _KEPT}
        if ".py:" in str(own["cell"]) or ".py:" in str(own["settings"].get("cell", "")):
            raise UsageError(f"{name} names code to run, which files that are read do not do")
        prepared = prepare(Request(**own, batch=batch, seed=seed))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(_NONE.format(name=name, error=error)) from None
    return _with(prepared, arrays, name)


def with_values(prepared: Prepared, data: bytes, name: str) -> Prepared:
    """Return a model with the parameters that a file holds.

    Args:
        prepared: the model.
        data: the file's contents.
        name: of the file, for messages.

    Raises:
        UsageError: it is no such file, or its parameters are those of another model.
    """
    return _with(prepared, _read(data, name)[0], name)


def _read(data: bytes, name: str) -> tuple[dict[str, Array], Mapping[str, Any]]:
    """Return a file's parameters and what it says of itself."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            arrays = {key.removeprefix(_START): held[key] for key in held.files}
        told = json.loads(str(arrays.pop(_ABOUT)))
        if told["version"] != _VERSION:
            raise UsageError(f"{name}: written by another version of this program (format {told['version']})")
    except (ValueError, KeyError, TypeError, AttributeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(_NONE.format(name=name, error=error)) from None
    return arrays, told


def _with(prepared: Prepared, values: Mapping[str, Array], name: str) -> Prepared:
    wrong = values.keys() ^ prepared.values.keys() or {
        key for key, value in prepared.values.items() if values[key].shape != value.shape
    }
    if wrong:
        raise UsageError(f"{name}: its {min(wrong)} does not fit {prepared.request.cell} with these options")
    dtype = prepared.request.dtype
    return replace(prepared, values={key: values[key].astype(dtype) for key in prepared.values})
