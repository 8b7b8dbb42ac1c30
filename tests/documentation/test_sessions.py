"""Sessions that stand in pages as plain Markdown are run when the site is built, and must say what the page says."""

import re

import pytest
import sessions

from documentation.sites import ROOT
from documentation.test_commands import FILE, shown

PAGES = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in sessions.pages()}

# What takes minutes.
NOT_RUN = {
    "README.ko.md": ["train sonnets"],
    "README.md": ["train sonnets"],
    "docs/attend.md": ["learn attention-captioner"],
    "docs/bias.md": ["bias -o", "bias"],
}


def session(*lines, language="", comment=""):
    above = f"<!-- {comment} -->\n" if comment else ""
    return f"{above}```{language}\n" + "".join(f"{line}\n" for line in lines) + "```\n"


@pytest.mark.parametrize("page", PAGES)
def test_every_block_with_a_command_is_run_or_says_why_not(page):
    unsaid = [each.lines for each in sessions.sessions(PAGES[page]) if not (each.reason or each.is_whole)]
    assert unsaid == []


def test_few_are_not_run():
    found = {page: [first(s) for s in sessions.sessions(text) if s.reason] for page, text in PAGES.items()}
    assert {page: lines for page, lines in found.items() if lines} == NOT_RUN


def first(session):
    return " ".join(session.commands[0].split()[1:3])


def test_a_session_is_shown_as_the_terminal_shows_it(site):
    made = site(
        index="# Page\n\n"
        + session("$ bptt-viz check rnn", "rnn  PASS  9 cases, 1 entries, worst error 1e-9 by complex")
    )
    (said,) = shown(made)
    assert said.startswith("$ bptt-viz check rnn\nrnn  PASS  12 cases")
    assert re.search(r'<span class="ansi-color2[^"]*">PASS</span>', (made / "index.html").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("block", "says"),
    [
        (session("$ bptt-viz check rnn", "rnn  WRONG  12 cases, 161 entries"), "no longer says: rnn  WRONG"),
        (session("$ bptt-viz list primitives", "…", "no such line", "…"), "no longer says: no such line"),
        (session("$ bptt-viz check nothing", "…"), "exit code 2 where 0 was expected"),
        (session("bptt-viz norms rnn --init radius=0.5 --fail-on vanishing"), "exit code 1 where 0 was expected"),
        (session("bptt-viz check rnn", comment="run: exit=1"), "exit code 0 where 1 was expected"),
        (session("bptt-viz check rnn", "echo done"), "is run; say"),
    ],
    ids=["other words", "a line that is gone", "fails", "finds a mistake", "was to fail", "another program"],
)
def test_a_page_that_says_otherwise_fails_the_build(site, capfd, block, says):
    site(code=1, index=FILE + block)
    assert says in capfd.readouterr().err


def test_what_commands_alone_say_and_draw_stands_below_them(site):
    made = site(index="# Page\n\n" + session("bptt-viz norms rnn --steps 5 -o norms.svg  # a figure", language="sh"))
    text = (made / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<details class="bptt-said" open>.*‖∂L_T‖.*</details>', text, re.DOTALL)
    assert re.search(r'<img alt="\w.*norms.svg', text)
    assert (made / "_images" / "norms.svg").exists()


def test_a_picture_of_the_page_that_a_command_draws_is_shown_as_drawn(site):
    page = (
        "# Page\n\n" + session("bptt-viz graph rnn --text hello -o source/drawn.svg") + "\n![four cells](drawn.svg)\n"
    )
    made = site(index=page)
    assert (made / "index.html").read_text(encoding="utf-8").count("<img") == 1
    assert "<svg" in (made / "_images" / "drawn.svg").read_text(encoding="utf-8")


def test_files_that_a_reader_need_not_see_are_laid_beside(site):
    block = session("bptt-viz norms own.py:Leaky --steps 4", comment="run: files=docs/files/leaky.py:own.py")
    assert "own.py:Leaky" in shown(site(index="# Page\n\n" + block))[0]


def test_without_a_terminal_there_are_no_colours(site):
    block = session("$ bptt-viz check rnn", "…", comment="run: columns=0")
    assert "ansi-" not in (site(index="# Page\n\n" + block) / "index.html").read_text(encoding="utf-8")


def test_what_is_not_run_says_so(site):
    block = session("bptt-viz train sonnets --updates 1000000", comment="not run: takes a day")
    text = (site(index="# Page\n\n" + block) / "index.html").read_text(encoding="utf-8")
    assert "Not run when this site is built: takes a day." in text


WHOLE = ["one 1", "two 2", "three 3", "four 4", "five 5"]


@pytest.mark.parametrize(
    ("shown", "now"),
    [
        (["one 9", "…"], ["one 1", "…"]),
        (["…", "five 9"], ["…", "five 5"]),
        (["one 9", "…", "three 9", "…", "five 9"], ["one 1", "…", "three 3", "…", "five 5"]),
        (["…", "four 9", "…"], ["…", "four 4", "…"]),
        (["anything"], WHOLE),
    ],
)
def test_what_is_left_out_stays_left_out(shown, now):
    assert sessions.elided(WHOLE, sessions.places(shown, WHOLE)) == now


def test_a_piece_that_is_gone_has_no_place():
    assert sessions.places(["one", "…", "six", "…"], WHOLE) is None


def test_a_page_is_written_anew(tmp_path, monkeypatch):
    monkeypatch.setattr("running.KEPT", tmp_path)
    page = "# Page\n\n" + session("$ bptt-viz list texts", "name", "…") + session("$ bptt-viz check rnn", "of old")
    name, rnn = re.findall(r"^\$.*\n(.*\n)", sessions.renewed("page", page), re.MULTILINE)
    assert name.split()[:2] == ["name", "characters"]
    assert rnn.startswith("rnn  PASS  12 cases")
