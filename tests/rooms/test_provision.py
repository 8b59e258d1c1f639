"""Roles and a database are made by the addresses that the hub will use."""

from uuid import uuid4

import pytest

from hub import migrate, provision
from hub.database import open_connection
from hub.errors import ConfigError
from hub.settings import Addresses

pytestmark = pytest.mark.anyio


def wanted(admin_url: str, database: str) -> Addresses:
    passwords = {role: f"p@ss {role}" for role in provision.ROLES}
    return provision.addresses(admin_url, database, passwords)


async def test_addresses_are_made_true(admin_url: str) -> None:
    name = f"made_{uuid4().hex}"

    made = await provision.provision_named(admin_url, wanted(admin_url, name))

    assert name == made
    await migrate.upgrade(wanted(admin_url, name).owner)
    connection = await open_connection(wanted(admin_url, name).web)
    assert "hub_web" == await connection.fetchval("select current_user")
    await connection.close()


async def test_an_address_of_another_role_is_refused(admin_url: str) -> None:
    right = wanted(admin_url, "anything")
    wrong = Addresses(
        owner=right.owner, worker=right.web, web=right.web, web_region=right.web_region
    )

    with pytest.raises(ConfigError, match="hub_worker"):
        await provision.provision_named(admin_url, wrong)


async def test_without_an_administrator_nothing_is_tried(admin_url: str) -> None:
    with pytest.raises(ConfigError, match="HUB_ADMIN_URL"):
        await provision.provision_named("", wanted(admin_url, "anything"))
