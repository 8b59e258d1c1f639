"""The way in to 1С: a check, what is published, and a read of the staff."""

from collections.abc import Iterator
from functools import partial

from connectors.answers import Row, frame_of, refused
from connectors.client.failure import SourceError, SourceTransientError
from connectors.onec.asking import Asker, client_of
from connectors.onec.manifest import Manifest
from connectors.onec.staff import Holdings, employee_row, read_holdings
from connectors.paging import Portion, Sheet, portions
from connectors.prints import Cursor, print_of
from connectors.protocol import Checkpoint, CheckResult, Found, Item, Roll
from hub.records import Batch, FileKind, OrganisationMention, Place, Rejected

CHECK_SECONDS = 60.0
SHEET = "Сотрудники"
_INCOMPLETE = (
    "1С обещала больше записей, чем отдала, и повторное чтение не помогло: {0}. Прочитанное принято, "
    "уволенных по этому чтению нет."
)
_JOINED = (
    "1С обещала больше записей, чем отдала: {0}. Карточки без них были бы неверны, поэтому ничего не "
    "взято; чтение повторится."
)
_HIDDEN = (
    "Часть сотрудников пользователю 1С не показана (allowed_only). Прочитанное принято, но уволенных "
    "по такому чтению не бывает: попросите администратора 1С дать права на всех."
)


class Onec:
    """Reads the staff of one base; each read asks for everything and says what is new."""

    def __init__(self, manifest: Manifest) -> None:
        self._manifest = manifest

    def check(self) -> CheckResult:
        """Ask each object for one row; the message says what to repair."""
        manifest = self._manifest
        seconds = min(CHECK_SECONDS, manifest.deadline_s)
        quick = manifest.model_copy(update={"deadline_s": seconds, "page_size": 1})
        catalogues = (manifest.organisations, manifest.posts, manifest.persons, manifest.employees)
        try:
            with client_of(quick) as client:
                asker = Asker(manifest=quick, client=client)
                for entity in catalogues:
                    asker.page(entity, 1, "Ref_Key")
                for register in filter(None, (manifest.history, manifest.names, manifest.kinds)):
                    asker.page(f"{register}_RecordType", 1, "Period")
        except SourceError as error:
            return CheckResult(ok=False, message=error.message)
        return CheckResult(ok=True)

    def discover(self) -> tuple[Found, ...]:
        """List the published objects; of those that are read, as what. Raises SourceError."""
        manifest = self._manifest
        roles = {
            getattr(manifest, key): key
            for key in (
                "organisations",
                "posts",
                "persons",
                "employees",
                "history",
                "names",
                "kinds",
            )
        }
        with client_of(manifest) as client:
            names = Asker(manifest=manifest, client=client).published()
        read = [
            Found(stream=name, fields={name: role})
            for name in names
            if (role := roles.get(name.removesuffix("_RecordType")))
        ]
        missing = set(roles) - {one.stream.removesuffix("_RecordType") for one in read} - {""}
        return (*read, *(Found(stream=name, fields={}) for name in sorted(missing)))

    def fetch(self, cursor: str | None = None) -> Iterator[Item]:
        """Yield the organisations and their employees; raises SourceError where asking fails."""
        reached = Cursor.parse(cursor)
        with client_of(self._manifest) as client:
            asker = Asker(manifest=self._manifest, client=client)
            holdings = read_holdings(asker)
            _require_whole(asker)
            if not reached.known:
                yield Roll(organisations=holdings.mentions())
            yield from self._employees(asker, holdings, reached)

    def _employees(self, asker: Asker, holdings: Holdings, cursor: Cursor) -> Iterator[Item]:
        manifest, known = self._manifest, cursor.known
        read = partial(employee_row, holdings=holdings, dismissal=manifest.dismissal)

        def ask(number: int) -> Sheet:
            return asker.page(manifest.employees, number, "Ref_Key")

        shown = 0
        for portion in portions(ask, read, cursor.position):
            is_known, cursor = cursor.met(print_of(row for _, row in portion.rows))
            if not is_known:
                yield from self._portion(portion, asker)
            if portion.then is not None:
                shown = portion.then.total
                yield Checkpoint(cursor=cursor.at(portion.then).text())
            elif not portion.whole:
                asker.gaps.append(manifest.employees)
        gap = self._gap(asker, shown)
        if gap:
            place = Place(file=manifest.name, sheet=SHEET)
            yield Rejected(place=place, code="source.incomplete", message=gap)
        yield Checkpoint(cursor=Cursor(known=known if gap else cursor.seen).text())

    def _gap(self, asker: Asker, shown: int) -> str:
        """Say why the read may not have had everybody; nothing where it had."""
        if asker.gaps:
            return _INCOMPLETE.format(", ".join(dict.fromkeys(asker.gaps)))
        if not self._manifest.allowed_only:
            return ""
        there = asker.number_of(self._manifest.employees)
        total = shown or asker.page(self._manifest.employees, 1, "Ref_Key").total
        return "" if there == total else _HIDDEN

    def _portion(self, portion: Portion, asker: Asker) -> Iterator[Item]:
        good: list[tuple[int, Row]] = []
        for number, row in portion.rows:
            if row.fault is not None:
                place = Place(file=self._manifest.name, sheet=SHEET, row=number)
                yield refused(row, place)
            elif row.stated:
                good.append((number, row))
        if good:
            yield Batch(
                kind=FileKind.STAFF,
                frame=frame_of(good, SHEET),
                file=self._manifest.name,
                organisation=OrganisationMention(),
                stated_as_of=asker.at.date() if asker.at else None,
            )


def _require_whole(asker: Asker) -> None:
    """Refuse to make cards of half a catalogue: what is missing would be said to be empty."""
    if asker.gaps:
        said = ", ".join(dict.fromkeys(asker.gaps))
        raise SourceTransientError(_JOINED.format(said), code="source.incomplete")
