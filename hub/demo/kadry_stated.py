"""What the region's «Кадры в образовании» state, as statements beside those of the files.

The truth reads them by the same rules as files: a list of the staff and a base of mentors of each
organisation as of the region's day.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from hub.demo.dyads import heir
from hub.demo.kadry_cards import FIRST_CARD, Item, pairs_of, school_codes
from hub.demo.kadry_server import KadryServer
from hub.demo.region import Region, academic_year_of
from hub.demo.statements import BaseRow, FilePlan, Statements
from hub.records import Completeness, FigureMetric, FileKind

SOURCE = "kadry"


def with_kadry(region: Region, server: KadryServer) -> Region:
    """Give the region with what the system has stated once all its changes are read."""
    stated = _Stated(region=region, server=server)
    lists, bases = stated.lists(), stated.bases()
    first = len(region.statements.files)
    lists_at = {place: first + number for number, place in enumerate(lists)}
    bases_at = {place: first + len(lists) + number for number, place in enumerate(bases)}
    return replace(
        region,
        statements=Statements(
            files=(*region.statements.files, *lists.values(), *bases.values()),
            staff=pd.concat([region.statements.staff, stated.staff(lists_at)], ignore_index=True),
            pupils=region.statements.pupils,
            bases=(*region.statements.bases, *stated.rows(bases_at)),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stated:
    region: Region
    server: KadryServer

    def lists(self) -> Mapping[int, FilePlan]:
        """Plan a full list of the staff of every organisation, with the numbers of today."""
        numbers = self._numbers()
        return {
            place: replace(self._plan(place, FileKind.STAFF), figures=numbers.get(place, ()))
            for place in self._places().values()
        }

    def bases(self) -> Mapping[int, FilePlan]:
        """Plan a base of mentors of every organisation with a pair."""
        places = self._places()
        named = {places[_code(pair)] for pair in self.server.streams["pairs"]}
        return {
            place: replace(
                self._plan(place, FileKind.MENTOR_BASE), completeness=Completeness.PARTIAL
            )
            for place in sorted(named)
        }

    def rows(self, bases_at: Mapping[int, int]) -> Iterator[BaseRow]:
        """Give a row to each pair that the system names."""
        named = {int(str(pair["id"])) for pair in self.server.streams["pairs"]}
        for number, pairing, mentee in pairs_of(self.region):
            if number in named:
                yield BaseRow(
                    file=bases_at[pairing.organisation],
                    person=pairing.mentor,
                    others=(mentee,),
                    form=pairing.form,
                    programme=pairing.programme,
                    joined=pairing.joined,
                    left=pairing.left,
                    workplace=pairing.workplace,
                )

    def staff(self, lists_at: Mapping[int, int]) -> pd.DataFrame:
        """Give a line to each card; one that moved ends where it was on the region's day."""
        places, posts = self._places(), self.region.posts
        cards = [
            (int(str(card["id"])) - FIRST_CARD, places[_code(card)])
            for card in self.server.streams["staff"]
        ]
        now = posts.loc[[number for number, _ in cards]]
        now = now.assign(file=[lists_at[place] for _, place in cards])
        moved = [number for number, place in cards if self._answers(number) != self._heir(place)]
        former = posts.loc[moved].assign(file=[lists_at[self._answers(number)] for number in moved])
        today = pd.Timestamp(self.region.today).as_unit("s")
        former["dismissed"] = former["dismissed"].fillna(today)
        lines = pd.concat([now, former], ignore_index=True)
        since = pd.Series([self._since(day) for day in lines["since"]], dtype=object)
        return lines.assign(flag="", since=since)

    def _answers(self, number: int) -> int:
        return self._heir(int(str(self.region.posts.loc[number, "organisation"])))

    def _heir(self, place: int) -> int:
        return heir(self.region.organised, place, self.region.today)

    def _since(self, since: object) -> date | None:
        """Take back from the region's day the whole months that a card shows."""
        if not isinstance(since, pd.Timestamp) or pd.isna(since):
            return None
        today = self.region.today
        months = (today.year - since.year) * 12 + today.month - since.month
        months = max(0, months - (since.day > today.day))
        year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
        return date(year, month + 1, min(today.day, 28) if month == 1 else min(today.day, 30))

    def _plan(self, place: int, kind: FileKind) -> FilePlan:
        return FilePlan(
            organisation=place,
            kind=kind,
            academic_year=academic_year_of(self.region.today),
            as_of=self.region.today,
            completeness=Completeness.FULL,
            source=SOURCE,
        )

    def _places(self) -> dict[int, int]:
        return {code: place for place, code in school_codes(self.region).items()}

    def _numbers(self) -> dict[int, tuple[tuple[FigureMetric, int], ...]]:
        """Give the numbers without names of the region's day; older ones repeat the files'."""
        places = self._places()
        return {
            places[_code(count)]: tuple(
                (metric, int(str(count[metric.value.lower()])))
                for metric in FigureMetric
                if metric.value.lower() in count
            )
            for count in self.server.streams["counts"]
            if count["as_of"] == self.region.today.isoformat()
        }


def _code(item: Item) -> int:
    return int(float(str(item["school_id"])))
