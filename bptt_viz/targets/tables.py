"""A declaration as a table of TOML: read from one, and written as one that reads back the same."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Literal

from bptt_viz.errors import UsageError
from bptt_viz.targets.declaration import Argument, Bindings, Call, Shapes, Spec, Target
from bptt_viz.targets.losses import LOSSES
from bptt_viz.targets.notation import (
    is_name,
    parse_arguments,
    parse_call,
    parse_value,
    printed,
    printed_call,
    printed_value,
    split,
)
from bptt_viz.targets.sizes import is_size

KEYS = (
    "file",
    "forward",
    "backward",
    "shapes",
    "object",
    "parameters",
    "gradients",
    "update",
    "gates",
    "axis",
    "sizes",
    "constants",
    "globals",
    "truncate",
    "first",
    "steps",
    "loss",
)
_WIDTH = 76
_KINDS: Mapping[str, Literal["int", "bool", "onehot"]] = {"int": "int", "bool": "bool", "onehot": "onehot"}


def from_table(name: str, table: Mapping[str, Any], place: str, file: str = "", line: int | None = None) -> Target:
    """Read a declaration.

    Args:
        name: of the target.
        table: its keys and values.
        place: where it stands, such as `[tool.bptt_viz.targets.rnn]`, for messages.
        file: that the code is in, if the table does not say it.
        line: where the code is, if it is known.

    Raises:
        UsageError: a key is unknown or missing, or its value makes no sense; the message names the key.
    """
    texts = {key: _text(value, f"{place} {key}") for key, value in table.items()}
    for key in (key for key in texts if key not in KEYS):
        raise UsageError(f"{place}: there is no key {key!r}; choose from {', '.join(KEYS)}")
    for key, example in (("forward", "rnn_forward(x, h0, Wx, Wh, b) -> h, cache"), ("file", "rnn.py")):
        if not texts.get(key) and not (key == "file" and file):
            raise UsageError(f'{place}: {key} is missing; write for example {key} = "{example}"')

    def read(key: str, parse: Callable[[str, str], Any], otherwise: Any) -> Any:
        return parse(texts[key], f"{place} {key}") if texts.get(key) else otherwise

    made = Target(
        name,
        texts.get("file") or file,
        line,
        read("forward", parse_call, None),
        read("backward", parse_call, None),
        read("shapes", parse_shapes, {}),
        read("object", parse_call, None),
        read("parameters", parse_arguments, ()),
        texts.get("gradients", ""),
        texts.get("update", ""),
        read("gates", _parse_gates, {}),
        read("axis", _parse_axis, "last"),
        read("sizes", _parse_sizes, {}),
        read("constants", parse_bindings, {}),
        read("globals", parse_bindings, {}),
        read("truncate", _parse_count, None),
        read("first", parse_call, None),
        texts.get("steps", ""),
        read("loss", _parse_losses, ()),
    )
    if made.update and not made.parameters:
        return replace(made, parameters=_held(made.forward.arguments))
    return made


def _held(arguments: tuple[Argument, ...]) -> tuple[Argument, ...]:
    """Return the names within dicts and lists among arguments, which is where parameters are updated in place."""
    held = (item for each in arguments if each.kind in {"dict", "list"} for item in each.items)
    return tuple(Argument("name", item.name) for item in held if item.kind == "name")


def as_table(target: Target) -> dict[str, str]:
    """Return the keys and values that declare a target; `from_table` reads the same target back."""
    written = {
        "file": target.file,
        "forward": printed_call(target.forward),
        "backward": _call(target.backward),
        "shapes": printed_shapes(target.shapes),
        "object": _call(target.object),
        "parameters": ", ".join(map(printed, target.parameters)),
        "gradients": target.gradients,
        "update": target.update,
        "gates": ", ".join(f"{name}: {' '.join(gates)}" for name, gates in target.gates.items()),
        "axis": "first" if target.axis == "first" else "",
        "sizes": printed_bindings(target.sizes),
        "constants": printed_bindings(target.constants),
        "globals": printed_bindings(target.globals),
        "truncate": str(target.truncate or ""),
        "first": _call(target.first),
        "steps": target.steps,
        "loss": " or ".join(map(printed_call, target.losses)),
    }
    return {key: value for key, value in written.items() if value}


def as_toml(target: Target, prefix: str = "tool.bptt_viz.targets.") -> str:
    """Return lines of TOML that declare a target; long values go on in further lines, at their commas."""
    name = (
        target.name
        if target.name.isascii() and target.name.replace("_", "").isalnum()
        else json.dumps(target.name, ensure_ascii=False)
    )
    lines = (f"{key} = {_quoted(value, len(key) + 3)}" for key, value in as_table(target).items())
    return "\n".join([f"[{prefix}{name}]", *lines])


def _quoted(value: str, used: int) -> str:
    """Return a value in quotes; in TOML a backslash at a line's end joins it with the next."""
    quoted = json.dumps(value, ensure_ascii=False)
    if used + len(quoted) <= _WIDTH or ", " not in value:
        return quoted
    lines = [""]
    for part in quoted[1:-1].split(", "):
        if len(lines[-1]) + len(part) > _WIDTH - 6 and not part.startswith((" ", "\\")):
            lines.append("")
        lines[-1] += f"{part}, "
    return '"""\\\n' + "".join(f"  {line}\\\n" for line in lines if line)[:-4] + '"""'


