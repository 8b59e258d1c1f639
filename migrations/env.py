"""Alembic's entry: migrates over the connection that `hub.migrate` lends."""

import asyncio

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.base import ischema_names

from hub.database import create_engine
from hub.settings import Settings
from hub.tables import Base
from hub.tables.feed import XID8

ischema_names["xid8"] = XID8  # a type that SQLAlchemy does not know when it reads a database


def migrate(connection: Connection) -> None:
    """Run what was asked for in one transaction of the connection."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def connect_and_migrate() -> None:
    """Serve the plain `alembic` command, at the owner's address of the environment."""
    engine = create_engine(Settings().addresses().owner)
    async with engine.begin() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()


lent: Connection | None = context.config.attributes.get("connection")
if lent is None:
    asyncio.run(connect_and_migrate())
else:
    migrate(lent)
