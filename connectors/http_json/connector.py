"""The way in to a described list over HTTP: a check, what it offers, and a read."""

from collections.abc import Iterator, Mapping
from functools import partial

from connectors.answers import fields_of, inside
from connectors.client.failure import SourceError, SourceSystemError
from connectors.client.http import SourceClient
from connectors.http_json.manifest import Manifest, Paging
from connectors.listed import SHEET, Told, read_listed
from connectors.paging import Sheet, portions
from connectors.prints import Cursor, print_of
from connectors.protocol import Checkpoint, CheckResult, Found, Item
from hub.records import FileKind, Place, Rejected

CHECK_SECONDS = 30.0
_SHAPE = (
    "Ответ источника устроен не так, как описано: нет списка «{0}». Проверьте path и items_key в "
    "описании источника."
)
_INCOMPLETE = (
    "Источник обещал больше записей, чем отдал, и повторное чтение не помогло. Прочитанное "
    "принято; остальное будет запрошено при следующем чтении."
)


class HttpJson:
    """Reads one list; each read asks for everything and says what is new."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def check(self) -> CheckResult:
        """Ask for a page and look for the fields; the message says what to repair."""
        manifest = self._manifest
        seconds = min(CHECK_SECONDS, manifest.deadline_s)
        quick = manifest.model_copy(update={"deadline_s": seconds})
        try:
            with client_of(quick) as client:
                items = sheet_of(quick, client, 1).items
        except SourceError as error:
            return CheckResult(ok=False, message=error.message)
        found = fields_of(items, manifest.fields)
        missing = sorted(set(manifest.fields.values()) - found.keys())
        if items and len(missing) == len(manifest.fields):
            said = ", ".join(missing)
            return CheckResult(ok=False, message=f"В записях нет ни одного из полей: {said}.")
        return CheckResult(ok=True)

    def discover(self) -> tuple[Found, ...]:
        """Give the parts of a first page, each with its field; raises SourceError."""
        with client_of(self._manifest) as client:
            items = sheet_of(self._manifest, client, 1).items
        return (Found(stream=self._manifest.name, fields=fields_of(items, self._manifest.fields)),)

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield the rows page by page; raises SourceError where asking fails."""
        manifest, reached = self._manifest, Cursor.parse(cursor)
        known, whole = reached.known, True
        told = Told(name=manifest.name, kind=manifest.kind)
        with client_of(manifest) as client:
            ask = partial(sheet_of, manifest, client)
            read = partial(read_listed, fields=manifest.fields)
            for portion in portions(ask, read, reached.position):
                told.see(portion.rows)
                is_known, reached = reached.met(print_of(row for _, row in portion.rows))
                if not is_known:
                    yield from told.of(portion.rows)
                if portion.then is not None:
                    yield Checkpoint(cursor=reached.at(portion.then).text())
                whole = portion.whole
        if not whole:
            place = Place(file=manifest.name, sheet=SHEET)
            yield Rejected(place=place, code="source.incomplete", message=_INCOMPLETE)
        if not known and manifest.whole_staff and manifest.kind is FileKind.STAFF:
            yield told.roll()
        yield Checkpoint(cursor=Cursor(known=reached.seen if whole else known).text())


def client_of(manifest: Manifest) -> SourceClient:
    """Make the client of one read."""
    return SourceClient(manifest.base_url, headers=manifest.headers(), limits=manifest.limits())


def sheet_of(manifest: Manifest, client: SourceClient, number: int) -> Sheet:
    """Ask for a page; raises SourceError."""
    body = client.get(manifest.path, _query(manifest, number)).body
    items = _at(body, manifest.items_key)
    if not isinstance(items, list):
        raise SourceSystemError(_SHAPE.format(manifest.items_key))
    total = _at(body, manifest.total_key) if manifest.total_key else None
    if manifest.paging is Paging.NONE:
        total = len(items)
    text = str(total)
    return Sheet(items=items, total=int(text) if text.isdecimal() else -1)


def _at(body: object, path: str) -> object:
    """Give what stands at a path; an empty path is the answer itself."""
    if not path:
        return body
    return inside(body, path) if isinstance(body, Mapping) else None


def _query(manifest: Manifest, number: int) -> dict[str, str]:
    query = dict(manifest.parameters)
    size = manifest.page_size
    match manifest.paging:
        case Paging.NONE:
            return query
        case Paging.PAGE:
            place = number - 1 + manifest.first_page
        case Paging.OFFSET:
            place = (number - 1) * size
    return {**query, manifest.page_parameter: str(place), manifest.size_parameter: str(size)}
