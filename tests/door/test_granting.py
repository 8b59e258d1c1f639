"""Access given and taken over the API: what an operator does there holds at once, and nobody else may."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hub.access import ClientKind, Permit, Role
from hub.app import build
from hub.credentials import issue_key
from hub.database import open_database
from hub.seal import create_key_file
from hub.settings import Addresses, Settings
from tests.door.conftest import serving
from tests.rooms.sync.world import MINISTRY, NORTH, load_register

Json = Any  # a decoded answer
CLIENT = """client { id name kind blockedAt keys { key permits revokedAt succeeds }
  grants { key role purposes ends organisation { shortName } } } secret errors { code }"""
WHO = "{ viewer { name role organisation { shortName } } }"


class Hub:
    """A served hub with an operator, one whose key manages nothing, and a centre."""

    def __init__(self, url: str, keys: dict[str, str]) -> None:
        self.url, self.keys = url, keys

    def body(self, who: str, text: str, **variables: Json) -> Json:
        return httpx.post(
            f"{self.url}/graphql",
            json={"query": text, "variables": variables},
            headers={"Authorization": f"Bearer {self.keys.get(who, who)}"},
            timeout=20,
        ).json()

    def do(self, who: str, mutation: str, /, **given: Json) -> Json:
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        text = f"mutation ($input: {kind}!) {{ {mutation}(input: $input) {{ {CLIENT} }} }}"
        return self.body(who, text, input=given)["data"][mutation]


async def prepared(addresses: Addresses) -> dict[str, str]:
    roles = {
        "operator": (Role.OPERATOR, frozenset(Permit)),
        "reader": (Role.OPERATOR, frozenset({Permit.READ, Permit.SUBMIT})),
        "centre": (Role.REGIONAL_CENTRE, frozenset(Permit)),
    }
    async with open_database(addresses.worker) as database:
        await load_register(database)
        async with database.writing() as session:
            return {
                who: await issue_key(
                    session, client_name=who, kind=ClientKind.PERSON, role=role, env="test",
                    organisation_id=MINISTRY, permits=permits,
                )
                for who, (role, permits) in roles.items()
            }  # fmt: skip


@pytest.fixture
def hub(addresses: Addresses, tmp_path: Path) -> Iterator[Hub]:
    keys = asyncio.run(prepared(addresses))
    settings = Settings(data_dir=tmp_path)
    create_key_file(settings.keys)
    with serving(build(addresses, settings)) as url:
        yield Hub(url, keys)


def test_what_an_operator_gives_holds_at_once_and_ends_as_it_is_taken(hub: Hub) -> None:
    made = hub.do("operator", "clientCreate", name="Отдел", kind="PERSON")["client"]
    north = f"organisation-{NORTH}"
    granted = hub.do(
        "operator", "clientGrant", client=made["id"], role="TERRITORY", organisation=north,
        purposes=["CONTACTS"], ends="2099-01-01",
    )["client"]  # fmt: skip
    first = hub.do("operator", "keyCreate", client=made["id"], permits=["READ"], days=30)
    seen = hub.body(first["secret"], WHO)["data"]["viewer"]
    number = first["client"]["keys"][0]["key"]
    second = hub.do("operator", "keyRotate", key=number, besideDays=1)
    both = [hub.body(one["secret"], WHO)["data"]["viewer"]["name"] for one in (first, second)]
    hub.do("operator", "keyRevoke", key=number)
    revoked = hub.body(first["secret"], WHO)
    hub.do("operator", "clientBlock", client=made["id"], blocked=True)
    blocked = hub.body(second["secret"], WHO)
    hub.do("operator", "clientBlock", client=made["id"], blocked=False)
    again = hub.body(second["secret"], WHO)["data"]
    ended = hub.do("operator", "clientUngrant", grant=granted["grants"][0]["key"], on="2026-01-01")
    without = hub.body(second["secret"], WHO)

    assert ("TERRITORY", ["CONTACTS"], "Северный округ") == (
        granted["grants"][0]["role"],
        granted["grants"][0]["purposes"],
        granted["grants"][0]["organisation"]["shortName"],
    )
    assert {
        "name": "Отдел",
        "role": "TERRITORY",
        "organisation": {"shortName": "Северный округ"},
    } == seen
    assert ["Отдел", "Отдел"] == both
    assert number == second["client"]["keys"][1]["succeeds"]
    reasons = [one["errors"][0]["extensions"]["reason"] for one in (revoked, blocked, without)]
    assert ["access.key_revoked", "access.client_blocked", "access.no_grant"] == reasons
    assert "Отдел" == again["viewer"]["name"]
    assert [] == ended["errors"]
    listed = hub.body(
        "operator",
        f"{{ clients {{ nodes {{ {CLIENT.split(' secret', maxsplit=1)[0][9:-2]} }} }} }}",
    )
    assert "Отдел" in [one["name"] for one in listed["data"]["clients"]["nodes"]]
    assert first["secret"].rpartition("_")[2] not in str(listed)


def test_the_audit_says_whose_access_was_changed_and_by_which_key(hub: Hub) -> None:
    made = hub.do("operator", "clientCreate", name="Отдел", kind="PERSON")["client"]
    first = hub.do("operator", "keyCreate", client=made["id"], permits=["READ"], days=30)
    number = first["client"]["keys"][0]["key"]
    second = hub.do("operator", "keyRotate", key=number, besideDays=1)["client"]
    successor = next(one["key"] for one in second["keys"] if one["succeeds"] == number)
    hub.do("operator", "keyRevoke", key=number)
    hub.do("centre", "keyRevoke", key=number)
    hub.do("operator", "clientBlock", client=made["id"], blocked=True)
    hub.do("operator", "clientCreate", name="Другой", kind="PERSON")
    time.sleep(1.3)  # what is noted is written within a second

    body = hub.body(
        "centre",
        """query ($of: ID!) { auditEvents(first: 50, filter: { client: $of }) {
          nodes { action operation about client reason } } }""",
        of=made["id"],
    )
    told = body["data"]["auditEvents"]["nodes"]

    assert {("CHANGE", "operator", made["id"], "")} == {
        (one["action"], one["client"], *one["about"], one["reason"]) for one in told
    }
    said = [(one["operation"].partition("#")[0], one["operation"].split()[1:]) for one in told]
    assert [
        ("clientBlock", []),
        ("keyRevoke", [number]),
        ("keyRotate", sorted([number, successor])),
        ("keyCreate", [number]),
        ("clientCreate", []),
    ] == said
    everything = hub.body("centre", "{ auditEvents(first: 50) { nodes { operation reason } } }")
    refused = [one for one in everything["data"]["auditEvents"]["nodes"] if one["reason"]]
    assert ["access.not_a_keeper"] == [one["reason"] for one in refused]
    assert refused[0]["operation"].endswith(number)


def test_nobody_but_an_operator_with_such_a_key_gives_access(hub: Hub) -> None:
    given = {"name": "Отдел", "kind": "SYSTEM"}

    by_centre = hub.do("centre", "clientCreate", **given)
    text = "mutation ($input: ClientCreateInput!) { clientCreate(input: $input) { secret } }"
    by_reader = hub.body("reader", text, input=given)
    wrong = hub.do("operator", "clientGrant", client="client-" + "0" * 8 + "-0000-4000-8000-" + "0" * 12,
                   role="SCHOOL", organisation=f"organisation-{NORTH}")  # fmt: skip

    assert (None, ["access.not_a_keeper"]) == (
        by_centre["client"], [one["code"] for one in by_centre["errors"]],
    )  # fmt: skip
    assert "access.not_permitted" == by_reader["errors"][0]["extensions"]["reason"]
    assert ["access.client_unknown"] == [one["code"] for one in wrong["errors"]]
    for who in ("centre", "reader"):
        assert [] == hub.body(who, "{ clients { nodes { id } } }")["data"]["clients"]["nodes"]
