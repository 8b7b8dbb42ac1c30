"""What a file that a command writes must be to be usable, told by its ending."""

import contextlib
import csv
import functools
import io
import json
import re
import sqlite3
import struct
import tempfile
import zipfile
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import jsonschema
import pygraphviz
from PIL import Image

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
_GEOMETRY = {
    "d",
    "x",
    "y",
    "x1",
    "x2",
    "y1",
    "y2",
    "cx",
    "cy",
    "r",
    "width",
    "height",
    "points",
    "transform",
    "viewBox",
}


def demand_usable(ending, data):
    """Refuse a file that no reader of its kind can use.

    Args:
        ending: of its name, such as `.svg`; nothing is asked of one that is not known but that something is there.
        data: its bytes.

    Raises:
        AssertionError: it is damaged, or no document of the published schema.
    """
    assert data or ending == ".lock", f"empty {ending}"
    judge = _JUDGES.get(ending)
    if judge is not None:
        judge(data)


def _json(data):
    document = json.loads(data.decode("utf-8"), parse_constant=_no_number)
    judge = judge_of(document["kind"], document["schema_version"])
    wrong = next(judge.iter_errors(document), None)
    assert wrong is None, f"{wrong.json_path}: {wrong.message[:300]}"


@functools.cache
def judge_of(kind, version):
    """Return what validates the documents of a kind, in one version."""
    published = (SCHEMAS / f"{kind}.v{version}.json").read_text(encoding="utf-8")
    return jsonschema.Draft202012Validator(json.loads(published))


def _no_number(word):
    raise AssertionError(f"{word} is no JSON")


def _text(data):
    text = data.decode("utf-8")
    assert text.strip(), "blank"
    assert "\x1b" not in text
    assert "Traceback" not in text
    return text


def _csv(data):
    rows = list(csv.reader(io.StringIO(_text(data)), strict=True))
    assert len(rows) > 1
    assert len({len(row) for row in rows}) == 1


def _svg(data):
    root = ElementTree.fromstring(data)
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    assert len(list(root.iter())) > 10
    named = Counter(part.get("id") for part in root.iter() if part.get("id"))
    assert max(named.values(), default=1) == 1, "an id twice"
    meant = {name for part in root.iter() for name in re.findall(r"url\(#(.+?)\)", " ".join(part.attrib.values()))}
    assert meant <= set(named)
    places = [value for part in root.iter() for name, value in part.attrib.items() if name in _GEOMETRY]
    assert not [value for value in places if re.search(r"\b(nan|inf)\b", value, re.IGNORECASE)]


def _png(data):
    with Image.open(io.BytesIO(data)) as image:
        assert image.format == "PNG"
        image.load()


def _pdf(data):
    assert data.startswith(b"%PDF-")
    table = int(re.search(rb"startxref\s+(\d+)\s+%%EOF\s*$", data)[1])
    assert re.match(rb"xref|\d+ \d+ obj", data[table:])


def _dot(data):
    assert pygraphviz.AGraph(string=_text(data)).nodes()


def _junit(data):
    assert ElementTree.fromstring(data).tag == "testsuites"


def _npz(data):
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()


def _safetensors(data):
    (size,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + size])
    ends = [about["data_offsets"][1] for name, about in header.items() if name != "__metadata__"]
    assert max(ends) == len(data) - 8 - size


def _sqlite(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.sqlite"
        path.write_bytes(data)
        with contextlib.closing(sqlite3.connect(path)) as store:
            assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)


class _Page(HTMLParser):
    """Which elements are open, and what the page would load."""

    _EMPTY = frozenset({"meta", "link", "br", "hr", "img", "input", "col", "wbr", "source"})
    _CLOSED_BY_WHAT_FOLLOWS = frozenset({"th", "td", "tr", "li", "p", "dt", "dd", "thead", "tbody"})

    def __init__(self):
        super().__init__()
        self.open, self.loaded = [], []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag not in self._EMPTY:
            self.open.append(tag)
        if tag in {"script", "img", "iframe", "source"} and "src" in given:
            self.loaded.append(given["src"])
        if tag == "link":
            self.loaded.append(given.get("href"))

    def handle_startendtag(self, tag, attrs):
        """Ignore what closes itself, as in SVG."""

    def handle_endtag(self, tag):
        while self.open and self.open[-1] != tag and self.open[-1] in self._CLOSED_BY_WHAT_FOLLOWS:
            self.open.pop()
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag


def _html(data):
    text = _text(data)
    assert text.lower().startswith("<!doctype html>")
    page = _Page()
    page.feed(text)
    page.close()
    assert page.open == []
    assert [each for each in page.loaded if not each.startswith("data:")] == []


_JUDGES = {
    ".csv": _csv,
    ".dot": _dot,
    ".html": _html,
    ".json": _json,
    ".junit": _junit,
    ".npz": _npz,
    ".pdf": _pdf,
    ".png": _png,
    ".safetensors": _safetensors,
    ".sqlite": _sqlite,
    ".svg": _svg,
    ".txt": _text,
}
