"""Keeps the memory of a tape that is gone for the next one."""

import ctypes
from os import environ

# As in glibc's malloc.h.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
_LARGEST_MMAP_THRESHOLD = 32 << 20


def keep_freed_memory(limit: int = 1 << 30) -> bool:
    """Let this process hold on to freed memory; for programs that record one tape after another.

    A tape frees megabytes at once. By default glibc returns them to the system, and each page costs a fault when the
    next tape asks for it: a tenth to a third of a pass from H = 64 on. This sets what the environment variables
    `MALLOC_TRIM_THRESHOLD_` and `MALLOC_MMAP_THRESHOLD_` set; where one of them is set, it is left alone.

    Args:
        limit: how many bytes at the end of the heap may lie unused before they are returned, below 2³¹.

    Returns:
        Whether anything was set; the C library of other systems has no such option.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)
    if set_option is None or "MALLOC_TRIM_THRESHOLD_" in environ or "MALLOC_MMAP_THRESHOLD_" in environ:
        return False
    return bool(set_option(_MMAP_THRESHOLD, _LARGEST_MMAP_THRESHOLD) and set_option(_TRIM_THRESHOLD, limit))
