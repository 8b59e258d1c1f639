"""What a base of 1С holds of a region's staff: persons once, employees by post, registers of history."""

from collections.abc import Collection, Hashable, Iterator
from datetime import date, timedelta
from typing import Any  # a row of a frame
from uuid import NAMESPACE_OID, uuid5

from hub.demo.kadry_cards import Item, position_words, written_day, written_snils
from hub.demo.region import Region

NOBODY = "00000000-0000-0000-0000-000000000000"
NO_DAY = "0001-01-01T00:00:00"
ORGANISATIONS, POSTS = "Catalog_Организации", "Catalog_Должности"
PERSONS, EMPLOYEES = "Catalog_ФизическиеЛица", "Catalog_Сотрудники"
HISTORY = "InformationRegister_КадроваяИсторияСотрудников"
NAMES = "InformationRegister_ФИОФизическихЛиц"
KINDS = "InformationRegister_ВидыЗанятостиСотрудников"
KINDS_OF_POSTS = {
    "MAIN": "ОсновноеМестоРаботы",
    "INTERNAL_PT": "ВнутреннееСовместительство",
    "EXTERNAL_PT": "Совместительство",
}
_MARRIED_AFTER = timedelta(days=400)

Base = dict[str, list[Item]]
Post = dict[Hashable, Any]


def reference(what: str, number: object) -> str:
    """Give the reference of an element, the same for the same element."""
    return str(uuid5(NAMESPACE_OID, f"{what} {number}"))


def base_of(region: Region, places: Collection[int] | None = None) -> Base:
    """Make the base of a region, or of some of its organisations by position.

    Gives catalogues and flat registers by their published names.
    """
    held = region.posts
    chosen = held if places is None else held[held["organisation"].isin(list(places))]
    posts = chosen.to_dict("records")
    people = sorted({int(post["person"]) for post in posts})
    listed = sorted({int(post["organisation"]) for post in posts})
    return {
        ORGANISATIONS: [_organisation(region, place) for place in listed],
        POSTS: [
            _element("post", word, word) for word in sorted(set(map(position_words, _codes(posts))))
        ],
        PERSONS: [_person(region, person) for person in people],
        EMPLOYEES: [_employee(number, post) for number, post in enumerate(posts)],
        f"{HISTORY}_RecordType": [
            row for number, post in enumerate(posts) for row in _history(number, post)
        ],
        f"{KINDS}_RecordType": [_kind(number, post) for number, post in enumerate(posts)],
        f"{NAMES}_RecordType": [row for person in people for row in _names(region, person)],
    }


def _codes(posts: list[Post]) -> Iterator[str]:
    return (str(post["position"]) for post in posts)


def _element(what: str, number: object, description: str) -> Item:
    return {
        "Ref_Key": reference(what, number),
        "DeletionMark": False,
        "IsFolder": False,
        "Description": description,
    }


def _organisation(region: Region, place: int) -> Item:
    row = region.registry.organisations[place]
    numbers = {
        one.system: one.value
        for one in region.registry.identifiers
        if one.organisation_id == row.id
    }
    return _element("organisation", place, row.full_name) | {
        "НаименованиеСокращенное": row.short_name,
        "ИНН": numbers.get("INN", ""),
        "ОГРН": numbers.get("OGRN", ""),
        "КПП": "",
    }


def _person(region: Region, person: int) -> Item:
    people = region.people
    names = [str(part[person]) for part in (people.last, people.first, people.middle)]
    born = str(people.birth[person])
    return _element("person", person, " ".join(filter(None, names))) | {
        "ФИО": " ".join(filter(None, names)),
        **dict(zip(("Фамилия", "Имя", "Отчество"), names, strict=True)),
        "ДатаРождения": f"{born}T00:00:00",
        "Пол": "",
        "СтраховойНомерПФР": written_snils(region, person) or "",
        "ИНН": "",
    }


def _employee(number: int, post: Post) -> Item:
    return _element("employee", number, "") | {
        "Code": f"{number:04d}",
        "ФизическоеЛицо_Key": reference("person", post["person"]),
        "ГоловнаяОрганизация_Key": reference("organisation", post["organisation"]),
        "ВАрхиве": False,
    }


def _history(number: int, post: Post) -> Iterator[Item]:
    """Yield the hiring of an employee, and the dismissal of one who left."""
    row: Item = {
        "Сотрудник_Key": reference("employee", number),
        "ФизическоеЛицо_Key": reference("person", post["person"]),
        "Организация_Key": reference("organisation", post["organisation"]),
        "Подразделение_Key": NOBODY,
        "Должность_Key": reference("post", position_words(str(post["position"]))),
        "КоличествоСтавок": 1,
        "ДействуетДо": NO_DAY,
        "Active": True,
    }
    hired, left = written_day(post["hired"]), written_day(post["dismissed"])
    yield row | {"Period": f"{hired or '2015-09-01'}T00:00:00", "ВидСобытия": "Прием"}
    if left:
        yield row | {"Period": f"{left}T00:00:00", "ВидСобытия": "Увольнение"}


def _kind(number: int, post: Post) -> Item:
    return {
        "Period": f"{written_day(post['hired']) or '2015-09-01'}T00:00:00",
        "Сотрудник_Key": reference("employee", number),
        "ВидЗанятости": KINDS_OF_POSTS.get(str(post["kind"]), ""),
        "Active": True,
    }


def _names(region: Region, person: int) -> Iterator[Item]:
    """Yield the names a person had: the former surname first, where there was one."""
    people = region.people
    born = date.fromisoformat(str(people.birth[person]))
    row: Item = {
        "ФизическоеЛицо_Key": reference("person", person),
        "Имя": str(people.first[person]),
        "Отчество": str(people.middle[person]),
        "Active": True,
    }
    former = str(people.previous_last[person] or "")
    if former:
        yield row | {"Period": f"{born}T00:00:00", "Фамилия": former}
    since = born + _MARRIED_AFTER if former else born
    yield row | {"Period": f"{since}T00:00:00", "Фамилия": str(people.last[person])}
