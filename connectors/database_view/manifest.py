"""Which database, which table or view of it, and which of its columns is which field."""

from collections.abc import Mapping
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from connectors.manifests import require_fields
from hub.records import FileKind

REQUIRED = ("external_id",)
# Databases that the connector knows how to keep from being written.
DIALECTS = ("postgresql", "mysql", "mariadb", "sqlite")
Name = Annotated[str, Field(pattern=r"^[^\x00-\x1f;\"'`]{1,120}$")]


class Manifest(BaseModel):
    """One table or view of one kind; `fields` names a column for each of our fields.

    `url` is SQLAlchemy's, without the password: the secret is the password. Pages follow each other
    by the column of `external_id`, so it is unique and has an order. With `whole_staff` the table
    names the whole staff of every organisation in it: who is absent has left.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str
    name: str
    table: Name
    table_schema: Name | None = Field(default=None, alias="schema")
    kind: FileKind = FileKind.STAFF
    secret: SecretStr = SecretStr("")
    fields: Mapping[str, Name]
    whole_staff: bool = False
    page_size: int = Field(default=2_000, ge=1, le=10_000)
    statement_s: float = Field(default=60, gt=0)
    connect_s: int = Field(default=10, ge=1)
    deadline_s: float = Field(default=3600, gt=0)

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        """Refuse what could only fail later and less clearly."""
        try:
            url = make_url(self.url)
        except ArgumentError:
            raise ValueError("url: нужен адрес вида postgresql://пользователь@имя/база") from None
        if url.password:
            raise ValueError("url: пароль хранят в файле, его имя указывают в secret_name")
        if url.get_backend_name() not in DIALECTS:
            raise ValueError(f"url: читаются базы {', '.join(DIALECTS)}")
        require_fields(self.fields, REQUIRED)
        return self

    def address(self) -> URL:
        """Give the address with the password and a driver that is at hand."""
        url = make_url(self.url)
        if url.drivername == "postgresql":
            url = url.set(drivername="postgresql+psycopg")
        secret = self.secret.get_secret_value()
        return url.set(password=secret) if secret else url
