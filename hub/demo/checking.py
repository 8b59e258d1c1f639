"""The demo's check: the users' questions asked over HTTP, the answers beside the region's truth.

Files of schools are dirty, so the matcher leaves questions open; a unit whose people are in an
open question may differ until somebody answers. Every other unit must agree to the last number,
and those must be at least nine in ten.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any  # a JSON value of an answer
from uuid import UUID

import httpx

from hub.database import Database
from hub.demo.comparing import (
    BOUNDED,
    FIGURES,
    OUTSIDE,
    STATED,
    Asked,
    Difference,
    differences_of,
    is_excused,
    truth_of,
)
from hub.demo.files import DemoFile
from hub.demo.keys import Keys
from hub.demo.organisations import SCHOOL_KINDS
from hub.demo.people_check import people_agree
from hub.demo.truth import (
    Attribution,
    CoverageRow,
    Facts,
    GroupBy,
)
from hub.errors import HubError
from hub.records import FigureMetric
from hub.settings import Settings

SETTLED_SHARE = 0.9
PATIENCE_S = 120.0
METRICS = " ".join(metric.value.lower() for metric in FigureMetric)
ROW = (
    f"key title {' '.join(FIGURES)}"
    f" {' '.join(f'{part} {{ {METRICS} }}' for part in STATED)}"
    f" possibleDuplicates {{ {' '.join(BOUNDED)} }} completeness dataAsOf target gap"
)
QUESTION = f"""
query Coverage($period: CoveragePeriod, $groupBy: CoverageGroupBy!, $attribution: CoverageAttribution!) {{
  coverage(period: $period, groupBy: $groupBy, attribution: $attribution) {{
    rows {{ {ROW} }}
    total {{ {ROW} }}
    overlap {{ {" ".join(FIGURES)} }}
    starts
    day
    dataAsOf
  }}
}}
"""
SOMEBODY = "{ people(first: 1) { totalCount nodes { id } } }"
GROUPS = {
    GroupBy.REGION: "NONE",
    GroupBy.DEPARTMENT: "DEPARTMENT",
    GroupBy.TERRITORY: "TERRITORY",
    GroupBy.ORGANISATION: "ORGANISATION",
    GroupBy.FORM: "FORM",
}


class DisagreementError(HubError):
    """Ответ хаба не получен или не понят."""

    code = "demo.no_answer"


def patient(settings: Settings) -> Settings:
    """Let the web wait for the comparison, which asks for what no user does.

    It wants every figure of every organisation and period at once; the bounds are for users.
    """
    return settings.model_copy(update={"statement_s": PATIENCE_S, "answer_s": PATIENCE_S})


async def compare(
    url: str, keys: Keys, facts: Facts, files: Sequence[DemoFile], database: Database
) -> bool:
    """Ask, print the answers beside the truth, and say whether they agree."""
    agreed = await people_agree(database, files, today=facts.today)
    unsettled = await _unsettled(database)
    entities = {
        row.legal_entity_id
        for row in facts.region.registry.organisations
        if row.kind in SCHOOL_KINDS
    }
    settled = 1 - len(unsettled & entities) / len(entities)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S) as web:
        differences = await _differences(web, keys.centre, facts)
        _print_departments(await _answer(web, keys.centre, TODAY), facts)
        door_shut = await _department_sees_its_own(web, keys)
    grave = [found for found in differences if not is_excused(found, unsettled)]
    _print_differences(differences, grave)
    print(f"Организаций без открытых вопросов: {settled:.1%} (нужно не меньше 90 %)")
    good = agreed and door_shut and not grave and settled >= SETTLED_SHARE
    print("Ответы совпали с правдой региона." if good else "Ответы расходятся с правдой региона.")
    return good


TODAY = Asked(period={}, group_by=GroupBy.DEPARTMENT, attribution=Attribution.HOST)


async def _ask(web: httpx.AsyncClient, key: str, query: str, **variables: object) -> Any:  # noqa: ANN401 - JSON
    response = await web.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"Authorization": f"Bearer {key}"},
    )
    body = response.json()
    if "errors" in body:
        raise DisagreementError(
            f"Хаб ответил ошибкой: {body['errors'][0]['message']}", code="demo.no_answer"
        )
    return body["data"]


async def _answer(web: httpx.AsyncClient, key: str, asked: Asked) -> Any:  # noqa: ANN401 - JSON
    data = await _ask(
        web,
        key,
        QUESTION,
        period=dict(asked.period) or None,
        groupBy=GROUPS[asked.group_by],
        attribution=asked.attribution.value,
    )
    return data["coverage"]


def _questions(facts: Facts) -> Iterator[Asked]:
    year = facts.region.academic_year
    periods: list[dict[str, object]] = [{}]
    periods += [{"academicYear": year - back} for back in range(6)]
    periods += [{"calendarYear": year - 1}, {"asOf": f"{year - 2}-12-31"}]
    for period in periods:
        for group_by in GroupBy:
            for attribution in Attribution:
                yield Asked(period=period, group_by=group_by, attribution=attribution)


async def _differences(web: httpx.AsyncClient, key: str, facts: Facts) -> list[Difference]:
    found: list[Difference] = []
    for asked in _questions(facts):
        found += differences_of(asked, facts, await _answer(web, key, asked))
    return found


async def _unsettled(database: Database) -> set[UUID]:
    """Name every unit that an open question may concern: organisations and what is above them."""
    async with database.reading() as session:
        rows = await session.raw.fetch(UNSETTLED)
    return {row["id"] for row in rows}


UNSETTLED = """
with asked as (
    select person_a as person_id from question where state = 'OPEN'
    union select person_b from question where state = 'OPEN'
), units as (
    select distinct r.organisation_id as id
    from asked join link using (person_id) join record r on r.id = link.record_id
)
select o.legal_entity_id as id from units join organisation o using (id)
union select p.authority_id from units join organisation_place p on p.organisation_id = units.id
union select o.territory_id from units join organisation o using (id)
"""


async def _department_sees_its_own(web: httpx.AsyncClient, keys: Keys) -> bool:
    """Hold the department's whole answer to the centre's row, and its door to foreign people."""
    asked = Asked(period={}, group_by=GroupBy.REGION, attribution=Attribution.HOST)
    own = (await _answer(web, keys.department, asked))["total"]
    rows = (await _answer(web, keys.centre, TODAY))["rows"]
    row = next(row for row in rows if row["key"] == str(keys.department_id))
    same = all(own[figure] == row[figure] for figure in FIGURES)
    print(f"Управление видит свою строку так же, как центр: {'да' if same else 'НЕТ'}")
    whole = (await _ask(web, keys.centre, SOMEBODY))["people"]["totalCount"]
    seen = (await _ask(web, keys.department, SOMEBODY))["people"]["totalCount"]
    print(f"Людей видит центр: {whole}, управление: {seen}")
    return same and 0 < seen < whole


def _print_departments(answer: Mapping[str, Any], facts: Facts) -> None:
    truth = truth_of(facts, TODAY)
    names = ("mentors", "mentees", "pairs", "youngSpecialists", "youngSpecialistsCovered")
    print("\nОхват на сегодня по управлениям, хаб / правда:")
    print(f"{'':44}" + "".join(f"{name[:16]:>18}" for name in names))
    for row in answer["rows"]:
        unit = None if row["key"] == OUTSIDE else UUID(row["key"])
        expected = truth.rows.get(unit, CoverageRow(key=unit))
        cells = (f"{row[name]} / {getattr(expected, FIGURES[name])}" for name in names)
        print(f"{row['title'][:43]:44}" + "".join(f"{cell:>18}" for cell in cells))


def _print_differences(differences: Sequence[Difference], grave: Sequence[Difference]) -> None:
    print(
        f"\nЧисел, которые отличаются от правды: {len(differences)}, из них в единицах "
        f"без открытых вопросов: {len(grave)}"
    )
    for found in [*grave, *differences][:20]:
        where = ", ".join(f"{name} {value}" for name, value in found.asked.period.items())
        print(
            f"  {found.asked.group_by} {found.asked.attribution} {where or 'сегодня'}"
            f" {found.unit}: {found.figure} хаб {found.answered}, правда {found.expected}"
        )
