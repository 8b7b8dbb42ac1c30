"""The gallery shows what its commands draw, and nothing in it is cut, crowded or large."""

import re
from xml.etree import ElementTree

import pytest

from bptt_viz.app import run
from bptt_viz.errors import ExitCode
from commands import gallery

COMMANDS = gallery.commands()
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def essence(drawn):
    """Return what must be the same on every machine: ids, kinds and texts, but no last digits of numbers."""
    root = ElementTree.fromstring(drawn)
    groups = [(group.get("id"), re.sub(r" g-\w+", "", group.get("class") or "")) for group in root.iter(f"{SVG}g")]
    texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
    return groups, texts


@pytest.mark.parametrize("picture", COMMANDS)
def test_each_picture_is_what_its_command_draws(tmp_path, picture):
    arguments = [*COMMANDS[picture][:-1], "drawn.svg"]
    assert run(arguments) == ExitCode.PASS
    stored = (gallery.ROOT / picture).read_bytes()
    drawn = (tmp_path / "drawn.svg").read_bytes()
    assert essence(stored) == essence(drawn), "draw it anew: python tests/commands/gallery.py"
    assert len(stored) <= 60_000


def test_each_picture_is_shown_and_told():
    page = gallery.PAGE.read_text(encoding="utf-8")
    shown = re.findall(r"^!\[(.+)\]\((pictures/[\w-]+\.svg)\)\n\n(\S.*)", page, re.MULTILINE)
    assert {f"docs/{path}" for _, path, _ in shown} == set(COMMANDS)
    assert len(shown) == len(COMMANDS)
