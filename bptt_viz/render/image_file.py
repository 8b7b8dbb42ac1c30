"""Reading an image that maps are drawn over."""

from pathlib import Path

import numpy as np
from matplotlib.image import imread

from bptt_viz.arrays import Array
from bptt_viz.errors import UsageError

_LARGEST = 2**26
"""Bytes of a file that is read."""


def read_image(path: Path) -> Array:
    """Return an image (height, width, 3) with entries from 0 to 1.

    Args:
        path: PNG, or whatever else Pillow reads (PPM, JPEG).

    Raises:
        UsageError: it cannot be read.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"--image {path}: larger than {_LARGEST // 2**20} MB")
        found = np.asarray(imread(path))
    except UsageError:
        raise
    except OSError as error:
        raise UsageError(f"--image {path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except Exception as error:  # whatever a parser says of a broken file
        raise UsageError(f"--image {path} cannot be read: {' '.join(str(error).split())}") from None
    values = found / 255 if found.dtype == np.uint8 else np.clip(found.astype(float), 0, 1)
    if values.ndim == 2:
        return np.repeat(values[..., None], 3, axis=-1)
    if values.ndim != 3 or values.shape[-1] not in {3, 4}:
        raise UsageError(f"--image {path}: expected grey, RGB or RGBA pixels, got an array of shape {values.shape}")
    return np.asarray(values[..., :3])
