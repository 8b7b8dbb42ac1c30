"""Formulas as text: operands put into templates such as `(1 − {y}²) ⊙ {g}`, in brackets where they need them."""

import re
from collections.abc import Mapping, Sequence

# How tightly a formula holds together, from a sum to a symbol without a superscript.
_SUM, _PRODUCT, _MATRIX, _ATOM, _BARE = range(5)

_PLACE = re.compile(r"\{(\w)\}")
_OPEN, _CLOSE = "([{", ")]}"


def fill(template: str, operands: Mapping[str, str]) -> str:
    """Put operands into a template's `{letter}` places."""
    parts: list[str] = []
    end = 0
    for place in _PLACE.finditer(template):
        text = operands[place[1]]
        needed = _needed(template[: place.start()], template[place.end() :])
        parts += [template[end : place.start()], text if _strength(text) >= needed else f"({text})"]
        end = place.end()
    return "".join([*parts, template[end:]])


def total(terms: Sequence[str]) -> str:
    """Return a sum; zeros are left out and a term with a minus is subtracted."""
    kept = [term for term in terms if term != "0"]
    if not kept:
        return "0"
    tail = [f" − {term[1:]}" if term.startswith("−") else f" + {term}" for term in kept[1:]]
    return "".join([kept[0], *tail])


def is_sum(text: str) -> bool:
    """Tell whether a formula is a sum, a difference or has a minus in front."""
    return _strength(text) == _SUM


def _tokens(text: str) -> list[str]:
    """Split at the spaces outside brackets."""
    depth = 0
    tokens = [""]
    for letter in text:
        depth += (letter in _OPEN) - (letter in _CLOSE)
        if letter == " " and depth == 0:
            tokens.append("")
        else:
            tokens[-1] += letter
    return tokens


def _strength(text: str) -> int:
    tokens = _tokens(text)
    if {"+", "−"} & set(tokens) or text.startswith("−"):
        return _SUM
    if {"⊙", "/"} & set(tokens) or tokens[0].startswith("Σ"):
        return _PRODUCT
    if len(tokens) > 1:
        return _MATRIX
    return _ATOM if "^" in text else _BARE


def _needed(before: str, after: str) -> int:
    """Return how tightly an operand must hold together between these parts of a template."""
    if after[:1] == "²":
        return _BARE  # a layer's mark stands where the power would
    if after[:1] in {"ᵀ", "^", "["}:
        return _ATOM
    left = before.split(" ")[-2:]
    right = after.split(" ", 2)[1] if after.startswith(" ") else ""
    return max(_right_of(left[0], before), _left_of(right))


def _right_of(token: str, before: str) -> int:
    """Return what the token before an operand asks of it."""
    if not before or before[-1] in _OPEN or token[-1:] == ",":
        return _SUM
    if before[-1] == "−":
        return _PRODUCT
    if before[-1] in "^/":
        return _ATOM
    return {"+": _SUM, "−": _PRODUCT, "⊙": _PRODUCT, "/": _ATOM}.get(token, _PRODUCT if token[0] == "Σ" else _MATRIX)


def _left_of(token: str) -> int:
    """Return what the token after an operand asks of it."""
    if not token or token in {"+", "−", ">", "="}:
        return _SUM
    return _PRODUCT if token[0] in "⊙/" else _MATRIX
