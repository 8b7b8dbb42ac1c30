"""A training run as bytes: parameters and everything that a resumed run needs to go on bit for bit."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import MissingError, UsageError
from bptt_viz.training.recipe import Recipe

FORMATS = ("npz", "safetensors")
_ABOUT = "about"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A run that stands still.

    Attributes:
        recipe: what is trained and how.
        vocabulary: the characters, by number.
        digest: of the text that it learned from.
        arrays: the learner's snapshot, and the history of its gradients' reach.
    """

    recipe: Recipe
    vocabulary: str
    digest: str
    arrays: Mapping[str, Array]

    @property
    def parameters(self) -> dict[str, Array]:
        """The model's parameters by name."""
        start = "parameters/"
        return {name.removeprefix(start): value for name, value in self.arrays.items() if name.startswith(start)}


def hello() -> bytes:
    """Return a small model that has learned the lecture's word, repeated: min-char-rnn, 8 units, 1,000 updates."""
    return files(__package__).joinpath("hello.npz").read_bytes()


def digest(text: str) -> str:
    """Return what tells one text from another."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def packed(saved: Checkpoint, form: str) -> bytes:
    """Return a file's contents: the same bytes for the same checkpoint.

    Args:
        saved: the checkpoint.
        form: one of `FORMATS`.

    Raises:
        MissingError: the safetensors package is not installed.
    """
    about = json.dumps(
        {
            "version": _VERSION,
            "recipe": saved.recipe.as_mapping(),
            "vocabulary": saved.vocabulary,
            "digest": saved.digest,
        },
        ensure_ascii=False,
        sort_keys=True,
    )
    arrays = {name: np.array(saved.arrays[name], order="C") for name in sorted(saved.arrays)}
    if form == "npz":
        held = io.BytesIO()
        everything: dict[str, Any] = {_ABOUT: np.array(about), **arrays}
        np.savez(held, **everything)
        return held.getvalue()
    return bytes(_safetensors().save(arrays, {_ABOUT: about}))


def unpacked(data: bytes, name: str) -> Checkpoint:
    """Return what a file holds. Nothing in it can run code.

    Args:
        data: the file's contents.
        name: of the file, for messages.

    Raises:
        UsageError: it is no checkpoint.
        MissingError: the safetensors package is not installed.
    """
    try:
        arrays, about = _from_npz(data) if data[:2] == b"PK" else _from_safetensors(data)
        told = json.loads(about)
        if told["version"] != _VERSION:
            raise UsageError(f"{name}: written by another version of this program (format {told['version']})")
        return Checkpoint(Recipe.of(told["recipe"]), told["vocabulary"], told["digest"], arrays)
    except (ValueError, KeyError, TypeError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise UsageError(f"{name} is no checkpoint of `train` ({type(error).__name__}: {error})") from None


def _from_npz(data: bytes) -> tuple[dict[str, Array], str]:
    with np.load(io.BytesIO(data), allow_pickle=False) as held:
        arrays = {name: held[name] for name in held.files}
    return arrays, str(arrays.pop(_ABOUT))


def _from_safetensors(data: bytes) -> tuple[dict[str, Array], str]:
    length = int.from_bytes(data[:8], "little")
    if not 2 <= length <= len(data) - 8:
        raise ValueError("its header is longer than the file")
    header = json.loads(data[8 : 8 + length])
    return _safetensors().load(data), header["__metadata__"][_ABOUT]


def _safetensors() -> Any:
    try:
        import safetensors.numpy
    except ImportError:
        raise MissingError("this format needs safetensors; install it with `pip install safetensors`") from None
    return safetensors.numpy
