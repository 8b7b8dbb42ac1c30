"""Reading features and captions from a user's files, without executing anything."""

from pathlib import Path

import numpy as np

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError
from bptt_viz.models.captions import END, START, Captions, caption_batch
from bptt_viz.models.feature_files import read_features


def captions_from_files(
    steps: int | None, size: int, seed: int, features: str, captions: str, vocabulary: str
) -> Captions:
    """Return N images of a file of features, with their captions.

    Args:
        steps: T; None takes what the longest of these captions needs.
        size: N; the files are read in turn, a seed further by N images, from the top again at the end.
        seed: which N.
        features: a .npy, .npz or .safetensors file with an array (images, F), (images, L, F) or
            (images, height, width, F).
        captions: a UTF-8 text file with the caption of each image, a line each.
        vocabulary: a UTF-8 text file with a word a line; empty takes all words of the captions, as they come.

    Raises:
        UsageError: a file is not named, cannot be read, or does not fit the others.
    """
    if not (features and captions):
        raise UsageError("a captioner's files go together: --set features=FILE --set captions=FILE")
    lines = [line.split() for line in _lines(captions, "captions")]
    words = _words(vocabulary) if vocabulary else list(dict.fromkeys(word for line in lines for word in line))
    known = read_features(Path(features))
    if len(known) != len(lines):
        raise UsageError(f"{features} has {len(known)} images, {captions} {len(lines)} captions; one line an image")
    rows = (seed * size + np.arange(size)) % len(lines)
    read, targets, counted = caption_batch([lines[row] for row in rows], words, steps)
    v, grid = _by_place(known[rows])
    return Captions(words, read, targets, Path(features).name, v, grid, counted=counted)


def _by_place(found: Array) -> tuple[Array, tuple[int, int]]:
    """Return features (N, F) or (N, L, F), and the rows and columns of the L places."""
    if found.ndim == 4:
        return found.reshape(len(found), -1, found.shape[-1]), (found.shape[1], found.shape[2])
    places = found.shape[1] if found.ndim == 3 else 1
    side = round(places**0.5)
    return found, (side, side) if side * side == places else (1, places)


def _lines(file: str, what: str) -> list[str]:
    try:
        text = Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = "it is no UTF-8 text" if isinstance(error, ValueError) else (error.strerror or str(error)).lower()
        raise UsageError(f"{what}={file} cannot be read: {reason}") from None
    return text.splitlines()


def _words(file: str) -> list[str]:
    words = [line.strip() for line in _lines(file, "vocabulary") if line.strip()]
    twice = next((word for k, word in enumerate(words) if word in words[:k]), None)
    if twice is not None:
        raise UsageError(f"vocabulary={file} has the word {twice!r} twice")
    if not words:
        raise UsageError(f"vocabulary={file} has no word")
    taken = {START, END}.intersection(words)
    if taken:
        raise UsageError(f"vocabulary={file}: {min(taken)} is added by itself; leave it out")
    return words
