"""HDF5 files, read by the HDF5 library in a process of its own with limits of time and memory."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from bptt_viz.arrays import Array
from bptt_viz.errors import MissingError
from bptt_viz.weights.elements import DamagedError, array_at, byte_count, shortened, sizes

_CHILD = Path(__file__).with_name("hdf5_child.py")
_PATIENCE = 60
_LONGEST_HEADER = 16 * 2**20
_THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
_TYPES = ("<f2", "<f4", "<f8", "bfloat16")


@dataclass(frozen=True, slots=True)
class Hdf5:
    """What an HDF5 file holds, as far as it matters here.

    Attributes:
        arrays: real numbers by path, such as `layers/lstm/cell/vars/0`.
        stored: `bfloat16` for arrays that are stored as such, by path.
        texts: attributes of groups by path (empty for the root): a text or a list of texts each.
        ignored: objects that are not read, by path: why.
    """

    arrays: Mapping[str, Array]
    stored: Mapping[str, str]
    texts: Mapping[str, Mapping[str, Any]]
    ignored: Mapping[str, str]


def read_hdf5(file: IO[bytes]) -> Hdf5:
    """Read a file that is open for reading, from its beginning.

    Args:
        file: a file of the system, not one in memory.

    Raises:
        DamagedError: the library cannot read it within its limits, or it is refused.
        MissingError: h5py is not installed.
    """
    if find_spec("h5py") is None:
        raise MissingError("HDF5 files need h5py; install it with `pip install 'bptt-viz[keras]'`")
    size = os.fstat(file.fileno()).st_size
    told, numbers = _answer(file, size)
    arrays, stored, place = {}, {}, 0
    for each in told["arrays"]:
        name, dtype, shape = each["name"], each["dtype"], sizes(each["shape"], shortened(each["name"]))
        if dtype not in _TYPES:
            raise DamagedError(f"{shortened(name)} has the type {shortened(dtype)}")
        arrays[name] = array_at(numbers, place, dtype, shape, shortened(name))
        place += byte_count(shape, dtype)
        if dtype == "bfloat16":
            stored[name] = dtype
    return Hdf5(arrays, stored, told["texts"], told["ignored"])


def _answer(file: IO[bytes], size: int) -> tuple[dict[str, Any], memoryview]:
    """Return the description and the bytes of all arrays."""
    file.seek(0)
    environment = {**os.environ, **dict.fromkeys(_THREADS, "1"), "HDF5_PLUGIN_PRELOAD": "::"}
    command = [sys.executable, "-P", str(_CHILD)]
    try:
        child = subprocess.run(
            command, stdin=file, capture_output=True, env=environment, timeout=_PATIENCE + size // 10**7, check=False
        )
    except subprocess.TimeoutExpired:
        raise DamagedError("the HDF5 library did not come to an end with it") from None
    if child.returncode:
        raise DamagedError(_why(child.returncode, child.stderr))
    out = child.stdout
    length = int.from_bytes(out[:8], "little")
    if length > min(len(out) - 8, _LONGEST_HEADER):
        raise DamagedError("what was read of it is too long")
    held = memoryview(out)
    told = json.loads(bytes(held[8 : 8 + length]))
    return told, held[8 + length :]


def _why(code: int, said: bytes) -> str:
    """Return why a child ended without an answer."""
    try:
        return str(json.loads(said)["refused"])
    except (ValueError, KeyError, TypeError):
        return f"the HDF5 library broke down over it ({'signal' if code < 0 else 'exit code'} {abs(code)})"
