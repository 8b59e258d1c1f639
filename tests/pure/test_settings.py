"""Settings come from the environment, and what is missing or wrong is named."""

from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.errors import ConfigError
from hub.settings import Addresses, Settings, default_data_dir

NAMES = ("DATABASE_URL", "WORKER_URL", "WEB_URL", "WEB_REGION_URL")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*NAMES, "KEY_FILE", "DATA_DIR", "REGION_TIME_ZONE"):
        monkeypatch.delenv(f"HUB_{name}", raising=False)


def test_four_addresses_of_the_environment_are_four_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.setenv(f"HUB_{name}", name)

    addresses = Settings().addresses()

    expected = Addresses(
        owner="DATABASE_URL", worker="WORKER_URL", web="WEB_URL", web_region="WEB_REGION_URL"
    )
    assert expected == addresses


def test_a_missing_address_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES[:-1]:
        monkeypatch.setenv(f"HUB_{name}", name)

    with pytest.raises(ConfigError, match="HUB_WEB_REGION_URL") as error:
        Settings().addresses()
    assert "config.addresses" == error.value.reason
    assert "HUB_WEB_URL" not in error.value.message


def test_without_addresses_no_database_is_named() -> None:
    assert not Settings().names_a_database


def test_keys_lie_in_the_data_folder_unless_a_file_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", "/data")
    in_folder = Settings().keys
    monkeypatch.setenv("HUB_KEY_FILE", "/run/secrets/keys")

    assert Path("/data/keys") == in_folder
    assert Path("/run/secrets/keys") == Settings().keys


def test_roots_folder_is_under_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0)

    assert not default_data_dir().is_relative_to(Path.home())
    assert default_data_dir() == Settings().directory


def test_an_ordinary_users_folder_is_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert Path(__file__).resolve().parents[2] / "var" == default_data_dir()


def test_the_region_has_a_time_zone_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    unset = Settings().zone
    monkeypatch.setenv("HUB_REGION_TIME_ZONE", "Asia/Omsk")

    assert ZoneInfo("Europe/Samara") == unset
    assert ZoneInfo("Asia/Omsk") == Settings().zone


@pytest.mark.parametrize("name", ["Nowhere/City", "../etc", ""])
def test_an_unknown_time_zone_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("HUB_REGION_TIME_ZONE", name)

    with pytest.raises(ConfigError) as error:
        _ = Settings().zone
    assert "config.time_zone" == error.value.reason


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("RATE_BURST", "много", "нужно число"),
        ("RATE_PER_S", "nan", "нужно число"),
        ("STATEMENT_S", "-1", "нужно больше 0"),
        ("PAGE_ROWS", "0", "нужно не меньше 1"),
        ("WEBHOOK_INWARD", "может быть", "нужно true или false"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(f"HUB_{name}", value)

    with pytest.raises(ConfigError) as caught:
        Settings()

    assert "config.setting" == caught.value.reason
    assert f"HUB_{name}: " in caught.value.message
    assert words in caught.value.message
    assert value not in caught.value.message.partition(": ")[0]
