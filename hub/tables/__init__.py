"""The tables of the hub, one file a room; importing this package fills `Base.metadata`."""

from hub.tables import (
    access,
    audit,
    documents,
    evidence,
    feed,
    law,
    matching,
    measurement,
    mentoring,
    organisations,
    people,
    publication,
    push,
    upload,
    webhooks,
    work,
)
from hub.tables.base import Base

__all__ = [
    "Base",
    "access",
    "audit",
    "documents",
    "evidence",
    "feed",
    "law",
    "matching",
    "measurement",
    "mentoring",
    "organisations",
    "people",
    "publication",
    "push",
    "upload",
    "webhooks",
    "work",
]
