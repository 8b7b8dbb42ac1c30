"""Results as one JSON document."""

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import Any

from bptt_viz.results.provenance import Provenance

SCHEMA_VERSION = 1


def document(kind: str, result: Any, provenance: Provenance) -> str:
    """Return a result as JSON text: `schema_version`, `kind`, the result's fields, `provenance`.

    Numbers that JSON has no word for become the strings "nan", "inf" and "-inf".
    """
    body = {"schema_version": SCHEMA_VERSION, "kind": kind, **_plain(result), "provenance": _plain(provenance)}
    return json.dumps(body, ensure_ascii=False, allow_nan=False, indent=2)


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "tolist"):  # NumPy's arrays and numbers
        return _plain(value.tolist())
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value