def as_document(target: Target) -> dict[str, Any]:
    """Return a target as plain values, for a process that reads JSON; `from_document` reads the same target back."""
    further = [printed_shapes(shapes) for shapes in target.alternatives]
    return as_table(target) | {
        "name": target.name,
        "line": target.line,
        "source": target.source,
        "alternatives": further,
    }


def from_document(document: Mapping[str, Any]) -> Target:
    """Read a target from plain values."""
    table = {key: value for key, value in document.items() if key in KEYS}
    found = from_table(document["name"], table, document["name"], line=document["line"])
    further = tuple(parse_shapes(text, "alternatives") for text in document["alternatives"])
    return replace(found, source=document["source"], alternatives=further)


def parse_shapes(text: str, key: str) -> dict[str, Spec]:
    """Read shapes such as `x: N T D, y: N T int V, mask: N T bool, h0: N H`.

    Raises:
        UsageError: one of them is no shape.
    """
    return {name: _parse_spec(name, spec, key) for name, spec in _pairs(text, ":", key, "x: N T D").items()}


def printed_shapes(shapes: Shapes) -> str:
    """Return shapes as `parse_shapes` reads them."""
    return ", ".join(f"{name}: {_printed_spec(spec)}" for name, spec in shapes.items())


def parse_bindings(text: str, key: str) -> dict[str, Any]:
    """Read values such as `mode='train', hidden_size=H`.

    Raises:
        UsageError: one of them is neither a Python literal nor a size.
    """
    return {name: parse_value(value, key) for name, value in _pairs(text, "=", key, "mode='train'").items()}


def printed_bindings(bindings: Bindings) -> str:
    """Return values as `parse_bindings` reads them."""
    return ", ".join(f"{name}={printed_value(value)}" for name, value in bindings.items())


def _text(value: Any, key: str) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise UsageError(f"{key}: expected text in quotes, got {value!r}")


def _call(call: Call | None) -> str:
    return "" if call is None else printed_call(call)


def _pairs(text: str, mark: str, key: str, example: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in split(text, ",", key):
        name, there, value = part.partition(mark)
        name, value = name.strip(), value.strip()
        if not there or not value or not is_name(name):
            raise UsageError(f'{key}: {part!r} is not of the form "{example}"')
        if name in found:
            raise UsageError(f"{key}: {name} stands there twice")
        found[name] = value
    return found


def _parse_spec(name: str, text: str, key: str) -> Spec:
    words = text.split()
    if words[0] == "scalar" and len(words) == 1:
        return Spec()
    kind = next((word for word in words if word in _KINDS), None)
    axes, behind = (words, []) if kind is None else (words[: words.index(kind)], words[words.index(kind) + 1 :])
    wrong = next((word for word in (*axes, *behind) if not is_size(word)), None)
    if wrong is not None:
        raise UsageError(f"{key}: {wrong!r} of {name} is no size; write sizes such as H, 4H or 3 with blanks between")
    if len(behind) != (kind == "int"):
        raise UsageError(f'{key}: write "{name}: {" ".join(axes)} int V" for indices below V, or "… bool", "… onehot"')
    numbers = tuple(int(word) if word.isdigit() else word for word in (*axes, *behind))
    return Spec(numbers[: len(axes)], _KINDS[kind] if kind else "float", numbers[-1] if behind else None)


def _printed_spec(spec: Spec) -> str:
    words = [*map(str, spec.axes), *([spec.kind] if spec.kind != "float" else [])]
    return " ".join([*words, *([str(spec.below)] if spec.kind == "int" else [])]) or "scalar"


def _parse_gates(text: str, key: str) -> dict[str, tuple[str, ...]]:
    return {name: tuple(gates.split()) for name, gates in _pairs(text, ":", key, "Wx: i f o g").items()}


def _parse_axis(text: str, key: str) -> str:
    if text in {"first", "last"}:
        return text
    raise UsageError(f'{key}: write "first" or "last", not {text!r}')


def _parse_count(text: str, key: str) -> int:
    if text.isdigit() and int(text) > 0:
        return int(text)
    raise UsageError(f"{key}: expected a whole number above 0, got {text!r}")


def _parse_losses(text: str, key: str) -> tuple[Call, ...]:
    calls = tuple(parse_call(part, key) for part in split(text, " or ", key))
    for call in calls:
        if call.name not in LOSSES or len(call.arguments) != 2:
            raise UsageError(f"{key}: write {' or '.join(f'{each}(output, target)' for each in LOSSES)}, not {text!r}")
    return calls


def _parse_sizes(text: str, key: str) -> dict[str, int]:
    pairs = _pairs(text, "=", key, "H=5")
    return {name: _parse_count(value, f"{key}: {name}") for name, value in pairs.items()}
