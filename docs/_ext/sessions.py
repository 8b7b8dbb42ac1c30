"""The terminal sessions that pages show as plain Markdown, so that they can be read in the repository as well.

Two kinds of fenced blocks are sessions. One whose lines all begin with `bptt-viz`: commands alone. And one whose first
line begins with `$ bptt-viz`: commands with what the terminal shows, where a line `…` stands for what is left out. A
comment above a block says what a reader need not see:

    <!-- run: exit=3 files="docs/files/own.py" alt="what the picture shows" -->
    <!-- not run: trains for ten minutes -->

`exit` is the exit code that the last command must have; `columns` the terminal's width, 0 for a pipe; `files` are laid
beside the commands: `path`, `path:name`, or a page for the files that it shows; `needs` is a package without which the
block is shown as it stands in the page; `alt` says what a picture shows that the page itself does not show.

`python docs/_ext/sessions.py [PAGE …]` runs the sessions of all pages, or of some, and writes what they show anew.
"""

import re
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from running import KEPT, ROOT, WIDTH, Ran, run

VERDICTS = (0, 1, 5)
"""How a command may end whose output the page shows: passed, wrong, undecided."""

_FENCE = re.compile(r"(?P<indent> *)(?P<fence>`{3,}|~{3,})(?P<language>[^`\n]*)")
_COMMENT = re.compile(r" *<!-- (?P<kind>run|not run): (?P<rest>.+) -->")
_OURS = re.compile(r"(\$ )?(\.venv/bin/)?bptt-viz ")
_LANGUAGES = ("", "sh", "console", "text", "bash")
_SHOWN_FILE = re.compile(r"`([\w./]+\.(?:py|toml))`:\n\n```(?:python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ANSI = re.compile(r"\x1b\[[\d;]*m")
_NUMBER = re.compile(r"[-+]?[\d.]+(e[-+]?\d+)?|[▀-▟]+")


@dataclass(frozen=True)
class Session:
    """One block of a page that shows commands.

    Attributes:
        first, last: its lines in the page, from 0: of the comment, or of the fence where there is none, and of the end.
        fence: the line of its opening fence.
        language: what follows the fence.
        lines: what stands between the fences.
        options: of the comment.
        reason: why it is not run, or nothing.
    """

    first: int
    last: int
    fence: int
    language: str
    lines: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)
    reason: str = ""

    @property
    def has_output(self) -> bool:
        """Tell whether the page shows what the commands say."""
        return self.lines[0].startswith("$ ")

    @property
    def is_whole(self) -> bool:
        """Tell whether every line is understood: commands of ours alone, or commands with what they show."""
        return self.has_output or all(re.match(r"(bptt-viz |#|$)", line) for line in joined(self.lines))

    @property
    def commands(self) -> list[str]:
        """Return the command lines, without prompts."""
        if not self.has_output:
            return [line for line in joined(self.lines) if line.startswith("bptt-viz ")]
        return [line.removeprefix("$ ") for line in joined(self.lines) if line.startswith("$ ")]

    @property
    def shown(self) -> list[list[str]]:
        """Return the lines that the page shows of each command's output."""
        parts: list[list[str]] = []
        for line in joined(self.lines):
            if line.startswith("$ "):
                parts.append([])
            else:
                parts[-1].append(line)
        return parts

    @property
    def is_possible(self) -> bool:
        """Tell whether this machine has what the session needs."""
        return "needs" not in self.options or find_spec(self.options["needs"]) is not None


def joined(lines: tuple[str, ...]) -> list[str]:
    """Join command lines that a backslash continues."""
    return re.sub(r"\\\n *", "", "\n".join(lines)).split("\n")


def sessions(text: str) -> Iterator[Session]:
    """Yield the blocks of a page that have a command of ours, also those that are not run."""
    lines = text.splitlines()
    k = 0
    while k < len(lines):
        opened = _FENCE.fullmatch(lines[k])
        if not opened:
            k += 1
            continue
        end = next((n for n in range(k + 1, len(lines)) if lines[n].strip() == opened["fence"]), len(lines))
        inside = tuple(line.removeprefix(opened["indent"]) for line in lines[k + 1 : end])
        language = opened["language"].strip()
        if language in _LANGUAGES and any(map(_OURS.match, inside)):
            yield _session(lines, k, end, language, inside)
        k = end + 1


def _session(lines: list[str], fence: int, end: int, language: str, inside: tuple[str, ...]) -> Session:
    comment = _COMMENT.fullmatch(lines[fence - 1]) if fence else None
    if comment is None:
        return Session(fence, end, fence, language, inside)
    if comment["kind"] == "not run":
        return Session(fence - 1, end, fence, language, inside, reason=comment["rest"])
    options = dict(each.split("=", 1) for each in shlex.split(comment["rest"]))
    return Session(fence - 1, end, fence, language, inside, options)


def shown_files(text: str) -> dict[str, str]:
    """Return the files that a page shows, by name: a line that ends in `name.py`: and the block below it."""
    return dict(_SHOWN_FILE.findall(text))


def kept_files(page: str, text: str) -> dict[str, Path]:
    """Keep the files that a page shows, and return where."""
    found = {}
    for name, source in shown_files(text).items():
        found[name] = KEPT / "shown" / page / name
        found[name].parent.mkdir(parents=True, exist_ok=True)
        found[name].write_text(source, encoding="utf-8")
    return found


def wanted_files(session: Session) -> dict[str, Path]:
    """Return the files that a session asks for, by the name that its commands know."""
    found: dict[str, Path] = {}
    for each in session.options.get("files", "").split():
        path, _, name = each.partition(":")
        if path.endswith(".md"):
            found |= kept_files(path.removesuffix(".md"), (ROOT / path).read_text(encoding="utf-8"))
        else:
            found[name or Path(path).name] = ROOT / path
    return found


def run_session(session: Session, files: dict[str, Path]) -> Ran:
    """Run a session beside the given files.

    Raises:
        CommandError: a command ended otherwise than it may.
    """
    asked = session.options.get("exit")
    allowed = (int(asked),) if asked else VERDICTS if session.has_output else (0,)
    columns = int(session.options.get("columns", WIDTH))
    return run(session.commands, files, allowed, columns)


def plain(shown: str) -> list[str]:
    """Return the lines of an output without colours."""
    return [line.rstrip() for line in _ANSI.sub("", shown).splitlines()]


def places(shown: list[str], whole: list[str]) -> list[range] | None:
    """Return which lines of the whole output stand between the lines `…` of what is shown; None if some are not there.

    What stands before the first `…` is the beginning, what stands behind the last is the end, and a piece between two
    is where its words are.
    """
    pieces = _pieces(shown)
    if len(pieces) == 1:
        return [range(len(whole))]
    found, at = [], 0
    for k, piece in enumerate(pieces):
        start = at if k == 0 else len(whole) - len(piece) if k == len(pieces) - 1 else _first(piece, whole, at)
        if start is None or start < at:
            return None
        found.append(range(start, start + len(piece)))
        at = start + len(piece)
    return found


def _pieces(shown: list[str]) -> list[list[str]]:
    pieces: list[list[str]] = [[]]
    for line in shown:
        if line == "…":
            pieces.append([])
        else:
            pieces[-1].append(line)
    return pieces


def _first(piece: list[str], whole: list[str], at: int) -> int | None:
    words = [words_of(line) for line in piece]
    known = [words_of(line) for line in whole]
    return next((k for k in range(at, len(whole)) if known[k : k + len(words)] == words), None)


def words_of(text: str) -> str:
    """Leave the words only: another NumPy or BLAS may round differently, and a bar be shorter."""
    return " ".join(_NUMBER.sub("#", text).split())


def elided(whole: list[str], kept: list[range]) -> list[str]:
    """Return an output with `…` for what is left out."""
    found: list[str] = []
    for k, lines in enumerate(kept):
        found += (["…"] if k else []) + [whole[n] for n in lines]
    return found


def difference(shown: list[str], whole: list[str]) -> str:
    """Return the first line of what a page shows whose words are not those of the output, or nothing."""
    kept = places(shown, whole)
    if kept is None:
        return next((piece[0] for piece in _pieces(shown) if piece and _first(piece[:1], whole, 0) is None), shown[0])
    now = elided(whole, kept)
    if words_of(" ".join(now)) == words_of(" ".join(shown)):
        return ""
    return next((line for line, other in zip(shown, now, strict=False) if words_of(line) != words_of(other)), shown[-1])


def runs(text: str, files: dict[str, Path]) -> Iterator[tuple[Session, Ran]]:
    """Yield the sessions of a page that can be run here, with what they left; add what they wrote to the files."""
    for session in sessions(text):
        if not session.reason and session.is_possible:
            files |= wanted_files(session)
            ran = run_session(session, files)
            files |= ran.written
            yield session, ran


def renewed(page: str, text: str) -> str:
    """Return a page with what its sessions show now.

    Raises:
        CommandError: a command ended otherwise than it may.
        ValueError: the lines around a `…` are no longer there.
    """
    lines = text.splitlines()
    for session, ran in reversed(list(runs(text, kept_files(page, text)))):
        if session.has_output:
            indent = " " * (len(lines[session.fence]) - len(lines[session.fence].lstrip()))
            lines[session.fence + 1 : session.last] = [indent + line if line else "" for line in _anew(session, ran)]
    return "\n".join(lines) + "\n"


def _anew(session: Session, result: Ran) -> Iterator[str]:
    prompts = iter(_prompts(session))
    for shown, output in zip(session.shown, result.shown, strict=True):
        whole = plain(output)
        kept = places(shown, whole)
        if kept is None:
            raise ValueError(f"no longer there: {difference(shown, whole)}")
        yield from next(prompts)
        yield from elided(whole, kept)


def _prompts(session: Session) -> list[list[str]]:
    """Return the command lines as they stand in the page, also over several lines."""
    found: list[list[str]] = []
    goes_on = False
    for line in session.lines:
        if goes_on:
            found[-1].append(line)
        elif line.startswith("$ "):
            found.append([line])
        goes_on = line.endswith("\\") and (goes_on or line.startswith("$ "))
    return found


def pages() -> list[Path]:
    """Return every page of the repository that may show commands."""
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "benchmarks/README.md"])


if __name__ == "__main__":
    for _path in [Path(name).resolve() for name in sys.argv[1:]] or pages():
        _text = _path.read_text(encoding="utf-8")
        _name = _path.relative_to(ROOT).with_suffix("").as_posix()
        _path.write_text(renewed(_name, _text), encoding="utf-8")
