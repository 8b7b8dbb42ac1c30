"""Between names and what a call takes and returns: arguments built from values by name, results taken apart."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bptt_viz.targets.declaration import Argument, Size
from bptt_viz.targets.sizes import measured


class Unfit(Exception):  # noqa: N818 - what was returned has another form than the declaration says
    """A result that is not made up as declared; the message says how."""


class Nothing(Unfit):
    """None came back where a result is expected."""


def given(
    arguments: Sequence[Argument],
    values: Mapping[str, Any],
    sizes: Mapping[str, int],
    makers: Mapping[str, Any] | None = None,
) -> tuple[list[Any], dict[str, Any]]:
    """Return positional and keyword arguments of a call.

    Args:
        arguments: as declared.
        values: by name: arrays, caches and constants.
        sizes: what each letter stands for.
        makers: functions and classes by name: `Network(Parameters(D, H))` is given what another one makes.
    """
    made = [(each.keyword, built(each, values, sizes, makers or {})) for each in arguments]
    return [value for keyword, value in made if not keyword], {keyword: value for keyword, value in made if keyword}


def built(argument: Argument, values: Mapping[str, Any], sizes: Mapping[str, int], makers: Mapping[str, Any]) -> Any:
    """Return one argument's value."""
    if argument.kind == "constant":
        return literal(argument.value, sizes)
    if argument.kind == "name":
        return values[argument.name] if argument.name in values else measured(argument.name, sizes)
    parts = [built(item, values, sizes, makers) for item in argument.items]
    if argument.kind == "tuple" and callable(makers.get(argument.name)):
        return makers[argument.name](*parts)
    if argument.kind == "dict":
        return dict(zip(map(key_of, argument.items), parts, strict=True))
    return tuple(parts) if argument.kind == "tuple" else parts


def literal(value: Any, sizes: Mapping[str, int]) -> Any:
    """Return a constant; sizes in it as numbers."""
    return measured(value.text, sizes) if isinstance(value, Size) else value


def key_of(item: Argument) -> Any:
    """Return the key at which an item stands in a dict; digits stand for a number."""
    key = item.keyword or item.name
    return int(key) if key.lstrip("-").isdecimal() else key


def taken_apart(returns: Sequence[Argument], result: Any, who: str) -> dict[str, Any]:
    """Return what a call returned, by name.

    Args:
        returns: as declared.
        result: what came back.
        who: returned it, for messages.

    Raises:
        Unfit: it is made up differently.
    """
    if not returns:
        return {}
    if result is None:
        raise Nothing(f"{who} returns None")
    if len(returns) == 1:
        return dict(_parts(returns[0], result, who))
    if not isinstance(result, tuple | list) or len(result) != len(returns):
        raise Unfit(f"{who} returns {described(result)}, where {len(returns)} values are expected")
    return {name: value for each, part in zip(returns, result, strict=True) for name, value in _parts(each, part, who)}


def _parts(argument: Argument, value: Any, who: str) -> Iterator[tuple[str, Any]]:
    if argument.kind == "name":
        yield argument.name, value
    elif argument.kind == "dict":
        if argument.name:
            yield argument.name, value
        for item in argument.items:
            yield from _parts(item, _held(value, key_of(item), who), who)
    elif argument.kind in {"list", "tuple"}:
        if argument.name:
            yield argument.name, value
        if value is None:
            yield from ((item.name, None) for item in argument.items)
            return
        if not hasattr(value, "__len__") or len(value) != len(argument.items):
            raise Unfit(f"{who} returns {described(value)}, where {len(argument.items)} values are expected")
        for item, part in zip(argument.items, value, strict=True):
            yield from _parts(item, part, who)


def _held(value: Any, key: Any, who: str) -> Any:
    """Return what a dict holds under a key, or a record as an attribute."""
    if isinstance(value, dict) or not hasattr(value, str(key)):
        if value is None or not hasattr(value, "__getitem__") or key not in value:
            raise Unfit(f"{who} returns {described(value)}, which has no {key!r}")
        return value[key]
    return getattr(value, str(key))


def described(value: Any) -> str:
    """Return what a value is, in words."""
    if value is None:
        return "None"
    if isinstance(value, tuple | list):
        return f"{len(value)} value{'' if len(value) == 1 else 's'}"
    if isinstance(value, dict):
        return f"a dict of {', '.join(map(str, list(value)[:8])) or 'nothing'}"
    if hasattr(value, "shape"):
        return f"an array of shape {tuple(value.shape)}"
    return f"{type(value).__name__} {str(value)[:40]}".strip()
