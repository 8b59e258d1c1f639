"""A manifest of trusted documents is taken as a whole, or each fault in it is named."""

import json
from hashlib import sha1
from pathlib import Path

import pytest

from hub.documents import document_id
from hub.errors import InputError
from schema.manifests import read_manifest

ROLE = "query Role { viewer { role } }"
TWO = "query A { viewer { role } } query B { viewer { name } }"
WIDE = "{ people(first: 100) { nodes { mentorships(first: 100) { nodes { programme { id } } } } } }"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "persisted-documents.json"


def hashed(text: str) -> str:
    return document_id(text).removeprefix("sha256:")


def test_what_codegen_tools_write_is_taken(file: Path) -> None:
    apollo = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": hashed(ROLE), "name": "Role", "type": "query", "body": ROLE}],
    }
    for written in ({hashed(ROLE): ROLE}, {document_id(ROLE): ROLE}, apollo):
        file.write_text(json.dumps(written), encoding="utf-8")

        [document] = read_manifest(file)

        assert (document_id(ROLE), ROLE, ("Role",)) == (
            document.id,
            document.text,
            document.operations,
        )


def test_all_operations_of_a_document_are_named(file: Path) -> None:
    anonymous = "{ viewer { name } }"
    file.write_text(json.dumps({hashed(text): text for text in (TWO, anonymous)}), encoding="utf-8")

    documents = read_manifest(file)

    assert [("A", "B"), ("",)] == [one.operations for one in documents]


def test_what_is_listened_to_is_trusted_as_what_is_asked(file: Path) -> None:
    text = "subscription Heard { changeFeed { nodes { entityId } } }"
    file.write_text(json.dumps({hashed(text): text}), encoding="utf-8")

    [document] = read_manifest(file)

    assert ("Heard",) == document.operations


def test_each_document_that_cannot_be_trusted_is_named_with_its_fault(file: Path) -> None:
    wrong = {
        "query { viewer { salary } }": "У типа Viewer нет поля salary.",
        "query {": "Запрос написан с ошибкой",
        WIDE: "объём ответа",
        "query A { viewer { role } } { viewer { name } }": "Операция без имени должна быть",
        "fragment F on Viewer { role }": "operationName",
    }
    by_sha1 = sha1(ROLE.encode(), usedforsecurity=False).hexdigest()
    manifest = {hashed(text): text for text in wrong} | {by_sha1: ROLE, hashed(ROLE): ROLE}
    file.write_text(json.dumps({**manifest, "0": 1}), encoding="utf-8")

    with pytest.raises(InputError) as refused:
        read_manifest(file)

    lines = refused.value.message.splitlines()
    told = dict(line.strip().split(": ", 1) for line in lines[1:])
    assert {*map(hashed, wrong), by_sha1, "0"} == {*told}
    assert [] == [text for text, fault in wrong.items() if fault not in told[hashed(text)]]
    assert hashed(ROLE) in told[by_sha1]
    assert "document.invalid" == refused.value.reason


@pytest.mark.parametrize("text", ["", "[", "[]", "{}", '"x"', '{"operations": [1]}', "[" * 9_999])
def test_what_is_no_manifest_is_refused(file: Path, text: str) -> None:
    file.write_text(text, encoding="utf-8")

    with pytest.raises(InputError, match=r"JSON"):
        read_manifest(file)


def test_a_file_that_is_not_there_is_said_so(file: Path) -> None:
    with pytest.raises(InputError) as refused:
        read_manifest(file)

    assert "file.missing" == refused.value.reason
