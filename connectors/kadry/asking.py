"""Asking the system for a page of a stream, and a token for it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.client.answer import Answer
from connectors.client.failure import SourceSystemError, TokenRefusedError
from connectors.client.http import SourceClient
from connectors.kadry.manifest import Manifest
from connectors.paging import Sheet

_SHAPE = (
    "Ответ источника устроен не так, как условлено: нет списка «{0}». Проверьте пути и имена "
    "полей в настройках источника."
)


def client_of(manifest: Manifest) -> SourceClient:
    """Make the client of one read."""
    secret = manifest.secret.get_secret_value()
    if not manifest.token_path:
        return SourceClient(manifest.base_url, token=secret, limits=manifest.limits())

    def renewed(post: Callable[..., Answer]) -> str:
        said = post(manifest.token_path, {"login": manifest.login, "password": secret}).body
        token = said.get("access_token") if isinstance(said, Mapping) else None
        if not isinstance(token, str) or not token:
            raise TokenRefusedError
        return token

    return SourceClient(manifest.base_url, renewal=renewed, limits=manifest.limits())


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Asks for pages by one manifest through one client."""

    manifest: Manifest
    client: SourceClient

    def path_of(self, stream: str) -> str:
        """Tell the path of a stream, empty for one that is not asked."""
        paths = {
            "schools": self.manifest.schools_path,
            "staff": self.manifest.staff_path,
            "pairs": self.manifest.pairs_path,
            "counts": self.manifest.counts_path,
        }
        return paths[stream]

    def page(self, stream: str, number: int, *, since: str = "") -> tuple[Sheet, datetime | None]:
        """Give a page and the source's clock; raises SourceError."""
        manifest = self.manifest
        query = {
            manifest.page_parameter: str(number),
            manifest.size_parameter: str(manifest.page_size),
        }
        if since:
            overlap = timedelta(seconds=manifest.overlap_s)
            query[manifest.since_parameter] = (datetime.fromisoformat(since) - overlap).isoformat()
        answer = self.client.get(self.path_of(stream), query)
        return self._sheet(answer), self._clock(answer)

    def _sheet(self, answer: Answer) -> Sheet:
        body = answer.body if isinstance(answer.body, Mapping) else {}
        items = body.get(self.manifest.items_key)
        if not isinstance(items, list):
            raise SourceSystemError(_SHAPE.format(self.manifest.items_key))
        total = body.get(self.manifest.total_key)
        return Sheet(items=items, total=total if isinstance(total, int) else -1)

    def _clock(self, answer: Answer) -> datetime | None:
        body = answer.body if isinstance(answer.body, Mapping) else {}
        try:
            said = datetime.fromisoformat(str(body.get(self.manifest.clock_key)))
        except ValueError:
            return answer.at
        return said if said.tzinfo else said.replace(tzinfo=UTC)
