"""Makes docs/schemas/ from the results' dataclasses: `python tests/commands/schemas.py` writes them anew."""

import contextlib
import dataclasses
import io
import json
import os
import re
import shlex
import sys
import tempfile
import types
import typing
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from unittest import mock

import typer

from bptt_viz.app import app, run
from bptt_viz.render import json_document
from bptt_viz.results.provenance import Provenance

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
COMMANDS = typer.main.get_command(app).commands
_RUN = "sweep run example --jobs 1"
_BESIDES = {
    "attend-estimator": ["attend attention-captioner --hidden 4 --set attention=hard --estimator --words 2"],
    "explanation": ["check --explain pair.py"],
    "saliency": ["credit lstm --steps 8 --hidden 4 --saliency 3"],
    "self-test": ["check --self-test"],
    "sweep-plot": [_RUN, "sweep plot example.sqlite --x init --value chain.decay.rate"],
    "sweep-runs": [_RUN, "sweep export example.sqlite"],
}
"""Documents that a command prints when it is asked for something else than in its example."""

_PAIR = """
def scale_forward(x, w):
    return x * w, (x, w)


def scale_backward(dy, cache):
    x, w = cache
    return dy * w, dy * x
"""

_WITH_JSON = [
    name for name, command in COMMANDS.items() if "--json" in {flag for each in command.params for flag in each.opts}
]
KINDS = sorted([*_BESIDES, *_WITH_JSON])

_NUMBER = {"anyOf": [{"type": "number"}, {"enum": ["nan", "inf", "-inf"]}]}
_PLAIN = {str: {"type": "string"}, int: {"type": "integer"}, bool: {"type": "boolean"}, float: _NUMBER}


def name_of(kind):
    """Return the file of a kind's schema, in the version that documents say of themselves."""
    return f"{kind}.v{json_document.SCHEMA_VERSION}.json"


def document_of(kind):
    """Run a line that prints a kind of document; return the document and the class of its result."""
    *before, line = _BESIDES.get(kind) or [_example(kind)]
    made, whole = [], json_document.document

    def watched(kind, result, provenance):
        made.append(type(result))
        return whole(kind, result, provenance)

    out = io.StringIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        contextlib.chdir(folder),
        mock.patch.object(json_document, "document", watched),
    ):
        Path("pair.py").write_text(_PAIR, encoding="utf-8")
        with contextlib.redirect_stdout(io.StringIO()):
            assert [run(shlex.split(each)) for each in before] == [0] * len(before)
        with contextlib.redirect_stdout(out):
            code = run([*shlex.split(line), "--json"])
    assert code == 0, f"{kind}: exit code {code}"
    return json.loads(out.getvalue()), made[-1]


def _example(command):
    return re.search(r"^ *(?:Examples?:)? *bptt-viz (.+)$", COMMANDS[command].callback.__doc__, re.MULTILINE)[1]


def schema_of(kind, result):
    """Return the JSON schema of one kind of documents.

    Args:
        kind: of the documents.
        result: the dataclass of its results; a mapping's contents are left open.
    """
    shared = {}
    body = _object(result, shared) if dataclasses.is_dataclass(result) else {"type": "object", "properties": {}}
    head = {
        "schema_version": {"const": json_document.SCHEMA_VERSION},
        "kind": {"const": kind},
        "provenance": _schema(Provenance, shared),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"bptt-viz {kind} --json",
        **body,
        "properties": head | body["properties"],
        "required": sorted({*head, *body.get("required", ())}),
        "$defs": dict(sorted(shared.items())),
    }


def _object(kind, shared):
    hints = typing.get_type_hints(kind)
    properties = {field.name: _schema(hints[field.name], shared) for field in dataclasses.fields(kind)}
    return {"type": "object", "properties": properties, "required": sorted(properties)}


def _schema(kind, shared):
    """Return what a type looks like in JSON; its dataclasses go among the shared definitions."""
    if kind in _PLAIN:
        return _PLAIN[kind]
    if dataclasses.is_dataclass(kind):
        name = f"{kind.__module__.rpartition('.')[2]}.{kind.__name__}"  # several modules have a `Run`
        if name not in shared:
            shared[name] = {}  # a class may hold itself
            shared[name] = _object(kind, shared)
        return {"$ref": f"#/$defs/{name}"}
    if isinstance(kind, type) and issubclass(kind, Enum):
        return {"enum": [each.value for each in kind]}
    origin, inner = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Literal:
        return {"enum": list(inner)}
    if origin in {typing.Union, types.UnionType}:
        return {"anyOf": [{"type": "null"} if each is type(None) else _schema(each, shared) for each in inner]}
    return _of_many(origin, inner, shared)


def _of_many(origin, inner, shared):
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return {"type": "object", "additionalProperties": _schema(inner[1], shared)}
    if isinstance(origin, type) and issubclass(origin, Sequence):
        if origin is tuple and inner[-1:] != (Ellipsis,):
            return {"type": "array", "prefixItems": [_schema(each, shared) for each in inner], "maxItems": len(inner)}
        return {"type": "array", "items": _schema(inner[0], shared)}
    return {}  # an array of any depth, or what depends on the command's options


def text_of(schema):
    return json.dumps(schema, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    os.environ.pop("COLUMNS", None)
    for each in KINDS:
        found, cls = document_of(each)
        (FOLDER / name_of(each)).write_text(text_of(schema_of(each, cls)), encoding="utf-8")
        print(each, cls.__name__, file=sys.stderr)
