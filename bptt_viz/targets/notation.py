"""The notation of calls: `rnn_forward(x, h0, parameters{W, U}; bias) -> h, cache`."""

import re
from ast import literal_eval
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from bptt_viz.errors import UsageError
from bptt_viz.targets.declaration import Argument, Call, Kind, Size
from bptt_viz.targets.sizes import is_size

_NAME = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_CALL = re.compile(rf"\s*(?P<path>{_NAME.pattern})\s*\((?P<inside>.*)\)\s*", re.DOTALL)
_NAMED = re.compile(r"(?P<name>\w*)\s*(?P<bracket>[\[({])(?P<inside>.*)[\])}]", re.DOTALL)
_KINDS: Final[Mapping[str, Kind]] = {"{": "dict", "[": "list", "(": "tuple"}
_BRACKETS = {"dict": ("{", "}"), "list": ("[", "]"), "tuple": ("(", ")")}


def parse_call(text: str, key: str) -> Call:
    """Read a call.

    Args:
        text: such as `rnn_forward(x, h0, Wx, Wh, b) -> h, cache`.
        key: where it stands, for messages.

    Raises:
        UsageError: it is no such call; the message says where.
    """
    left, arrow, right = _halves(text, "->")
    found = _CALL.fullmatch(left)
    if found is None:
        raise UsageError(f'{key}: write it as "name(argument, …) -> returned, …", not {text!r}')
    owner, _, name = found["path"].rpartition(".")
    inside, _, behind = _halves(found["inside"], ";")
    returns = tuple(_argument(part, key) for part in split(right, ",", key))
    if arrow and not returns:
        raise UsageError(f"{key}: nothing stands behind -> in {text!r}; leave the arrow out if nothing is returned")
    arguments = tuple(_argument(part, key) for part in split(inside, ",", key))
    return Call(owner, name, arguments, tuple(_global(part, key) for part in split(behind, ",", key)), returns)


def printed_call(call: Call) -> str:
    """Return a call in the notation; `parse_call` reads the same call back."""
    name = f"{call.owner}.{call.name}" if call.owner else call.name
    inside = ", ".join(map(printed, call.arguments)) + (f"; {', '.join(call.globals)}" if call.globals else "")
    return f"{name}({inside})" + (f" -> {', '.join(map(printed, call.returns))}" if call.returns else "")


def parse_arguments(text: str, key: str) -> tuple[Argument, ...]:
    """Read what may stand between the brackets of a call.

    Raises:
        UsageError: it is no list of arguments.
    """
    return tuple(_argument(part, key) for part in split(text, ",", key))


def parse_value(text: str, key: str) -> Any:
    """Read a Python literal or a size.

    Raises:
        UsageError: it is neither.
    """
    try:
        return literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        if is_size(text):
            return Size("".join(text.split()))
    raise UsageError(f"{key}: {text.strip()!r} is no number, 'text', True, False, None or size such as 4H")


def printed_value(value: Any) -> str:
    """Return a Python literal or a size as `parse_value` reads it."""
    return value.text if isinstance(value, Size) else repr(value)


def printed(argument: Argument) -> str:
    """Return one argument in the notation."""
    if argument.kind == "skip":
        return "_"
    if argument.kind == "constant":
        return f"{argument.keyword}=" * bool(argument.keyword) + printed_value(argument.value)
    if argument.kind == "name":
        written = argument.name if argument.name != argument.keyword else ""
        return f"{argument.keyword}={written}" if argument.keyword else argument.name
    opened, closed = _BRACKETS[argument.kind]
    item = _printed_item if argument.kind == "dict" else printed
    keyword = f"{argument.keyword}=" if argument.keyword else ""
    return f"{keyword}{argument.name}{opened}{', '.join(map(item, argument.items))}{closed}"


def split(text: str, mark: str, key: str) -> list[str]:
    """Return the parts between marks that stand outside of brackets and quotes, stripped; none of an empty text.

    Raises:
        UsageError: a part is empty.
    """
    ends = [at for at in _outside(text) if text.startswith(mark, at)]
    starts = [0, *(at + len(mark) for at in ends)]
    parts = [text[start:end].strip() for start, end in zip(starts, [*ends, len(text)], strict=True)]
    if parts == [""]:
        return []
    if "" in parts:
        raise UsageError(f"{key}: something is missing beside {mark!r} in {text.strip()!r}")
    return parts


def _halves(text: str, mark: str) -> tuple[str, str, str]:
    at = next((at for at in _outside(text) if text.startswith(mark, at)), None)
    return (text, "", "") if at is None else (text[:at], mark, text[at + len(mark) :])


def _outside(text: str) -> Iterator[int]:
    """Yield the places outside of brackets and quotes."""
    depth, quote, escaped = 0, "", False
    for at, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote and not escaped else quote
            escaped = sign == "\\" and not escaped
            continue
        depth -= sign in ")]}"
        if depth == 0 and sign not in "'\")]}":
            yield at
        depth += sign in "([{"
        quote = sign if sign in "'\"" else ""


def _argument(text: str, key: str) -> Argument:
    keyword, equals, value = _halves(text, "=")
    if equals and is_name(keyword.strip()):
        return _keyed(_argument(value.strip() or keyword.strip(), key), keyword.strip())
    if text == "_":
        return Argument("skip")
    if is_name(text):
        return Argument("name", text)
    found = _NAMED.fullmatch(text)
    if found is None or _is_literal(text):
        return Argument("constant", value=parse_value(text, key))
    item = _item if found["bracket"] == "{" else _argument
    items = tuple(item(part, key) for part in split(found["inside"].rstrip().removesuffix(","), ",", key))
    return Argument(_KINDS[found["bracket"]], found["name"], items=items)


def _item(text: str, key: str) -> Argument:
    place, colon, held = _halves(text, ":")
    if not colon:
        found = _argument(text, key)
        return _keyed(found, found.name)
    return _keyed(_argument(held.strip(), key), place.strip().strip("'\""))


def _keyed(argument: Argument, keyword: str) -> Argument:
    return replace(argument, keyword=keyword)


def _printed_item(argument: Argument) -> str:
    inner = printed(replace(argument, keyword=""))
    if argument.keyword == argument.name:
        return inner
    return f"{argument.keyword if is_name(argument.keyword) else repr(argument.keyword)}:{inner}"


def is_name(text: str) -> bool:
    """Tell whether a text is a name, dotted for attributes."""
    return _NAME.fullmatch(text) is not None and text not in {"_", "None", "True", "False"}


def _is_literal(text: str) -> bool:
    try:
        literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True


def _global(text: str, key: str) -> str:
    if is_name(text):
        return text
    raise UsageError(f"{key}: behind ; stand names of the module, not {text!r}")
