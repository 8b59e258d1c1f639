"""Where a list of people is, how it is asked for page by page, and which of its parts is which field."""

from base64 import b64encode
from collections.abc import Mapping
from enum import StrEnum
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from connectors.client.http import Limits
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


class Manifest(BaseModel):
    """One list of one kind. `fields` names, for each of our fields, the path of a part, with dots.

    With `whole_staff` the list names the whole staff of every organisation in it: who is absent has
    left. The secret is the token, the password or what stands in the header.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str
    name: str
    kind: FileKind = FileKind.STAFF
    path: str = ""
    auth: Auth = Auth.NONE
    login: str = ""
    header: str = "X-Api-Key"
    secret: SecretStr = SecretStr("")
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
    timeout_s: float = Field(default=30, gt=0)
    deadline_s: float = Field(default=3600, gt=0)
    requests: int = Field(default=10_000, ge=1)
    answer_bytes: int = Field(default=64 * 2**20, ge=1024)
    attempts: int = Field(default=5, ge=1, le=20)
    retry_wait_s: float = Field(default=0.5, gt=0, le=30)

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        """Refuse what could only fail later and less clearly."""
        address = urlsplit(self.base_url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise ValueError("base_url: нужен адрес вида https://имя/путь")
        if address.username or address.password or address.query:
            raise ValueError("base_url: секрет и параметры указывают своими ключами")
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

    def limits(self) -> Limits:
        """Give what one read may cost."""
        return Limits(
            timeout_s=self.timeout_s,
            deadline_s=self.deadline_s,
            requests=self.requests,
            answer_bytes=self.answer_bytes,
            attempts=self.attempts,
            wait_s=self.retry_wait_s,
            longest_wait_s=max(self.retry_wait_s, min(30.0, self.deadline_s / 10)),
        )
