"""Python 2: what in a file Python 3 does not read or no longer has, and what to write instead."""

import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SKIPPED = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENCODING}
_GONE = {
    "xrange": "range",
    "raw_input": "input",
    "unicode": "str",
    "iteritems": "items",
    "itervalues": "values",
    "iterkeys": "keys",
    "izip": "zip",
}


@dataclass(frozen=True, slots=True)
class Change:
    """One change towards Python 3.

    Attributes:
        line: from 1.
        found: what stands there.
        instead: what to write.
    """

    line: int
    found: str
    instead: str


def changes(text: str) -> tuple[Change, ...]:
    """Return what has to be changed for Python 3 to read a text; nothing if that is not what is wrong with it.

    What Python 3 reads and only lacks, such as `xrange`, is named too, but does not make a file Python 2 by itself.
    """
    statements = [*_statements(text)]
    unreadable = [change for tokens in statements for change in _unreadable(tokens)]
    if not unreadable and _mixes_tabs(text):
        unreadable = [Change(_mixes_tabs(text), "tabs and blanks mixed in the indentation", "blanks alone")]
    if not unreadable:
        return ()
    return tuple(sorted((*unreadable, *missing(text)), key=lambda change: change.line))


def missing(text: str) -> tuple[Change, ...]:
    """Return names of Python 2 in a text that Python 3 does not have."""
    found = [
        Change(token.start[0], token.string, _GONE[token.string])
        for tokens in _statements(text)
        for token in tokens
        if token.type == tokenize.NAME and token.string in _GONE
    ]
    return tuple(dict.fromkeys(found))


def _statements(text: str) -> Iterator[Sequence[tokenize.TokenInfo]]:
    """Yield the tokens of each logical line, as far as they can be read."""
    line: list[tokenize.TokenInfo] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text.expandtabs(8)).readline):
            if token.type == tokenize.NEWLINE or (token.type == tokenize.OP and token.string == ";"):
                yield line
                line = []
            elif token.type not in _SKIPPED:
                line.append(token)
    except (tokenize.TokenError, SyntaxError, IndentationError):
        pass
    yield line


def _unreadable(tokens: Sequence[tokenize.TokenInfo]) -> Iterator[Change]:
    words = [token.string for token in tokens]
    start = next(
        (
            at + 1
            for at, word in enumerate(words[:-1])
            if word == ":" and words[0] in {"if", "else", "for", "while", "try", "elif"}
        ),
        0,
    )
    for at in {0, start} if len(words) > start else set():
        if words and words[at] in {"print", "exec"} and at + 1 < len(words) and _is_statement(tokens[at + 1]):
            yield Change(tokens[at].start[0], f"{words[at]} {words[at + 1]} …", f"{words[at]}({words[at + 1]} …)")
    if len(words) > 3 and words[0] == "except" and words[-3] == "," and words[-1] == ":":
        yield Change(tokens[0].start[0], f"except …, {words[-2]}", f"except … as {words[-2]}")
    if len(words) > 3 and words[0] == "raise" and words[2] == ",":
        yield Change(tokens[0].start[0], f"raise {words[1]}, …", f"raise {words[1]}(…)")
    for token in tokens:
        if token.string == "<>":
            yield Change(token.start[0], "<>", "!=")
        if token.string == "`":
            yield Change(token.start[0], "`…`", "repr(…)")
            return


def _is_statement(after: tokenize.TokenInfo) -> bool:
    """Tell whether what stands behind `print` makes it a statement, and not a call or a comparison."""
    return after.type in {tokenize.NAME, tokenize.NUMBER, tokenize.STRING} or after.string in {
        ">>",
        "'",
        '"',
        "`",
        "{",
        "-",
    }


def _mixes_tabs(text: str) -> int:
    """Return the first line whose indentation mixes tabs and blanks, in a text that needs tabs to be 8 wide; else 0."""
    try:
        compile(text, "", "exec", dont_inherit=True, flags=0x400)  # the syntax tree alone
    except TabError as error:
        return error.lineno or 1
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        found = re.search(r"^(?: +\t|\t+ )", text, re.MULTILINE)
        return text.count("\n", 0, found.start()) + 1 if found else 0
    return 0
