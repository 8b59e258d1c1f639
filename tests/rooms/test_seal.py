"""Sealed values open only with their key, and hashes find equal values."""

import stat
from pathlib import Path

import pytest

from hub.errors import ConfigError
from hub.seal import Sealer, SealError, add_key, create_key_file, is_sealed

TEXT = "112-233-445 95"


def test_a_sealed_text_opens_and_does_not_show_its_digits(sealer: Sealer) -> None:
    sealed = sealer.seal(TEXT)

    assert TEXT == sealer.open(sealed)
    assert b"112" not in sealed


def test_two_seals_of_one_text_differ_and_their_hashes_agree(sealer: Sealer) -> None:
    first, second = sealer.seal(TEXT), sealer.seal(TEXT)

    assert first != second
    assert sealer.hash(TEXT) == sealer.hash(TEXT)
    assert sealer.hash(TEXT) != sealer.hash("112-233-445 96")


@pytest.mark.parametrize("position", [0, 5, 20, -1])
def test_a_changed_byte_does_not_open(sealer: Sealer, position: int) -> None:
    damaged = bytearray(sealer.seal(TEXT))
    damaged[position] ^= 1

    with pytest.raises(SealError):
        sealer.open(bytes(damaged))


@pytest.mark.parametrize("text", [b"", b"\x01", b"\x01short"])
def test_what_is_too_short_to_be_sealed_does_not_open(sealer: Sealer, text: bytes) -> None:
    with pytest.raises(SealError):
        sealer.open(text)


def test_columns_keep_their_order_and_their_gaps(sealer: Sealer) -> None:
    values = ["a", None, "b", "", "a"]

    sealed, hashed = sealer.seal_many(values), sealer.hash_many(values)

    assert ["a", None, "b", None, "a"] == [text and sealer.open(text) for text in sealed]
    assert [sealer.hash("a"), None, sealer.hash("b"), None, sealer.hash("a")] == hashed


def test_text_seals_into_text_and_plain_text_passes(sealer: Sealer) -> None:
    sealed = sealer.seal_text(TEXT)

    assert is_sealed(sealed)
    assert TEXT == sealer.open_text(sealed)
    assert "Школа" == sealer.open_text("Школа")


@pytest.mark.parametrize("text", ["sealed:", "sealed:abc", "sealed:%%%%"])
def test_a_damaged_sealed_text_does_not_open(sealer: Sealer, text: str) -> None:
    with pytest.raises(SealError):
        sealer.open_text(text)


def test_a_key_file_is_read_by_its_owner_only_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys"
    create_key_file(path)
    sealed = Sealer.from_file(path).seal(TEXT)

    create_key_file(path)

    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    assert TEXT == Sealer.from_file(path).open(sealed)


def test_rotation_seals_anew_opens_the_old_and_keeps_hashes(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    create_key_file(path)
    before = Sealer.from_file(path)

    add_key(path)
    after = Sealer.from_file(path)

    assert TEXT == after.open(before.seal(TEXT))
    assert before.hash(TEXT) == after.hash(TEXT)
    with pytest.raises(SealError):
        before.open(after.seal(TEXT))


@pytest.mark.parametrize("content", ["", "1 short", "1 AAAA", "one", "x " + "A" * 44])
def test_a_file_that_holds_no_keys_is_a_settings_error(tmp_path: Path, content: str) -> None:
    path = tmp_path / "keys"
    path.write_text(content)

    with pytest.raises(ConfigError) as error:
        Sealer.from_file(path)
    assert "config.keys" == error.value.reason


def test_a_missing_key_file_is_a_settings_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        Sealer.from_file(tmp_path / "keys")
