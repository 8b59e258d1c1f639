"""Which connector reads a source: chosen by its kind, made of its settings and its secret."""

from collections.abc import Mapping
from typing import Final

from connectors.client.failure import SourceConfigError
from connectors.kadry.connector import Kadry
from connectors.kadry.export import KadryExport, read_export_manifest
from connectors.kadry.manifest import read_manifest
from connectors.onec.connector import Onec
from connectors.onec.manifest import read_manifest as read_onec_manifest
from connectors.protocol import Connector

KINDS: Final = ("KADRY", "KADRY_EXPORT", "ONEC")


def connector_of(kind: str, settings: Mapping[str, object], secret: str = "") -> Connector:
    """Make the connector of a source; raises SourceConfigError that names keys and no values."""
    if "secret" in settings:
        raise SourceConfigError(
            "В настройках источника стоит секрет. Уберите ключ secret: секрет лежит в отдельном "
            "файле, а в источнике указано его имя.",
            code="source.config",
        )
    if kind == "KADRY":
        return Kadry(read_manifest({**settings, "secret": secret}))
    if kind == "KADRY_EXPORT":
        return KadryExport(read_export_manifest(settings))
    if kind == "ONEC":
        return Onec(read_onec_manifest({**settings, "secret": secret}))
    raise SourceConfigError(
        f"Источник вида {kind} хаб не читает сам. Читаются: {', '.join(KINDS)}.",
        code="source.kind",
    )
