"""A source's secret: a file of the folder of secrets, read when the source is."""

from pathlib import Path

from connectors.client.failure import SourceConfigError


def read_secret(folder: Path, name: str) -> str:
    """Read a source's secret; raises SourceConfigError that says where it should lie."""
    try:
        return (folder / name).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SourceConfigError(
            f"Секрет источника не читается: {folder / name}. Положите файл туда, откройте его "
            "хабу или назовите папку секретов в HUB_SECRETS_DIR.",
            code="source.no_secret",
        ) from error
