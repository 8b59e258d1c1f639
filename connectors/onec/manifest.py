"""Where a base of 1С is published, how it is asked, and what its objects are called."""

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from connectors.addressed import Addressed
from connectors.manifests import checked

SERVICE = "odata/standard.odata/"


class Manifest(Addressed):
    """How one base is read, as a user of it whose password is the secret.

    With `allowed_only` rows that the user may not see are left out by 1С instead of an error; then
    nobody is held to have left as long as some are hidden. Objects are named as they are published;
    an empty name of a register is not asked.
    """

    like: ClassVar[str] = "нужен адрес публикации вида https://имя/база"
    instead: ClassVar[str] = "пользователя указывают в login, пароль — в секрете"

    name: str = "1С"
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
    timeout_s: float = Field(default=120, gt=0)  # 1С is slow

    @property
    def service(self) -> str:
        """Give the address of the OData service, whichever part of it was given."""
        base = self.base_url.rstrip("/") + "/"
        return base if base.endswith(SERVICE) else base + SERVICE


def read_manifest(values: Mapping[str, object]) -> Manifest:
    """Make a manifest of settings; raises SourceConfigError that names keys and no values."""
    return checked(Manifest, values)
