"""Where a base of 1С is published, how it is asked, and what its objects are called."""

from collections.abc import Mapping
from typing import Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from connectors.client.http import Limits
from connectors.manifests import checked

SERVICE = "odata/standard.odata/"


class Manifest(BaseModel):
    """How one base is read, as a user of it whose password is the secret.

    With `allowed_only` rows that the user may not see are left out by 1С instead of an error; then
    nobody is held to have left as long as some are hidden. Objects are named as they are published;
    an empty name of a register is not asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    base_url: str
    name: str = "1С"
    login: str = ""
    secret: SecretStr = SecretStr("")
    allowed_only: bool = False
    page_size: int = Field(default=1000, ge=1, le=10_000)
    organisations: str = "Catalog_Организации"
    posts: str = "Catalog_Должности"
    persons: str = "Catalog_ФизическиеЛица"
    employees: str = "Catalog_Сотрудники"
    history: str = "InformationRegister_КадроваяИсторияСотрудников"
    names: str = "InformationRegister_ФИОФизическихЛиц"
    kinds: str = "InformationRegister_ВидыЗанятостиСотрудников"
    dismissal: str = "Увольнение"
    timeout_s: float = Field(default=120, gt=0)
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
            raise ValueError("base_url: нужен адрес публикации вида https://имя/база")
        if address.username or address.password or address.query:
            raise ValueError("base_url: пользователя указывают в login, пароль — в секрете")
        return self

    @property
    def service(self) -> str:
        """Give the address of the OData service, whichever part of it was given."""
        base = self.base_url.rstrip("/") + "/"
        return base if base.endswith(SERVICE) else base + SERVICE

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


def read_manifest(values: Mapping[str, object]) -> Manifest:
    """Make a manifest of settings; raises SourceConfigError that names keys and no values."""
    return checked(Manifest, values)
