"""A source's description as a file: read, checked to its last key, mistakes named by their place."""

import json
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final  # a connector's settings are its own

from connectors import catalogue
from connectors.manifests import ManifestError, checked
from hub.errors import ConfigError
from hub.files import text_of
from hub.row_keys import FILES
from sync.work.schedules import require_expression
from sync.work.sources import PUSHED, SourceManifest

SECRET: Final = re.compile(
    r"(?i)(?:^|_)(?:secret|password|passwd|token|(?:api|access|private)_?key)$"
)
CREDENTIALS: Final = re.compile(r"://[^/\s]*:[^/\s]*@")
OPENLY_KEPT: Final = (
    "В описании источника секрет записан открыто: {0}. Уберите его, запишите в файл (в контейнере "
    '/run/secrets/ИМЯ, права 600) и назовите файл: secret_name = "ИМЯ".'
)
SETTINGS: Final = "settings"
OF_FILES: Final = "SCHOOL_FILES"
OF_PARTNER: Final = "push:"  # how the codes of partners' own sources begin
_TOML_PLACE: Final = re.compile(r"line (\d+)")


def read_manifest_file(path: Path) -> SourceManifest:
    """Read a source's description, JSON or TOML; raises ConfigError that names keys, not values.

    Each mistake stands with its line, where a line has it. A secret that stands in it in plain text
    is refused with how to keep it.
    """
    text = text_of(path)
    try:
        values = _parsed(text, path.suffix)
    except ValueError as error:
        raise ConfigError(
            f"Файл {path.name}{_broken_at(error)} не читается: нужен JSON или TOML.",
            code="config.source",
        ) from None
    if plain := sorted(_plain_secrets(values)):
        said = ", ".join(_placed(text, key) for key in plain)
        raise ConfigError(OPENLY_KEPT.format(said), code="config.plain_secret")
    try:
        manifest = checked(SourceManifest, values)
    except ManifestError as error:
        raise _wrong(path, text, error.faults) from None
    if manifest.schedule is not None:
        require_expression(manifest.schedule)
    return manifest


def require_settings(path: Path, manifest: SourceManifest) -> None:
    """Raise ConfigError where the settings are not those of the source's kind, with their place."""
    if manifest.kind in {OF_FILES, PUSHED} or manifest.code.startswith(OF_PARTNER):
        _require_given(manifest)
        return
    try:
        catalogue.connector_of(manifest.kind, manifest.settings)
    except ManifestError as error:
        text = text_of(path)
        faults = [(f"{SETTINGS}.{key}" if key else SETTINGS, said) for key, said in error.faults]
        raise _wrong(path, text, faults) from None


def _require_given(manifest: SourceManifest) -> None:
    """Let what is given to the hub, and nobody reads, be described by what is known of it."""
    is_read = manifest.settings or manifest.schedule or manifest.secret_name
    if manifest.kind == OF_FILES and (manifest.code != FILES or is_read):
        raise ConfigError(
            f"Файлы школ — один источник с кодом {FILES}: у него нет settings, schedule и secret_name.",
            code="config.source",
        )
    is_partners = manifest.code.startswith(OF_PARTNER)
    if is_partners != (manifest.kind == PUSHED) or (is_partners and (is_read or manifest.contract)):
        raise ConfigError(
            "Присланное партнёром — источник вида PUSH с кодом push:…, который покажет python -m hub "
            "source list: у него нет settings, schedule, secret_name и contract.",
            code="config.source",
        )


def line_of(text: str, key: str) -> int | None:
    """Find the line of a key in the text of a description; None where it does not stand there."""
    *above, last = key.split(".")
    begins = 0
    for section in above:
        found = re.compile(rf'(?m)^\s*\[{re.escape(section)}\]|"?{re.escape(section)}"?\s*[=:]')
        at = found.search(text, begins)
        begins = at.end() if at else begins
    itself = rf'(?:^|[\s{{,])"?{re.escape(last)}"?\s*[=:]|^\s*\[{re.escape(key)}\]'
    at = re.compile(f"(?m){itself}").search(text, begins)
    return text.count("\n", 0, at.end()) + 1 if at else None


def _wrong(path: Path, text: str, faults: Iterable[tuple[str, str]]) -> ConfigError:
    said = "; ".join(f"{_placed(text, key)}: {what}" if key else what for key, what in faults)
    return ConfigError(f"Описание источника неверно. {path.name}: {said}.", code="config.source")


def _placed(text: str, key: str) -> str:
    line = line_of(text, key)
    return f"строка {line}, {key}" if line else key


def _broken_at(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f", строка {error.lineno},"
    found = _TOML_PLACE.search(str(error))
    return f", строка {found[1]}," if found else ""


def _parsed(text: str, suffix: str) -> dict[str, Any]:
    values = json.loads(text) if suffix == ".json" else tomllib.loads(text)
    if not isinstance(values, dict):
        raise ValueError("a description is an object")  # noqa: TRY004 - a file of another shape
    return values


def _plain_secrets(values: Mapping[str, Any], within: str = "") -> Iterator[str]:
    """Name the keys under which something secret stands."""
    for key, value in values.items():
        name = f"{within}{key}"
        if isinstance(value, Mapping):
            yield from _plain_secrets(value, f"{name}.")
        elif value and (SECRET.search(key) or CREDENTIALS.search(str(value))):
            yield name
