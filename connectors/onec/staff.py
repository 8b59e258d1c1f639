"""The staff as 1С holds it: a person once, an employee for each post, history in registers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from connectors.answers import UNREADABLE, Row, hashed, text_of
from connectors.onec.asking import Asker, Item
from hub.records import OrganisationMention

NOBODY = "00000000-0000-0000-0000-000000000000"
NO_DAY = "0001-01-01"
EMPLOYEE, PERSON = "Сотрудник_Key", "ФизическоеЛицо_Key"
FIELDS = (
    *("external_id", "personnel_number", "last_name", "first_name", "middle_name", "full_name"),
    *("previous_last_name", "birth_date", "gender", "snils", "position", "rate"),
    *("employment_type", "hire_date", "dismissal_date"),
    *("organization", "organization_inn", "organization_ogrn"),
)
_KINDS: Mapping[str, str] = MappingProxyType(
    {
        "ОсновноеМестоРаботы": "основное место работы",
        "ВнутреннееСовместительство": "внутренний совместитель",
        "Совместительство": "внешний совместитель",
        "ВнешнееСовместительство": "внешний совместитель",
    }
)
_HIDDEN = (
    "Физическое лицо этого сотрудника пользователю 1С не показано. Попросите администратора 1С дать "
    "права на него или снять сотрудника с учёта."
)
_NO_ORGANISATION = "У сотрудника не указана организация. Исправьте кадровую запись в 1С."
_NO_NAME = "У физического лица нет ФИО. Впишите его в 1С; при следующем чтении оно будет принято."


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What rows of employees refer to, by reference."""

    organisations: Mapping[str, Item]
    posts: Mapping[str, Item]
    persons: Mapping[str, Item]
    surnames: Mapping[str, tuple[str, ...]]
    first: Mapping[str, Item]
    last: Mapping[str, Item]
    kinds: Mapping[str, Item]

    def mentions(self) -> tuple[OrganisationMention, ...]:
        """List the organisations of the base that are not marked for deletion."""
        return tuple(
            OrganisationMention(name=_name(one), inn=text(one, "ИНН"), ogrn=text(one, "ОГРН"))
            for one in self.organisations.values()
            if not is_left_out(one)
        )


def read_holdings(asker: Asker) -> Holdings:
    """Read all that employees refer to; raises SourceError.

    It is held while employees are read page by page: some hundred bytes a person.
    """
    manifest = asker.manifest
    first, last = asker.slices(manifest.history, EMPLOYEE) if manifest.history else ({}, {})
    kinds = asker.slices(manifest.kinds, EMPLOYEE)[1] if manifest.kinds else {}
    names = asker.records(manifest.names, PERSON) if manifest.names else []
    return Holdings(
        organisations=_by_reference(asker.every(manifest.organisations, "Ref_Key")),
        posts=_by_reference(asker.every(manifest.posts, "Ref_Key")),
        persons=_by_reference(asker.every(manifest.persons, "Ref_Key")),
        surnames=_surnames(names),
        first=first,
        last=last,
        kinds=kinds,
    )


def employee_row(item: object, holdings: Holdings, *, dismissal: str) -> Row:
    """Make a row of an employee; one that is in the archive or to be deleted states nothing."""
    if not isinstance(item, Mapping):
        return Row(key=hashed(item), stated={}, fault=("row.unreadable", UNREADABLE))
    number = text(item, "Ref_Key")
    key = number or hashed(sorted(item.items()))
    if is_left_out(item) or item.get("ВАрхиве") is True:
        return Row(key=key, stated={})
    person = holdings.persons.get(text(item, PERSON))
    last = holdings.last.get(number, {})
    stated = dict.fromkeys(FIELDS, "")
    stated |= {"external_id": number, "personnel_number": text(item, "Code")}
    stated |= _of_person(person or {}, holdings.surnames)
    stated |= _of_post(number, holdings, last, dismissal=dismissal)
    stated |= _of_organisation(item, last, holdings)
    return Row(key=key, stated=stated, fault=_fault(stated, is_known=person is not None))


def is_left_out(item: Item) -> bool:
    """Say whether an element of a catalogue is a group or marked for deletion."""
    return item.get("DeletionMark") is True or item.get("IsFolder") is True


def text(item: Item, name: str) -> str:
    """Give a value as text: an empty reference and an empty date are nothing, a moment is its day."""
    said = text_of(item.get(name))
    if said == NOBODY or said.startswith(NO_DAY):
        return ""
    is_moment = said[10:11] == "T" and said[4:5] == said[7:8] == "-"
    return said[:10] if is_moment else said


def _by_reference(items: Iterable[Item]) -> dict[str, Item]:
    return {text(one, "Ref_Key"): one for one in items}


def _surnames(records: Iterable[Item]) -> dict[str, tuple[str, ...]]:
    """Give the surnames of each person in the order of time."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for record in sorted(records, key=lambda one: text(one, "Period")):
        if surname := text(record, "Фамилия"):
            found[text(record, PERSON)].append(surname)
    return {person: tuple(surnames) for person, surnames in found.items()}


def _of_person(person: Item, surnames: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    last_name = text(person, "Фамилия")
    others = [one for one in surnames.get(text(person, "Ref_Key"), ()) if one != last_name]
    whole = text(person, "ФИО") or text(person, "Description")
    return {
        "last_name": last_name,
        "first_name": text(person, "Имя"),
        "middle_name": text(person, "Отчество"),
        "full_name": "" if last_name else whole,
        "previous_last_name": others[-1] if others and last_name else "",
        "birth_date": text(person, "ДатаРождения"),
        "gender": text(person, "Пол"),
        "snils": text(person, "СтраховойНомерПФР"),
    }


def _of_post(number: str, holdings: Holdings, last: Item, *, dismissal: str) -> dict[str, str]:
    kind = text(holdings.kinds.get(number, {}), "ВидЗанятости")
    has_left = text(last, "ВидСобытия") == dismissal
    return {
        "position": text(holdings.posts.get(text(last, "Должность_Key"), {}), "Description"),
        "rate": text(last, "КоличествоСтавок"),
        "employment_type": _KINDS.get(kind, kind),
        "hire_date": text(holdings.first.get(number, {}), "Period"),
        "dismissal_date": text(last, "Period") if has_left else text(last, "ДействуетДо"),
    }


def _of_organisation(item: Item, last: Item, holdings: Holdings) -> dict[str, str]:
    key = text(last, "Организация_Key") or text(item, "ГоловнаяОрганизация_Key")
    found = holdings.organisations.get(key, {})
    return {
        "organization": _name(found),
        "organization_inn": text(found, "ИНН"),
        "organization_ogrn": text(found, "ОГРН"),
    }


def _name(organisation: Item) -> str:
    short = text(organisation, "НаименованиеСокращенное")
    return short or text(organisation, "Description")


def _fault(stated: Mapping[str, str], *, is_known: bool) -> tuple[str, str] | None:
    if not is_known:
        return "row.hidden_person", _HIDDEN
    if not stated["organization"] and not stated["organization_inn"]:
        return "row.no_school", _NO_ORGANISATION
    if not stated["last_name"] and not stated["full_name"]:
        return "row.no_name", _NO_NAME
    return None
