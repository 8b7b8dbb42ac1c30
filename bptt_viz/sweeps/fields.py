"""Which values of a command's document a sweep keeps."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bptt_viz.errors import UsageError

_LEFT_OUT = ("schema_version", "kind", "provenance")


class MissingFieldError(UsageError):
    """The document has no such field."""


def kept(document: Mapping[str, Any], keep: Sequence[str]) -> dict[str, Any]:
    """Return single values of a document by dotted name, such as `chain.decay.rate` or `layers.0.name`.

    Args:
        document: of any command.
        keep: the wanted names; none for all single values outside lists.

    Raises:
        MissingFieldError: a wanted name leads nowhere, or to more than one value.
    """
    if not keep:
        return dict(_single(document, ""))
    return {name: _found(document, name) for name in keep}


def _single(part: Mapping[str, Any], above: str) -> Iterator[tuple[str, Any]]:
    for name, value in part.items():
        if not above and name in _LEFT_OUT:
            continue
        if isinstance(value, Mapping):
            yield from _single(value, f"{above}{name}.")
        elif not isinstance(value, list):
            yield above + name, value


def _found(document: Mapping[str, Any], name: str) -> Any:
    part: Any = document
    for word in name.split("."):
        try:
            part = part[int(word)] if isinstance(part, list) else part[word]
        except (KeyError, IndexError, ValueError, TypeError):
            raise MissingFieldError(f"the document has no field {name!r}") from None
    if isinstance(part, list | Mapping):
        raise MissingFieldError(f"field {name!r} is more than one value; name one of its parts")
    return part
