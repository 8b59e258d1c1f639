"""What descriptions of sources over HTTP share: an address without secrets, and what a read may cost."""

from typing import ClassVar, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from connectors.client.http import Limits


class Addressed(BaseModel):
    """Where a source is and what one read of it may cost; kinds of sources add their own keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    # How an address is written, and where what must not stand in it belongs.
    like: ClassVar[str] = "нужен адрес вида https://имя/путь"
    instead: ClassVar[str] = "логин и пароль указывают в login и secret"

    base_url: str
    login: str = ""
    secret: SecretStr = SecretStr("")
    timeout_s: float = Field(default=30, gt=0)
    deadline_s: float = Field(default=3600, gt=0)
    requests: int = Field(default=10_000, ge=1)
    answer_bytes: int = Field(default=64 * 2**20, ge=1024)
    attempts: int = Field(default=5, ge=1, le=20)
    retry_wait_s: float = Field(default=0.5, gt=0, le=30)

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        """Refuse an address that could only fail later, or that holds what is secret."""
        address = urlsplit(self.base_url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise ValueError(f"base_url: {self.like}")
        if address.username or address.password or address.query:
            raise ValueError(f"base_url: {self.instead}")
        return self

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
