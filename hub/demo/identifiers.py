"""Invented numbers that pass their checksums: СНИЛС, ИНН, ОГРН, telephones.

Region 98 of the tax service and the telephone codes 947 and 948 belong to nobody, so no number
made here can be that of a real organisation or person.
"""

import numpy as np

from hub.demo.draw import Ints

_SNILS_WEIGHTS = np.arange(9, 0, -1)
# Bodies lie above 001-001-998, from which the checksum holds; an odd body is kept for twins.
_SNILS_FIRST = 1_002_000
_SNILS_ROOM = 498_000_000
_SNILS_STEP = 305_976_401
_PHONE_ROOM = 10_000_000
_PHONE_STEP = 6_180_337
_INN_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)


def snils_bodies(indices: Ints, start: int) -> Ints:
    """Give a distinct even nine-digit body to each index."""
    return _SNILS_FIRST + 2 * ((indices * _SNILS_STEP + start) % _SNILS_ROOM)


def snils_numbers(bodies: Ints) -> Ints:
    """Append the two check digits: eleven-digit numbers, leading zeros not shown."""
    digits = bodies[:, None] // 10 ** np.arange(8, -1, -1) % 10
    check = (digits * _SNILS_WEIGHTS).sum(axis=1) % 101 % 100
    numbers: Ints = (bodies * 100 + check).astype(np.int64)
    return numbers


def phone_digits(indices: Ints, start: int) -> Ints:
    """Give a ten-digit number without the country code to each index, 20 million apart."""
    shuffled = (indices * _PHONE_STEP + start) % _PHONE_ROOM
    return 9_470_000_000 + 10_000_000 * (indices // _PHONE_ROOM % 2) + shuffled


def inn(number: int) -> str:
    """Give the ИНН of the organisation with this running number (below 100,000)."""
    body = f"98{number % 100:02d}{number:05d}"
    check = sum(int(d) * w for d, w in zip(body, _INN_WEIGHTS, strict=True)) % 11 % 10
    return f"{body}{check}"


def ogrn(number: int, year: int) -> str:
    """Give the ОГРН of the organisation with this running number, registered in the year."""
    body = f"1{year % 100:02d}98{number:07d}"
    return f"{body}{int(body) % 11 % 10}"
