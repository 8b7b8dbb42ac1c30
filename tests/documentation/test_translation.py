"""The Korean texts are whole: every message of the start page and the lecture is translated from its present words."""

import re
import subprocess
import sys
from io import BytesIO

import pytest

from documentation.sites import ROOT

CATALOGUES = sorted((ROOT / "docs/locale/ko/LC_MESSAGES").rglob("*.po"))
STRICT = [path for path in CATALOGUES if path.name != "index.po" or path.parent.name == "lecture"]


@pytest.fixture(scope="module")
def extracted(tmp_path_factory):
    """Return the messages of the pages as they are now, by page."""
    from babel.messages.pofile import read_po

    folder = tmp_path_factory.mktemp("messages")
    pages = [ROOT / "docs/start.md", *sorted((ROOT / "docs/lecture").glob("*.md"))]
    subprocess.run(
        [sys.executable, "-m", "sphinx", "-q", "-b", "gettext", ROOT / "docs", folder, *pages], check=True, timeout=300
    )
    found = {path.relative_to(folder).with_suffix(".po"): path for path in folder.rglob("*.pot")}
    return {name: {m.id for m in read_po(BytesIO(path.read_bytes())) if m.id} for name, path in found.items()}


def messages(path):
    from babel.messages.pofile import read_po

    return [message for message in read_po(BytesIO(path.read_bytes()), locale="ko") if message.id]


def name(path):
    return path.relative_to(ROOT / "docs/locale/ko/LC_MESSAGES")


def test_every_page_of_the_lecture_has_a_catalogue(extracted):
    assert set(extracted) <= {name(path) for path in CATALOGUES}


@pytest.mark.parametrize("path", STRICT, ids=lambda path: path.stem)
def test_the_catalogue_has_the_messages_of_the_page(path, extracted):
    assert {message.id for message in messages(path)} == extracted[name(path)], "see docs/site.md#korean"


@pytest.mark.parametrize("path", STRICT, ids=lambda path: path.stem)
def test_every_message_is_translated(path):
    assert [m.id for m in messages(path) if not m.string or m.fuzzy] == []


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_a_translation_keeps_code_links_and_numbers_of_formulas(path):
    for message in messages(path):
        if message.string and not message.fuzzy:
            assert sorted(marks(message.id)) == sorted(marks(message.string)), message.string


def marks(text):
    """Return the code words and the targets of links in a text."""
    return re.findall(r"`[^`]+`", text) + re.findall(r"\]\(([^)]+)\)", text)
