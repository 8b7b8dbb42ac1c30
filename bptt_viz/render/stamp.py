"""What was run, put into PNG and PDF files that Graphviz drew; and their date taken out."""

import json
import re
import struct
import zlib
from dataclasses import asdict

from bptt_viz.render.characters import shown
from bptt_viz.results.graph import GraphView

_PNG_HEADER = 33
"""Bytes of a PNG's signature and first chunk."""
_DATE = re.compile(rb"/(?:Creation|Mod)Date \(D:[^)]*\)")
_TRAILER = re.compile(
    rb"trailer\s*<<\s*/Size (\d+)\s*/Root (\d+ \d+ R)\s*/Info \d+ 0 R\s*>>\s*startxref\s*(\d+)\s*%%EOF\s*$"
)


def stamped(drawn: bytes, form: str, view: GraphView) -> bytes:
    """Return a drawn file with the picture's title and provenance in its metadata, and without a date."""
    words = {
        "Title": shown(view.title),
        "Subject": json.dumps(asdict(view.provenance), sort_keys=True, default=str),
        "Creator": f"bptt_viz {view.provenance.version}",
    }
    return _png(drawn, words) if form == "png" else _pdf(drawn, words)


def _png(drawn: bytes, words: dict[str, str]) -> bytes:
    chunks = [_chunk(name.encode() + b"\0\0\0\0\0" + text.encode()) for name, text in words.items()]
    return drawn[:_PNG_HEADER] + b"".join(chunks) + drawn[_PNG_HEADER:]


def _chunk(content: bytes) -> bytes:
    """Return a chunk of international text."""
    body = b"iTXt" + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def _pdf(drawn: bytes, words: dict[str, str]) -> bytes:
    """Blank the dates and append an update with a new information dictionary (PDF 32000-1, 7.5.6).

    A file whose cross-references are compressed stays without one.
    """
    blank = _DATE.sub(lambda found: b" " * len(found[0]), drawn)
    trailer = _TRAILER.search(blank)
    if trailer is None:
        return blank
    size, root, before = trailer.groups()
    entries = b" ".join(b"/%b <%b>" % (name.encode(), _hexadecimal(text)) for name, text in words.items())
    start = len(blank)
    made = b"%b 0 obj\n<< %b >>\nendobj\n" % (size, entries)
    table = b"xref\n%b 1\n%010d 00000 n \n" % (size, start)
    more = b"trailer\n<< /Size %d /Root %b /Info %b 0 R /Prev %b >>\n" % (int(size) + 1, root, size, before)
    return blank + made + table + more + b"startxref\n%d\n%%%%EOF\n" % (start + len(made))


def _hexadecimal(text: str) -> bytes:
    return ("\ufeff" + text).encode("utf-16-be").hex().encode()
