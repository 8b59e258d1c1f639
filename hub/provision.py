"""Roles and a database on a server: what an administrator does once before `db upgrade`."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Final
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import asyncpg

from hub.database import open_connection
from hub.errors import ConfigError
from hub.settings import Addresses

OWNER: Final = "hub_owner"
WORKER: Final = "hub_worker"
WEB: Final = "hub_web"
WEB_REGION: Final = "hub_web_region"
ROLES: Final = (OWNER, WORKER, WEB, WEB_REGION)


async def provision(
    admin_url: str, *, database: str = "hub", passwords: Mapping[str, str] | None = None
) -> Addresses:
    """Create what is missing of the four roles and the database; say where each role connects.

    `admin_url` belongs to a role that may create roles and databases. A password is set for
    every role that `passwords` names. Running it again changes nothing else.
    """
    passwords = passwords or {}
    connection = await open_connection(admin_url)
    try:
        for role in ROLES:
            await _create_role(connection, role, passwords.get(role))
        await create_database(connection, database)
    finally:
        await connection.close()
    return addresses(admin_url, database, passwords)


async def provision_named(admin_url: str, wanted: Addresses) -> str:
    """Create the database and the four roles that the addresses name; answer the database's name.

    Passwords are those of the addresses. Raises ConfigError where an address names another role or
    another database than its siblings, or no administrator's address is given.
    """
    if not admin_url:
        raise ConfigError(
            "Не задан HUB_ADMIN_URL: адрес с правом создавать роли и базы.",
            code="config.addresses",
        )
    urls = (wanted.owner, wanted.worker, wanted.web, wanted.web_region)
    parts = [urlsplit(url) for url in urls]
    databases = {part.path.lstrip("/") for part in parts}
    if tuple(part.username for part in parts) != ROLES or len(databases) != 1:
        raise ConfigError(
            f"Адреса HUB_*_URL должны вести в одну базу под ролями {', '.join(ROLES)}.",
            code="config.addresses",
        )
    passwords = {
        role: unquote(part.password)
        for role, part in zip(ROLES, parts, strict=True)
        if part.password
    }
    database = databases.pop()
    await provision(admin_url, database=database, passwords=passwords)
    return database


def addresses(
    admin_url: str, database: str, passwords: Mapping[str, str] | None = None
) -> Addresses:
    """Derive the four roles' addresses of a database from the administrator's address."""
    passwords = passwords or {}
    owner, worker, web, web_region = (
        at(admin_url, database=database, role=role, password=passwords.get(role)) for role in ROLES
    )
    return Addresses(owner=owner, worker=worker, web=web, web_region=web_region)


def at(url: str, *, database: str, role: str, password: str | None = None) -> str:
    """Return the same server's address for another database and role."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    secret = f":{quote(password, safe='')}" if password else ""
    return urlunsplit(parts._replace(netloc=f"{role}{secret}@{host}", path=f"/{database}"))


async def create_database(
    connection: asyncpg.Connection, database: str, *, template: str = "template0"
) -> None:
    """Create the owner's database if it is not there; `template` is one to copy from."""
    name = await connection.fetchval("select quote_ident($1::text)", database)
    source = await connection.fetchval("select quote_ident($1::text)", template)
    with suppress(asyncpg.DuplicateDatabaseError):
        # Order and case never come from the server: sort keys are stored columns.
        await connection.execute(
            f"create database {name} owner {OWNER} template {source} encoding 'UTF8' locale 'C'"
        )
    await connection.execute(
        f"revoke all on database {name} from public;"
        f"grant connect, temporary on database {name} to {WORKER};"
        f"grant connect on database {name} to {WEB}, {WEB_REGION}"
    )


async def _create_role(connection: asyncpg.Connection, role: str, password: str | None) -> None:
    with suppress(asyncpg.DuplicateObjectError):
        await connection.execute(
            f"create role {role} login nosuperuser nocreatedb nocreaterole noreplication nobypassrls"
        )
    if password is not None:
        literal = await connection.fetchval("select quote_literal($1::text)", password)
        await connection.execute(f"alter role {role} password {literal}")
