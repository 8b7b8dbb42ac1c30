"""A page's commands are run when the site is built; what they say and draw is what the page shows."""

import html
import re

import pytest

FILE = """# Page

`doubles.py`:

```python
def double_forward(x):
    \"\"\"x of shape (N, D)\"\"\"
    return 2 * x, None


def double_backward(dout, cache):
    return 3 * dout
```

"""


def block(*lines, **options):
    named = "".join(f":{name}: {value}\n" for name, value in options.items())
    return "```{bptt}\n" + named + "".join(f"{line}\n" for line in lines) + "```\n"


def shown(site, page="index"):
    """Return the terminal sessions of a page, as text."""
    found = re.findall(
        r"bptt-terminal.*?<pre[^>]*>(.*?)</pre>", (site / f"{page}.html").read_text(encoding="utf-8"), re.DOTALL
    )
    return [html.unescape(re.sub(r"<[^>]+>", "", each)) for each in found]


def test_a_page_shows_the_command_and_what_it_said(site):
    (session,) = shown(site(index="# Page\n\n" + block("bptt-viz check rnn")))
    assert session.startswith("$ bptt-viz check rnn\nrnn  PASS  12 cases")


def test_colours_of_the_terminal_are_classes(site):
    page = (site(index="# Page\n\n" + block("bptt-viz check rnn")) / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<span class="ansi-color2[^"]*">PASS</span>', page)


def test_a_page_shows_the_picture_that_was_written(site):
    made = site(index="# Page\n\n" + block("bptt-viz graph rnn --text hello -o unrolled.svg", alt="four cells"))
    assert '<img alt="four cells"' in (made / "index.html").read_text(encoding="utf-8")
    assert (made / "_images" / "unrolled.svg").read_bytes().count(b"<svg") == 1


def test_head_and_tail_leave_out_what_is_between(site):
    (session,) = shown(site(index="# Page\n\n" + block("bptt-viz list primitives", head=2, tail=1)))
    lines = session.splitlines()
    assert len(lines) == 5
    assert lines[3] == "…"


def test_a_file_that_the_page_shows_is_there(site):
    (session,) = shown(site(index=FILE + block("bptt-viz check doubles.py")))
    assert "the gradient at N=3 is 1.5× the right one" in session


def test_what_one_block_wrote_is_there_for_the_next(site):
    blocks = (
        block("bptt-viz norms rnn --steps 8 --json -o before.json")
        + "\n"
        + block("bptt-viz norms rnn --steps 8 --baseline before.json")
    )
    assert "was" in shown(site(index="# Page\n\n" + blocks))[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (block("bptt-viz check nothing"), "exit code 2 where 0 was expected"),
        (block("bptt-viz check rnn", exit=1), "exit code 0 where 1 was expected"),
        (block("echo hello"), "only bptt-viz is run"),
        (block("bptt-viz graph rnn -o unrolled.svg"), "a picture and `alt`"),
        (block("bptt-viz check rnn", alt="nothing"), "a picture and `alt`"),
    ],
    ids=["fails", "was to fail", "no command of ours", "no alt", "no picture"],
)
def test_a_page_that_says_otherwise_fails_the_build(site, capfd, text, says):
    site(code=1, index="# Page\n\n" + text)
    assert says in capfd.readouterr().err


def test_a_command_is_run_once_until_something_changes(site, tmp_path, monkeypatch):
    import running

    monkeypatch.setattr(running, "KEPT", tmp_path / "kept")
    first = running.run(["bptt-viz list texts"], {})
    monkeypatch.setattr(running, "_one", None)  # would fail if it were called
    assert running.run(["bptt-viz list texts"], {}) == first
    monkeypatch.setattr(running, "_software", lambda: "another version")
    with pytest.raises(TypeError):
        running.run(["bptt-viz list texts"], {})
