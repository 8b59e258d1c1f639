"""A source's description is read from a file, names what is wrong in it and keeps no secret."""

from pathlib import Path

import pytest

from hub.errors import ConfigError
from sync.work.sources import SourceManifest, read_manifest_file

DESCRIPTION = """
code = "kadry"
kind = "KADRY"
title = "Кадры в образовании"
schedule = "30 3 * * *"
secret_name = "kadry_secret"

[settings]
base_url = "http://kadry.example/api"
items_key = "items"
token_path = "token"
"""


def written(folder: Path, text: str, name: str = "kadry.toml") -> Path:
    file = folder / name
    file.write_text(text, encoding="utf-8")
    return file


def test_toml_and_json_say_the_same(tmp_path: Path) -> None:
    toml = read_manifest_file(written(tmp_path, DESCRIPTION))
    json = read_manifest_file(written(tmp_path, toml.model_dump_json(), "kadry.json"))

    assert toml == json
    assert SourceManifest.model_fields["brake_share"].default == toml.brake_share


@pytest.mark.parametrize(
    "line",
    [
        'secret = "тайна-12345"',
        'password = "тайна-12345"',
        'api_key = "тайна-12345"',
        'token = "тайна-12345"',
        'other_url = "http://hub:тайна-12345@kadry.example/"',
        'deeper = {Client_Secret = "тайна-12345"}',
    ],
)
def test_a_secret_in_plain_text_is_refused_and_not_repeated(tmp_path: Path, line: str) -> None:
    with pytest.raises(ConfigError) as caught:
        read_manifest_file(written(tmp_path, f"{DESCRIPTION}{line}\n"))

    assert "config.plain_secret" == caught.value.reason
    assert "тайна" not in caught.value.message
    assert "secret_name" in caught.value.message


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ('schedule = "daily"', "config.schedule"),
        ('code = "С пробелом"', "config.source"),
        ("brake_share = 2", "config.source"),
        ('secret_name = "../keys"', "config.source"),
        ("title = 7", "config.source"),
        ('colour = "red"', "config.source"),
        ("= no toml", "config.source"),
    ],
)
def test_a_wrong_description_is_refused_by_code(tmp_path: Path, wrong: str, code: str) -> None:
    key = wrong.partition(" =")[0]
    kept = [line for line in DESCRIPTION.splitlines() if not line.startswith(f"{key} =")]

    with pytest.raises(ConfigError) as caught:
        read_manifest_file(written(tmp_path, "\n".join([wrong, *kept])))

    assert code == caught.value.reason
