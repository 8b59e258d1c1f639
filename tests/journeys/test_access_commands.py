"""Who may ask, and who asked what, at the command line: each command a process of its own."""

import asyncio
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from hub.credentials import authenticate, key_id_of
from hub.database import open_connection
from hub.documents import document_id
from hub.errors import AccessError
from hub.settings import Addresses
from tests.day import region_day
from tests.journeys.test_operator import put_the_region

Hub = Callable[..., subprocess.CompletedProcess[str]]


def done(hub: Hub, *arguments: str) -> str:
    """Run a command that has to succeed; gives what it says on stdout."""
    ended = hub(*arguments)
    assert 0 == ended.returncode, ended.stderr
    return ended.stdout.strip()


def who_is(addresses: Addresses, key: str) -> str:
    """Name the client that a key lets in; raises AccessError where it lets nobody in."""

    async def ask() -> str:
        connection = await open_connection(addresses.web_region)
        try:
            return (await authenticate(connection, key, today=region_day())).client_name
        finally:
            await connection.close()

    return asyncio.run(ask())


@pytest.fixture
def client(hub: Hub, addresses: Addresses) -> str:
    """Give the number of a client who reads for the region."""
    asyncio.run(put_the_region(addresses.worker))
    number = done(hub, "user", "create", "--name", "Методист")
    done(hub, "user", "grant", number, "--role", "REGIONAL_CENTRE", "--ends", "2999-09-01")
    return number


def test_a_client_is_let_in_by_each_of_two_keys_until_it_is_revoked(
    hub: Hub, addresses: Addresses, client: str
) -> None:
    first = done(hub, "api", "key", "create", "--to", client, "--permit", "READ", "--days", "365")
    number = json.loads(done(hub, "api", "key", "list", "-o", "json"))[0]["id"]
    second = done(hub, "api", "key", "rotate", number, "--beside", "7")

    both = {who_is(addresses, first), who_is(addresses, second)}
    done(hub, "api", "key", "revoke", number)

    assert {"Методист"} == both
    assert "Методист" == who_is(addresses, second)
    with pytest.raises(AccessError, match="отозван"):
        who_is(addresses, first)


def test_a_blocked_client_and_one_without_a_grant_are_not_let_in(
    hub: Hub, addresses: Addresses, client: str
) -> None:
    key = done(hub, "api", "key", "create", "--to", client)
    [listed] = json.loads(done(hub, "user", "list", "-o", "json"))

    done(hub, "user", "block", client)
    with pytest.raises(AccessError):
        who_is(addresses, key)
    done(hub, "user", "unblock", client)
    assert "Методист" == who_is(addresses, key)
    done(hub, "user", "ungrant", str(listed["grant_id"]))

    with pytest.raises(AccessError):
        who_is(addresses, key)


def test_a_login_is_listed_until_it_is_taken_away(hub: Hub, client: str) -> None:
    meant = ("--issuer", "https://id.example/realms/region", "--subject", "5f1c")

    done(hub, "user", "login", client, *meant)
    logged_in = done(hub, "user", "list", "-o", "json")
    done(hub, "user", "logout", *meant)

    assert "5f1c" in logged_in
    assert "5f1c" not in done(hub, "user", "list", "-o", "json")


def test_documents_are_trusted_as_a_manifest_says_until_they_are_removed(
    hub: Hub, client: str, tmp_path: Path
) -> None:
    text = "query Role { viewer { role } }"
    number, manifest = document_id(text), tmp_path / "documents.json"
    key = done(hub, "api", "key", "create", "--to", client)
    manifest.write_text(json.dumps({number: text, "sha256:0": "{"}), encoding="utf-8")
    refused = hub("documents", "add", str(manifest))
    manifest.write_text(json.dumps({number: text}), encoding="utf-8")

    done(hub, "documents", "add", str(manifest))
    listed = json.loads(done(hub, "documents", "list", "-o", "json"))
    done(hub, "documents", "remove", number)
    done(hub, "api", "key", "bind", key_id_of(key))
    [kept] = json.loads(done(hub, "api", "key", "list", "-o", "json"))
    found = json.loads(done(hub, "audit", "search", "--action", "CHANGE", "-o", "json"))

    assert 1 == refused.returncode
    assert "document.invalid" in refused.stderr
    assert [(number, ["Role"], len(text))] == [
        (one["id"], one["operations"], one["characters"]) for one in listed
    ]
    assert "[]" == done(hub, "documents", "list", "-o", "json")
    assert 4 == hub("documents", "remove", number).returncode
    assert kept["documents_only"]
    assert {f"documents add {number[7:19]}", f"documents remove {number}"} <= {
        row["operation"] for row in found
    }


def test_an_altered_line_of_the_exported_journal_is_named(
    hub: Hub, client: str, tmp_path: Path
) -> None:
    found = json.loads(done(hub, "audit", "search", "--action", "CHANGE", "-o", "json"))
    exported = done(hub, "audit", "export")
    head = done(hub, "audit", "verify")
    file, altered = tmp_path / "audit.ndjson", tmp_path / "altered.ndjson"
    file.write_text(exported + "\n", encoding="utf-8")
    altered.write_text(exported.replace(client, client[::-1]) + "\n", encoding="utf-8")

    whole = done(hub, "audit", "verify", str(file), "--head", head)
    spoilt = hub("audit", "verify", str(altered), "--head", head)

    assert {"user create", f"user grant {client} REGIONAL_CENTRE"} <= {
        row["operation"] for row in found
    }
    assert head == whole
    assert 3 == spoilt.returncode
    assert "запись изменена" in spoilt.stdout
