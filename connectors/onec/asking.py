"""Asking 1С for pages of its objects: `$skip` and `$top`, slices of registers, numbers of rows.

1С gives no next link. Its `$top` limits the answer; some publications count it from the first row,
so that a second page is empty though more rows are promised: from then on `$top` says the last row.
"""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import quote

from connectors.answers import Row, hashed
from connectors.client.answer import Answer
from connectors.client.failure import SourceSystemError
from connectors.client.http import SourceClient
from connectors.onec.failure import NOT_PUBLISHED, OnecRefusedError, failure_of
from connectors.onec.manifest import Manifest
from connectors.paging import Position, Sheet, portions

_SHAPE = (
    "Ответ 1С устроен не так, как условлено: в нём нет списка записей. Проверьте base_url и что по "
    "нему опубликована база 1С."
)
Item = Mapping[str, object]


def client_of(manifest: Manifest) -> SourceClient:
    """Make the client of one read."""
    known = f"{manifest.login}:{manifest.secret.get_secret_value()}".encode()
    return SourceClient(
        manifest.service,
        headers={"Authorization": f"Basic {b64encode(known).decode()}"},
        explain=failure_of,
        limits=manifest.limits(),
    )


def read_item(item: object) -> Row:
    """Tell an item from others: by its reference, else by all it holds."""
    key = item.get("Ref_Key") if isinstance(item, Mapping) else None
    return Row(key=str(key or hashed(item)), stated={})


@dataclass(slots=True, kw_only=True)
class Asker:
    """Asks one base through one client; `at` is its clock when it answered first."""

    manifest: Manifest
    client: SourceClient
    at: datetime | None = None
    gaps: list[str] = field(default_factory=list)
    _top_is_last: bool = False

    def page(self, entity: str, number: int, order: str) -> Sheet:
        """Give a page of an object; raises SourceError."""
        size = self.manifest.page_size
        skip = (number - 1) * size
        found = self._asked(entity, order, skip, size)
        if skip and not found.items and found.total > skip and not self._top_is_last:
            self._top_is_last = True
            found = self._asked(entity, order, skip, size)
        return found

    def every(self, entity: str, order: str) -> list[Item]:
        """Give all rows of an object; what could not be had whole is noted in `gaps`."""
        items: list[Item] = []
        seen: set[str] = set()

        def ask(number: int) -> Sheet:
            return self.page(entity, number, order)

        for portion in portions(ask, read_item, Position()):
            for item in portion.items:
                key = read_item(item).key
                if isinstance(item, Mapping) and key not in seen:
                    seen.add(key)
                    items.append(item)
            if portion.then is None and not portion.whole:
                self.gaps.append(entity)
        return items

    def slices(self, register: str, key: str) -> tuple[dict[str, Item], dict[str, Item]]:
        """Give the first and the last record of a register for each of its keys.

        Where slices are not published they are made of all its records.
        """
        try:
            first = self.every(f"{register}/SliceFirst()", key)
            last = self.every(f"{register}/SliceLast()", key)
        except OnecRefusedError as error:
            if error.number not in {NOT_PUBLISHED, "6"}:
                raise
            records = sorted(self.records(register, key), key=lambda one: str(one.get("Period")))
            first, last = records[::-1], records
        return {str(one.get(key)): one for one in first}, {str(one.get(key)): one for one in last}

    def records(self, register: str, key: str) -> list[Item]:
        """Give all records of a register that hold."""
        rows = self.every(f"{register}_RecordType", f"Period,{key}")
        return [row for row in rows if row.get("Active") is not False]

    def number_of(self, entity: str) -> int | None:
        """Give how many rows an object has, hidden ones too; None where 1С does not tell."""
        try:
            said = self.client.get(f"{_path(entity)}/$count").body
        except OnecRefusedError:
            return None
        return said if isinstance(said, int) else None

    def published(self) -> list[str]:
        """Give the names of the objects that are published."""
        body = self.client.get("?$format=json").body
        listed = body.get("value") if isinstance(body, Mapping) else None
        if not isinstance(listed, list):
            raise SourceSystemError(_SHAPE)
        return sorted(
            str(one["name"]) for one in listed if isinstance(one, Mapping) and "name" in one
        )

    def _asked(self, entity: str, order: str, skip: int, size: int) -> Sheet:
        options = {
            "$format": "json",
            "$orderby": order,
            "$inlinecount": "allpages",
            "$top": str(skip + size if self._top_is_last else size),
            "$skip": str(skip),
        }
        if self.manifest.allowed_only:
            options["allowedOnly"] = "true"
        answer = self._answer(entity, options)
        self.at = self.at or answer.at
        return _sheet(answer)

    def _answer(self, entity: str, options: Mapping[str, str]) -> Answer:
        # 1С does not take a plus for a space, nor names that are not percent-encoded.
        query = "&".join(f"{name}={quote(value, safe=',')}" for name, value in options.items())
        try:
            return self.client.get(f"{_path(entity)}?{query}")
        except OnecRefusedError as error:
            text = f"{error.message.rstrip('.')} ({entity})."
            raise OnecRefusedError(text, code=error.reason, number=error.number) from error


def _path(entity: str) -> str:
    return quote(entity, safe="/()',=")


def _sheet(answer: Answer) -> Sheet:
    """Read a page in either way that 1С writes it; its total may come as a text."""
    body = answer.body if isinstance(answer.body, Mapping) else {}
    old = body.get("d")
    if isinstance(old, Mapping):
        items, total = old.get("results"), old.get("__count")
    else:
        items, total = body.get("value"), body.get("odata.count")
    if not isinstance(items, list):
        raise SourceSystemError(_SHAPE)
    return Sheet(items=items, total=_whole(total))


def _whole(total: object) -> int:
    text = str(total)
    return int(text) if text.isdecimal() else -1
