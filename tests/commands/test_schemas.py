"""Each --json document has a schema in docs/schemas, made from the result's dataclass, and keeps to it."""

import copy
import json

import pytest

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


def test_a_document_that_lacks_something_is_seen():
    document, result = schemas.document_of("surface")
    judge = jsonschema.Draft202012Validator(schemas.schema_of("surface", result))
    assert judge.is_valid(document)
    for name in document:
        less = copy.deepcopy(document)
        del less[name]
        assert not judge.is_valid(less), name


def test_every_schema_belongs_to_a_command():
    assert {path.name for path in schemas.FOLDER.glob("*.json")} == {schemas.name_of(kind) for kind in schemas.KINDS}
