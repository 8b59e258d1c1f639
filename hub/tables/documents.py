"""Documents that may be asked for by their id."""

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from hub.tables.base import Base, Instant


class TrustedDocument(Base):
    """A GraphQL document that the operator trusts; its id is the hash of its text."""

    __tablename__ = "trusted_document"
    id: Mapped[str] = mapped_column(primary_key=True)
    text: Mapped[str]
    operations: Mapped[list[str]] = mapped_column(ARRAY(TEXT))  # their names, for who lists them
    created_at: Mapped[Instant]
    __table_args__ = (
        CheckConstraint(
            "id = 'sha256:' || encode(sha256(convert_to(text, 'UTF8')), 'hex')", name="id_is_hash"
        ),
    )
