"""Tables that anybody may read: frozen when they are published, small numbers withheld."""

from datetime import date
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, Instant, UuidKey


class Publication(Base):
    """A table of coverage as it was published; of each span of time there is one."""

    __tablename__ = "publication"
    id: Mapped[UuidKey]
    span: Mapped[str] = mapped_column(unique=True)  # 2025/26, 2025 or, of a day, its month
    starts: Mapped[date]
    day: Mapped[date]
    actor: Mapped[str]
    published_at: Mapped[Instant]


class PublishedRow(Base):
    """A row of a published table; a number that is withheld is nowhere in it."""

    __tablename__ = "published_row"
    publication_id: Mapped[UUID] = mapped_column(
        ForeignKey("publication.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[str]  # REGION | DEPARTMENT | ORGANISATION
    key: Mapped[str]
    above: Mapped[str | None]  # the key of the department that an organisation answers to
    title: Mapped[str]
    withheld: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # measures
    mentors: Mapped[int | None]
    mentees: Mapped[int | None]
    pairs: Mapped[int | None]
    young_specialists: Mapped[int | None]
    young_specialists_covered: Mapped[int | None]
    young_specialists_uncovered: Mapped[int | None]
    programmes: Mapped[int]
    organisations_with_mentoring: Mapped[int]
    active_organisations: Mapped[int]
