"""A training run as bytes: parameters and everything that a resumed run needs to go on bit for bit."""

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.training.recipe import Recipe
from bptt_viz.weights.formats import npz, safetensors
from bptt_viz.weights.reading import OF_PARSERS

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


def digest(text: str) -> str:
    """Return what tells one text from another."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def packed(saved: Checkpoint, form: str) -> bytes:
    """Return a file's contents: the same bytes for the same checkpoint.

    Args:
        saved: the checkpoint.
        form: one of `FORMATS`.
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
    return safetensors.packed(arrays, {_ABOUT: about})


def unpacked(data: bytes, name: str) -> Checkpoint:
    """Return what a file holds. Nothing in it can run code.

    Args:
        data: the file's contents.
        name: of the file, for messages.

    Raises:
        UsageError: it is no checkpoint.
    """
    try:
        arrays, texts = npz.unpacked(data) if data[:2] == b"PK" else _of_safetensors(data, name)
        told = json.loads(texts[_ABOUT])
        if told["version"] != _VERSION:
            raise UsageError(f"{name}: written by another version of this program (format {told['version']})")
        return Checkpoint(Recipe.of(told["recipe"]), told["vocabulary"], told["digest"], arrays)
    except OF_PARSERS as error:
        raise UsageError(f"{name} is no checkpoint of `train` ({type(error).__name__}: {error})") from None


def _of_safetensors(data: bytes, name: str) -> tuple[Mapping[str, Array], Mapping[str, str]]:
    found = safetensors.parsed(data, name)
    return found.arrays, found.texts
