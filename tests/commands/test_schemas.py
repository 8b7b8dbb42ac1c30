"""Each --json document has a schema in docs/schemas, made from the result's dataclass, and keeps to it."""

import copy
import json
import re
from pathlib import Path

import pytest

from bptt_viz import commands
from bptt_viz.render import json_document
from commands import schemas

jsonschema = pytest.importorskip("jsonschema", reason="comes with the extra `test`")


@pytest.mark.parametrize("kind", schemas.KINDS)
def test_a_document_keeps_to_the_schema_that_is_published(kind):
    document, result = schemas.document_of(kind)
    published = (schemas.FOLDER / schemas.name_of(kind)).read_text(encoding="utf-8")
    assert published == schemas.text_of(schemas.schema_of(kind, result)), (
        "a result has changed: python tests/commands/schemas.py writes the schemas anew; raise SCHEMA_VERSION if"
        " something is gone or means something else"
    )
    judge = jsonschema.Draft202012Validator(json.loads(published))
    judge.check_schema(judge.schema)
    judge.validate(document)


def test_a_document_that_lacks_something_or_is_of_another_version_or_kind_is_seen():
    document, result = schemas.document_of("surface")
    judge = jsonschema.Draft202012Validator(schemas.schema_of("surface", result))
    assert judge.is_valid(document)
    for name in document:
        less = copy.deepcopy(document)
        del less[name]
        assert not judge.is_valid(less), name
    assert not judge.is_valid(document | {"schema_version": json_document.SCHEMA_VERSION + 1})
    assert not judge.is_valid(document | {"kind": "train"})


def test_every_kind_of_document_that_the_commands_make_has_a_schema():
    package = Path(commands.__file__).parents[1]
    sources = [
        path.read_text(encoding="utf-8") for room in ("commands", "answers") for path in package.glob(f"{room}/*.py")
    ]
    writing = r'\b(?:document|deliver\w*|figured|Shown)\(\s*"([a-z-]+)"'
    made = {kind for text in sources for kind in re.findall(writing, text)}
    assert made == set(schemas.KINDS)
    assert {path.name for path in schemas.FOLDER.glob("*.json")} == {schemas.name_of(kind) for kind in schemas.KINDS}


@pytest.mark.parametrize("path", sorted(schemas.FOLDER.glob("*.json")), ids=lambda path: path.stem)
def test_a_schema_takes_its_own_version_and_kind_alone(path):
    schema = json.loads(path.read_text(encoding="utf-8"))
    kind, version = re.fullmatch(r"([a-z-]+)\.v(\d+)", path.stem).groups()
    assert schema["properties"]["schema_version"] == {"const": int(version)}
    assert schema["properties"]["kind"] == {"const": kind}
