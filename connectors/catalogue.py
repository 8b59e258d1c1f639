"""Which connector reads a source: chosen by its kind, made of its settings and its secret."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from connectors.client.failure import SourceConfigError
from connectors.database_view.connector import DatabaseView
from connectors.database_view.manifest import Manifest as DatabaseManifest
from connectors.http_json.connector import HttpJson
from connectors.http_json.manifest import Manifest as HttpManifest
from connectors.kadry.connector import Kadry
from connectors.kadry.export import ExportManifest, KadryExport
from connectors.kadry.manifest import Manifest as KadryManifest
from connectors.kadry.view import KadryView
from connectors.manifests import checked
from connectors.onec.connector import Onec
from connectors.onec.manifest import Manifest as OnecManifest
from connectors.protocol import Connector

Settings = Mapping[str, object]
MADE: Final[Mapping[str, Callable[[Settings], Connector]]] = MappingProxyType(
    {
        "KADRY": lambda said: Kadry(checked(KadryManifest, said)),
        "KADRY_EXPORT": lambda said: KadryExport(checked(ExportManifest, _without_secret(said))),
        "KADRY_VIEW": lambda said: DatabaseView(checked(KadryView, said)),
        "ONEC": lambda said: Onec(checked(OnecManifest, said)),
        "HTTP_JSON": lambda said: HttpJson(checked(HttpManifest, said)),
        "DATABASE": lambda said: DatabaseView(checked(DatabaseManifest, said)),
    }
)
KINDS: Final = tuple(MADE)


def connector_of(kind: str, settings: Settings, secret: str = "") -> Connector:
    """Make the connector of a source; raises SourceConfigError that names keys and no values."""
    if "secret" in settings:
        raise SourceConfigError(
            "В настройках источника стоит секрет. Уберите ключ secret: секрет лежит в отдельном "
            "файле, а в источнике указано его имя.",
            code="source.config",
        )
    if kind not in MADE:
        raise SourceConfigError(
            f"Источник вида {kind} хаб не читает сам. Читаются: {', '.join(KINDS)}.",
            code="source.kind",
        )
    return MADE[kind]({**settings, "secret": secret})


def _without_secret(settings: Settings) -> Settings:
    return {name: value for name, value in settings.items() if name != "secret"}
