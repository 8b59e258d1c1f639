"""Errors of a command become exit codes."""

import pytest

from hub.cli.edge import exit_code
from hub.errors import (
    AccessError,
    ConfigError,
    ConflictError,
    DatabaseError,
    FileError,
    HubError,
    InputError,
)
from hub.terminal import Exit


@pytest.mark.parametrize(
    ("expected", "error"),
    [
        (Exit.FAILURE, HubError()),
        (Exit.FAILURE, ConfigError()),
        (Exit.FAILURE, InputError()),
        (Exit.FAILURE, FileError()),
        (Exit.FAILURE, AccessError()),
        (Exit.NOT_FOUND, InputError("Нет такого ключа.", code="access.key_not_found")),
        (Exit.CONFLICT, ConflictError()),
        (Exit.CONFLICT, ConflictError("Занято.", code="conflict.locked")),
        (Exit.UNREACHABLE, DatabaseError()),
    ],
)
def test_an_error_has_one_exit_code(expected: Exit, error: HubError) -> None:
    assert expected == exit_code(error)


def test_exit_codes_are_those_that_scripts_rely_on() -> None:
    assert [0, 1, 2, 3, 4, 5, 6, 130] == [code.value for code in Exit]
