"""A source's description is read from a file, names what is wrong in it and keeps no secret."""

from pathlib import Path

import pytest

from hub.errors import ConfigError, InputError
from hub.records import FileKind
from sync.matching.survive import FIELDS
from sync.work.descriptions import read_manifest_file, require_settings
from sync.work.sources import SourceManifest

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


def test_a_description_of_another_encoding_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "kadry.toml"
    path.write_bytes(DESCRIPTION.encode("cp1251"))

    with pytest.raises(InputError) as caught:
        read_manifest_file(path)

    assert "file.not_utf8" == caught.value.reason


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("page_sise = 5", "строка 12, settings.page_sise: такого ключа нет, есть page_size"),
        ('page_size = "много"', "строка 12, settings.page_size: нужно целое число"),
        ("timeout_s = -1", "строка 12, settings.timeout_s: число слишком мало, нужно"),
    ],
)
def test_a_mistake_is_told_with_its_line_and_key(tmp_path: Path, line: str, place: str) -> None:
    path = written(tmp_path, f"{DESCRIPTION}{line}\n")

    with pytest.raises(ConfigError) as caught:
        require_settings(path, read_manifest_file(path))

    assert place in caught.value.message
    assert "kadry.toml" in caught.value.message
    assert "много" not in caught.value.message


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("snil = 1", "строка 10, ranks.snil: такого поля нет, есть last_name, first_name"),
        ("phone = 1", "строка 10, ranks.phone: такого поля нет, есть last_name, first_name"),
        ("snils = 0", "строка 10, ranks.snils: нужно целое число от 1 до 99"),
        ("snils = 100", "строка 10, ranks.snils: нужно целое число от 1 до 99"),
        ("snils = true", "строка 10, ranks.snils: нужно целое число от 1 до 99"),
        ("snils = 1.5", "строка 10, ranks.snils: нужно целое число от 1 до 99"),
        ('snils = "первый"', "строка 10, ranks.snils: нужно целое число от 1 до 99"),
        ("[ranks.snils]", "строка 10, ranks.snils: нужно целое число от 1 до 99"),
    ],
)
def test_a_wrong_rank_is_told_with_its_place_and_what_to_do(
    tmp_path: Path, line: str, said: str
) -> None:
    text = DESCRIPTION.replace("[settings]", f"[ranks]\nbirth_date = 1\n{line}\n\n[settings]")

    with pytest.raises(ConfigError) as caught:
        read_manifest_file(written(tmp_path, text))

    assert said in caught.value.message
    assert "первый" not in caught.value.message


def test_a_rank_may_be_given_for_each_field_that_the_hub_chooses(tmp_path: Path) -> None:
    ranks = {field: number for number, field in enumerate(FIELDS, 1)}
    said = "\n".join(f"{field} = {number}" for field, number in ranks.items())

    described = read_manifest_file(written(tmp_path, f"{DESCRIPTION}\n[ranks]\n{said}\n"))

    assert ranks == described.ranks


def test_a_missing_key_a_broken_line_and_a_secret_have_their_places(tmp_path: Path) -> None:
    files = {
        "a.toml": DESCRIPTION.replace('title = "Кадры в образовании"', ""),
        "b.toml": DESCRIPTION + "page_size = = 5\n",
        "c.json": '{\n "code": "kadry",\n "kind" "KADRY"}',
        "d.toml": DESCRIPTION + 'password = "тайна"\n',
    }
    messages = []
    for name, text in files.items():
        with pytest.raises(ConfigError) as caught:
            read_manifest_file(written(tmp_path, text, name))
        messages.append(caught.value.message)

    assert "title: ключ обязателен" in messages[0]
    assert "строка 12" in messages[1]
    assert "строка 3" in messages[2]
    assert "строка 12, settings.password" in messages[3]


FILES = """
code = "school-files"
kind = "SCHOOL_FILES"
title = "Файлы образовательных организаций"

[contract.birth_date]
required = true
type = "DATE"
kinds = ["STAFF", "PUPILS"]
"""


def test_the_files_of_schools_are_described_by_what_is_promised_of_them(tmp_path: Path) -> None:
    path = written(tmp_path, FILES, "files.toml")

    described = read_manifest_file(path)
    require_settings(path, described)

    assert (FileKind.STAFF, FileKind.PUPILS) == described.contract["birth_date"].kinds


@pytest.mark.parametrize(
    "wrong", [FILES.replace("school-files", "other"), f'schedule = "30 3 * * *"\n{FILES}']
)
def test_the_files_of_schools_are_one_source_that_nobody_reads(tmp_path: Path, wrong: str) -> None:
    path = written(tmp_path, wrong, "files.toml")

    with pytest.raises(ConfigError, match="school-files"):
        require_settings(path, read_manifest_file(path))


PARTNERS = """
code = "push:01a22d52-64f2-7062-8c6c-71aee645e01f"
kind = "PUSH"
title = "Портал наставников"

[ranks]
last_name = 3
"""


def test_what_a_partner_pushes_is_described_by_its_ranks(tmp_path: Path) -> None:
    path = written(tmp_path, PARTNERS, "portal.toml")

    described = read_manifest_file(path)
    require_settings(path, described)

    assert {"last_name": 3} == described.ranks


@pytest.mark.parametrize(
    "wrong",
    [
        PARTNERS.replace("push:01a22d52-64f2-7062-8c6c-71aee645e01f", "portal"),
        PARTNERS.replace('"PUSH"', '"KADRY"'),
        f'schedule = "30 3 * * *"\n{PARTNERS}',
        f"{PARTNERS}\n[contract.birth_date]\nrequired = true\n",
        f'{PARTNERS}\n[settings]\nbase_url = "http://portal.example"\n',
    ],
)
def test_what_a_partner_pushes_is_read_by_nobody(tmp_path: Path, wrong: str) -> None:
    path = written(tmp_path, wrong, "portal.toml")

    with pytest.raises(ConfigError, match="source list"):
        require_settings(path, read_manifest_file(path))
