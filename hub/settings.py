"""Settings of the hub: environment variables with the prefix HUB_, each with a safe default."""

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from hub.errors import ConfigError
from hub.wrong import words_of

CHECKOUT = Path(__file__).resolve().parent.parent
# As root the server runs under an unprivileged account that must reach this folder, so it never
# lies under a home; nobody's temporary files are swept there as they are in /tmp.
ROOT_DATA_DIR = Path("/var/tmp/mentoring-hub")  # noqa: S108 - created with an owner check
SECRETS = Path("/run/secrets")
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Some = Annotated[int, Field(ge=1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where each database role connects; one address a role, none of them a superuser."""

    owner: str
    worker: str
    web: str
    web_region: str


def default_data_dir() -> Path:
    """Say where the hub keeps its own files when nobody says otherwise."""
    return ROOT_DATA_DIR if os.geteuid() == 0 else CHECKOUT / "var"


def secrets_dir() -> Path | None:
    """Say where a container finds settings as files named hub_worker_url and so on."""
    return SECRETS if SECRETS.is_dir() else None


class Settings(BaseSettings):
    """What the environment says, or files of secrets; read once by a command and passed on."""

    model_config = SettingsConfigDict(
        env_prefix="HUB_", frozen=True, extra="ignore", secrets_dir=secrets_dir()
    )

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - what the fields say
        """Read the environment; raises ConfigError that names each variable that does not fit."""
        try:
            super().__init__(**given)
        except ValidationError as error:
            details = error.errors(include_input=False, include_url=False)
            said = "; ".join(
                f"HUB_{one['loc'][0]}".upper() + f": {words_of(one)}" for one in details
            )
            raise ConfigError(f"Настройки неверны. {said}.", code="config.setting") from None

    admin_url: str = ""  # who may create roles and databases: `db provision` alone
    database_url: str = ""  # the owner's address: migrations
    worker_url: str = ""
    web_url: str = ""
    web_region_url: str = ""
    pooler: str = ""  # host:port of a transaction pooler that the web process goes through
    key_file: Path | None = None
    data_dir: Path | None = None
    secrets_dir: Path = SECRETS  # where the sources' secrets lie, a file each
    region_time_zone: str = "Europe/Samara"
    silence_s: Positive = 30.0  # a worker that is silent for so long has lost its jobs to another
    retry_s: Positive = (
        15.0  # how long after a passing failure a job is tried again; then twice that
    )
    statement_s: Positive = 5.0  # how long a statement of a reader may take
    answer_s: Positive = 30.0  # from the key to the last byte of an answer, waiting included
    page_rows: Some = 2_500  # rows of a source that are committed at once
    feed_days: Some = 90  # how long events of the feed are kept
    oidc_issuer: str = ""  # whose tokens are taken: the value of iss; none where it is empty
    oidc_audience: str = ""  # what aud of a token must hold
    oidc_jwks_url: str = ""  # where the issuer's keys lie; found by discovery where it is empty
    oidc_subject_claim: str = "sub"  # the claim that names the client
    oidc_algorithms: str = "RS256,PS256,ES256"
    oidc_leeway_s: Annotated[int, Field(ge=0)] = 60  # by how much clocks may differ
    rate_per_s: Positive = 20_000.0  # cost that flows back into a credential's bucket each second
    rate_burst: Positive = 100_000.0  # cost that a full bucket holds: ten of the largest operations
    listeners: Some = 500  # sockets, and as many subscriptions, of a web process
    listeners_of_one: Some = 50  # and of one credential in it
    webhook_inward: bool = False  # whether messages may go to addresses of one's own network
    postgres_bin: str = ""  # a folder, a major version (15, 18) or "embedded"

    @cached_property
    def directory(self) -> Path:
        """Where the hub keeps its own files: the demo's server, its keys and its region."""
        return (self.data_dir or default_data_dir()).absolute()

    @property
    def keys(self) -> Path:
        """Where the sealing keys lie."""
        return self.key_file or self.directory / "keys"

    @property
    def zone(self) -> ZoneInfo:
        """The region's time zone, by which "today" is meant; raises ConfigError if unknown."""
        try:
            return ZoneInfo(self.region_time_zone)
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ConfigError(
                f"Часовой пояс HUB_REGION_TIME_ZONE={self.region_time_zone!r} неизвестен. "
                "Укажите имя вида Europe/Samara.",
                code="config.time_zone",
            ) from error

    @property
    def names_a_database(self) -> bool:
        """Whether the environment gives addresses, so no server of our own is needed."""
        return bool(self.database_url)

    def addresses(self) -> Addresses:
        """Take the four addresses from the environment; raises ConfigError naming what is missing."""
        given = {
            "HUB_DATABASE_URL": self.database_url,
            "HUB_WORKER_URL": self.worker_url,
            "HUB_WEB_URL": self.web_url,
            "HUB_WEB_REGION_URL": self.web_region_url,
        }
        if missing := [name for name, url in given.items() if not url]:
            raise ConfigError(
                f"Не заданы адреса базы данных: {', '.join(missing)}. Задайте их в окружении.",
                code="config.addresses",
            )
        return Addresses(
            owner=self.database_url,
            worker=self.worker_url,
            web=self.web_url,
            web_region=self.web_region_url,
        )
