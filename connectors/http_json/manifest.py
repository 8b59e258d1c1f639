"""Where a list of people is, how it is asked for page by page, and which of its parts is which field."""

from base64 import b64encode
from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Self

from pydantic import Field, model_validator

from connectors.addressed import Addressed
from connectors.manifests import require_fields
from hub.records import FileKind

REQUIRED = ("external_id",)


class Auth(StrEnum):
    """How the source knows who asks."""

    NONE = "NONE"
    BEARER = "BEARER"
    BASIC = "BASIC"
    HEADER = "HEADER"


class Paging(StrEnum):
    """How a page is asked for: all at once, by its number, by the number of rows before it."""

    NONE = "NONE"
    PAGE = "PAGE"
    OFFSET = "OFFSET"


class Manifest(Addressed):
    """One list of one kind. `fields` names, for each of our fields, the path of a part, with dots.

    With `whole_staff` the list names the whole staff of every organisation in it: who is absent has
    left. The secret is the token, the password or what stands in the header.
    """

    instead: ClassVar[str] = "секрет и параметры указывают своими ключами"

    name: str
    kind: FileKind = FileKind.STAFF
    path: str = ""
    auth: Auth = Auth.NONE
    header: str = "X-Api-Key"
    paging: Paging = Paging.NONE
    page_parameter: str = "page"
    size_parameter: str = "per_page"
    page_size: int = Field(default=500, ge=1, le=10_000)
    first_page: int = Field(default=1, ge=0, le=1)
    items_key: str = ""
    total_key: str = ""
    fields: Mapping[str, str]
    parameters: Mapping[str, str] = Field(default_factory=dict)
    whole_staff: bool = False

    @model_validator(mode="after")
    def _has_fields(self) -> Self:
        """Refuse a map of fields that could only fail later and less clearly."""
        require_fields(self.fields, REQUIRED)
        return self

    def headers(self) -> dict[str, str]:
        """Give the headers by which the source knows us."""
        secret = self.secret.get_secret_value()
        match self.auth:
            case Auth.NONE:
                return {}
            case Auth.BEARER:
                return {"Authorization": f"Bearer {secret}"}
            case Auth.BASIC:
                known = b64encode(f"{self.login}:{secret}".encode()).decode()
                return {"Authorization": f"Basic {known}"}
            case Auth.HEADER:
                return {self.header: secret}
