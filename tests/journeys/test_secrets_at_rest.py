"""A dump of the database, taken by somebody without the key file, holds no state identifier."""

import re
import subprocess

import pytest

from hub.binaries import find_binaries
from hub.demo.dirt import broken_snils
from hub.settings import Addresses
from tests.conftest import server_choice, superuser
from tests.journeys.region import Made

RUN = re.compile(r"\d(?:[\d \t.\-\u2013\u00a0]{7,20})\d")
HEX_RUN = re.compile(r"(?:3[0-9]){9,11}")
SHORTEST = 9  # a spreadsheet drops leading noughts of eleven digits


def dump(url: str) -> str:
    """Dump the whole database with its server's own program."""
    program = find_binaries(server_choice()).program("pg_dump")
    done = subprocess.run([program, url], capture_output=True, check=True, text=True)
    return done.stdout


@pytest.fixture(scope="module")
def dumped(module_loaded: Addresses, admin_url: str) -> str:
    """Dump the region as the superuser, before whom row security does not stand."""
    return dump(superuser(admin_url, module_loaded))


def written(numbers: set[int]) -> set[str]:
    """Give the digits of each number, whole and without its leading noughts."""
    whole = {f"{number:011d}" for number in numbers}
    short = {digits.lstrip("0") for digits in whole}
    return whole | {digits for digits in short if len(digits) >= SHORTEST}


def digit_runs(text: str) -> set[str]:
    """Give every run of digits, however they are parted, and those spelled as hexadecimal."""
    parted = {re.sub(r"\D", "", found) for found in RUN.findall(text)}
    plain = set(re.findall(r"\d{9,}", text))
    spelled = {bytes.fromhex(found).decode() for found in HEX_RUN.findall(text)}
    return parted | plain | spelled


def test_the_dump_holds_people_and_none_of_their_numbers(dumped: str, made: Made) -> None:
    true = {int(number) for number in made.region.people.snils if number}
    numbers = true | {broken_snils(number) for number in true}
    surname = str(made.region.people.last[0])

    runs = digit_runs(dumped)

    assert len(numbers) > 100
    assert surname in dumped
    assert set() == written(numbers) & runs


def test_the_search_finds_a_number_that_is_planted(made: Made) -> None:
    number = next(int(number) for number in made.region.people.snils if number > 10**9)
    digits = f"{number:011d}"
    dashes = f"{digits[:3]}-{digits[3:6]}-{digits[6:9]} {digits[9:]}"
    shapes = (f"a\t{digits}\tb", f'"{dashes}"', digits.lstrip("0"), "\\x" + digits.encode().hex())

    found = [bool(written({number}) & digit_runs(shape)) for shape in shapes]

    assert [True] * len(shapes) == found
