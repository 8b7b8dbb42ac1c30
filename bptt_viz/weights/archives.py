"""ZIP archives that somebody else made: no bombs, no tricks with names, no entry over another."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bptt_viz.weights.elements import DamagedError, shortened

# Floating numbers hardly shrink; zeros do, by up to 1,032. Archives that unpack to more than this are refused.
_MOST_GROWTH = 20
_ALWAYS_FINE = 2**20
_MOST_ENTRIES = 100_000
_LOCAL_HEADER = 30
_PIECE = 2**18
_ALWAYS_FINE_DIRECTORY = 2**16
# The record at the end, and the longest comment behind it.
_FARTHEST_END = 22 + 2**16 + 76


def entry_names(path: Path) -> list[str]:
    """Return the names in an archive; errors as for `Archive`."""
    with path.open("rb") as file:
        _demand_a_short_directory(file)
        with zipfile.ZipFile(file) as archive:
            return archive.namelist()


class Archive:
    """An open archive whose entries were looked at before any is unpacked.

    Attributes:
        size: of the file, in bytes.
        sizes: how many bytes each entry unpacks to, by name.
    """

    def __init__(self, archive: zipfile.ZipFile, size: int) -> None:
        """Look at the entries.

        Args:
            archive: open for reading.
            size: of the file, in bytes.

        Raises:
            DamagedError: names lead out of the archive or are there twice, entries overlap, are locked or reach
                beyond the file, or all of them would unpack to much more than the file's size.
        """
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _demand_names([entry.orig_filename for entry in entries])
        _demand_places(entries, size)
        whole = sum(entry.file_size for entry in entries)
        if whole > max(_MOST_GROWTH * size, _ALWAYS_FINE):
            raise DamagedError(f"it would unpack to {whole:,} bytes, more than {_MOST_GROWTH} times its size")
        self._archive, self.size = archive, size
        self.sizes = {entry.filename: entry.file_size for entry in entries}

    def read(self, name: str) -> bytes:
        """Return an entry's bytes, exactly as many as it says.

        Raises:
            DamagedError: there are more or less of them, or no such entry.
        """
        if name not in self.sizes:
            raise DamagedError(f"it has no entry {shortened(name)}")
        with self._archive.open(name) as entry:
            # In one piece, the buffers of zipfile would take the size three times.
            found = b"".join(iter(lambda: entry.read(_PIECE), b""))
            if len(found) != self.sizes[name]:
                raise DamagedError(f"the entry {shortened(name)} has another size than it says")
        return found


@contextmanager
def opened(source: Path | bytes) -> Iterator[Archive]:
    """Open an archive in a file or in memory; errors as for `Archive`."""
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        size = _demand_a_short_directory(file)
        with zipfile.ZipFile(file) as archive:
            yield Archive(archive, size)


def _demand_a_short_directory(file: IO[bytes]) -> int:
    """Look at the directory at its end: an entry takes 46 bytes there, 500 in memory. Return the file's size."""
    size = file.seek(0, io.SEEK_END)
    file.seek(max(0, size - _FARTHEST_END))
    tail = file.read()
    told = [
        int.from_bytes(tail[place + field : place + field + width], "little")
        for sign, field, width in ((b"PK\5\6", 12, 4), (b"PK\6\6", 40, 8))
        if (place := tail.rfind(sign)) >= 0
    ]
    # In large archives the first number says only that the second one counts.
    if any(length > _ALWAYS_FINE_DIRECTORY + size // 8 for length in told if length != 2**32 - 1):
        raise DamagedError("its directory has too many entries for its size")
    return size


def _demand_names(names: Sequence[str]) -> None:
    if len(names) > _MOST_ENTRIES:
        raise DamagedError(f"it has {len(names):,} entries")
    if len(set(names)) < len(names):
        raise DamagedError("it has an entry twice")
    for name in names:
        if name.startswith("/") or "\\" in name or "\0" in name or ".." in name.split("/"):
            raise DamagedError(f"its entry {shortened(name)} leads out of the archive")


def _demand_places(entries: Sequence[zipfile.ZipInfo], size: int) -> None:
    """Entries stand behind each other (Fifield 2019, "A better zip bomb": overlapping ones unpack to far more)."""
    end = 0
    for entry in sorted(entries, key=lambda each: each.header_offset):
        if entry.flag_bits & 0x1:
            raise DamagedError(f"its entry {shortened(entry.filename)} is locked by a password")
        if entry.header_offset < end:
            raise DamagedError(f"its entry {shortened(entry.filename)} lies over another one")
        end = entry.header_offset + _LOCAL_HEADER + entry.compress_size
        if end > size:
            raise DamagedError(f"its entry {shortened(entry.filename)} reaches beyond the end of the file")
