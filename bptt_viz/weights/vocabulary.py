"""The order of a model's characters: without it, its one-hot rows mean other characters than they learned."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from bptt_viz.errors import UsageError
from bptt_viz.weights.elements import shortened

Characters: TypeAlias = tuple[str, ...]
"""The characters by number."""

ORDERS: Mapping[str, Callable[[str], Characters]] = {
    "sorted": lambda text: tuple(sorted(set(text))),
    "first-seen": lambda text: tuple(dict.fromkeys(text)),
}
"""Orders of a text's own characters: that of `sorted(set(text))`, and that in which the text first shows them."""

_LARGEST_FILE = 16 * 2**20


def vocabulary_of(given: Any) -> Characters | None:
    """Return the characters by number, from whatever form programs keep them in; None if it is none.

    Args:
        given: a text or a list of the characters in order, a table from character to number, or one from number
            (as a number or a text) to character. Every number from 0 on must be there once.
    """
    if isinstance(given, dict):
        return _of_table(given)
    if not isinstance(given, str | list | tuple) or not given or not all(isinstance(each, str) for each in given):
        return None
    return tuple(given) if len(set(given)) == len(given) else None


def _of_table(given: Mapping[Any, Any]) -> Characters | None:
    pairs = [(key, value) if isinstance(value, str) else (value, key) for key, value in given.items()]
    if not all(str(number).isdecimal() and isinstance(word, str) for number, word in pairs):
        return None
    by_number = {int(number): word for number, word in pairs}
    words = tuple(by_number.get(number) for number in range(len(pairs)))
    whole = tuple(word for word in words if word is not None)
    return whole if whole and len(set(whole)) == len(pairs) else None


def read_vocabulary(path: Path) -> Characters:
    """Read a vocabulary: JSON in one of the forms of `vocabulary_of`, or a text with the characters in order.

    A text's last line break is no character of it unless it is the only one.

    Raises:
        UsageError: it cannot be read, or is none.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise UsageError(f"--vocabulary {path}: {path.stat().st_size:,} bytes are no vocabulary")
        text = path.read_bytes().decode("utf-8").removeprefix("\ufeff")
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "not UTF-8"
        orders = " or ".join(ORDERS)
        raise UsageError(f"--vocabulary {path}: {why.lower()}; give a JSON file or {orders}") from None
    try:
        found = vocabulary_of(_of_json(text) if path.suffix.lower() == ".json" else text.removesuffix("\n") or text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"--vocabulary {path}: no JSON ({shortened(error)})") from None
    if found is None:
        raise UsageError(f"--vocabulary {path}: neither a list of different characters nor a table of their numbers")
    return found


def _of_json(text: str) -> Any:
    """Return what JSON holds; of a table of tables, the first that is a vocabulary (a tokenizer's file)."""
    held = json.loads(text)
    if isinstance(held, dict) and vocabulary_of(held) is None:
        tables = [value for value in held.values() if isinstance(value, dict | list)]
        return next((value for value in tables if vocabulary_of(value)), held)
    return held
